#!/usr/bin/env bash
# The account at the CA: shown, given another key, made anew, ended. And what would happen, told without doing it.
# shellcheck source-path=SCRIPTDIR
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

account_key() { sha256sum "$(find "$(global_folder)/accounts" -name '*.key')"; }
thumbprint() { { dokku letsencrypt:account show --format json 2>/dev/null || true; } | jq -r '."key-thumbprint"'; }

shown() {
  assert_exits 1 dokku letsencrypt:account show
  assert_contains "$err" "No e-mail address is set" "stderr"
  given an_email
  assert_exits 1 dokku letsencrypt:account show
  assert_contains "$err" "There is no account of you@example.test" "stderr"
  new_app shop shop.example.test
  dokku letsencrypt:enable shop >/dev/null 2>&1
  assert_runs dokku letsencrypt:account show shop
  assert_lines "$out" "=====> ACME account of shop" "       email:            you@example.test" \
    "       status:           valid" "       contact:          mailto:you@example.test" "       key-type:         ec256"
  assert_runs dokku letsencrypt:account show --format json
  assert_eq valid "$(jq -r .status <<<"$out")" "status"
  assert_exits 1 dokku letsencrypt:account frobnicate
  assert_exits 20 dokku letsencrypt:account show nosuch
  assert_exits 1 dokku letsencrypt:account register shop another
}

rolled_over() {
  given shown
  local before old mark
  dokku letsencrypt:set shop challenge-route permanent >/dev/null
  dokku letsencrypt:enable shop --force >/dev/null 2>&1
  before=$(account_key) old=$(thumbprint)
  assert_eq "token.$old" "$(http_body http://shop.example.test/.well-known/acme-challenge/token)" "route"
  assert_runs dokku letsencrypt:account rollover
  assert_ne "$before" "$(account_key)" "key"
  assert_ne "$old" "$(thumbprint)" "thumbprint"
  assert_eq "token.$(thumbprint)" "$(http_body http://shop.example.test/.well-known/acme-challenge/token)" "route"
  assert_absent "$(global_folder)/next-keys/$(basename "$(find "$(global_folder)/accounts" -mindepth 1 -maxdepth 1)")/you@example.test.key"
  mark=$(pebble_mark)
  assert_runs dokku letsencrypt:enable shop --force
  assert_eq 0 "$(accounts_since "$mark")" "new accounts"
}

# The CA took the key, its answer was lost, and so was the process.
cut_short() {
  given shown
  local server key next
  server=$(basename "$(find "$(global_folder)/accounts" -mindepth 1 -maxdepth 1)")
  key=$(find "$(global_folder)/accounts" -name '*.key') next=$(global_folder)/next-keys/$server
  cp -p "$key" /run/old.key
  assert_runs dokku letsencrypt:account rollover
  mkdir -p "$next"
  mv "$key" "$next/you@example.test.key"
  cp -p /run/old.key "$key"
  chown -R "$DOKKU_SYSTEM_USER:" "$next"
  assert_runs dokku letsencrypt:account rollover
  assert_contains "$out" "An earlier rollover had reached the CA" "stdout"
  assert_runs dokku letsencrypt:enable shop --force
}

account_requests_since() { front_requests_since "$1" | jq -r 'select(.path | startswith("/my-account/")) | .answered'; }

# Each server of a CA remembers the old key for some seconds.
waited_for() {
  given shown
  local mark
  ca_front works
  ca_answers POST ^/my-account/ times=3 status=400 problem=malformed detail="JWS verification error"
  mark=$(front_requests)
  assert_runs dokku letsencrypt:account rollover
  assert_eq "400 400 400 200" "$(account_requests_since "$mark" | xargs)" "answers to the new key"
}

no_rollover() {
  given rolled_over
  local before
  before=$(account_key)
  ca_answers POST ^/rollover-account-key status=405 body='<h1>no</h1>'
  assert_exits 1 dokku letsencrypt:account rollover
  assert_contains "$err" "has no key rollover: its address for that answers HTTP 405. The account keeps its key" "stderr"
  assert_contains "$err" "dokku letsencrypt:account register" "stderr"
  assert_eq "$before" "$(account_key)" "key"
  assert_eq "" "$(find "$(global_folder)/next-keys" -name '*.key')" "keys that wait"
}

account_url() { { dokku letsencrypt:account show --format json 2>/dev/null || true; } | jq -r .url; }
names_account() { challtestsrv add-caa "{\"host\":\"$1\",\"policies\":[{\"tag\":\"issue\",\"value\":\"pebble.letsencrypt.org; accounturi=$2\"}]}"; }

# The account was ended elsewhere: an order says so, and no command but one makes a new one.
dead() {
  given shown
  local mark
  cp -a "$(global_folder)/accounts" /run/kept-accounts
  dokku letsencrypt:account deactivate >/dev/null
  rm -r "$(global_folder)/accounts"
  mv /run/kept-accounts "$(global_folder)/accounts"
  assert_exits 1 dokku letsencrypt:account show shop
  assert_lines "$out" "       status:           deactivated"
  assert_contains "$err" "dokku letsencrypt:account register shop" "stderr"
  assert_exits 1 dokku letsencrypt:account show --format json
  assert_eq deactivated "$(jq -r .status <<<"$out")" "status"
  assert_contains "$err" "dokku letsencrypt:account register" "stderr"
  mark=$(pebble_mark)
  assert_exits 1 dokku letsencrypt:enable shop --force
  assert_eq 0 "$(accounts_since "$mark")" "new accounts"
  assert_exits 1 dokku letsencrypt:account rollover shop
  assert_contains "$err" "Make a new one with: dokku letsencrypt:account register shop" "stderr"
}

registered_anew() {
  given rolled_over
  given dead
  local mark url old
  new_app bound bound.example.test
  url=$(account_url) old=$(thumbprint)
  names_account bound.example.test "$url"
  names_account shop.example.test https://elsewhere.example/acct/1
  mark=$(pebble_mark)
  assert_runs dokku letsencrypt:account register shop
  assert_eq 1 "$(accounts_since "$mark")" "new accounts"
  assert_contains "$(head -n 1 <<<"$err")" "CAA records name the account that is to be replaced" "first line"
  assert_contains "$err" "bound.example.test 0 issue \"pebble.letsencrypt.org; accounturi=$url\"" "stderr"
  assert_not_contains "$err" "elsewhere.example" "stderr"
  assert_contains "$out" "In those CAA records put $(account_url)" "stdout"
  assert_ne "$url" "$(account_url)" "account"
  assert_runs dokku letsencrypt:account show shop
  assert_lines "$out" "       status:           valid"
  assert_eq "token.$(thumbprint)" "$(http_body http://shop.example.test/.well-known/acme-challenge/token)" "route"
  assert_ne "$old" "$(thumbprint)" "thumbprint"
  grep -rlF "$url" "$(global_folder)/retired-accounts" >/dev/null || { fail "the old account is not kept"; return 1; }
  challtestsrv clear-caa '{"host":"shop.example.test"}'
  challtestsrv clear-caa '{"host":"bound.example.test"}'
  assert_runs dokku letsencrypt:enable shop --force
  tls_verify shop.example.test
}

# The CA made the account, and its answer was lost.
cut_short_registration() {
  given shown
  local mark url
  url=$(account_url) mark=$(pebble_mark)
  ca_front works
  ca_answers POST ^/sign-me-up reset=after
  assert_exits 1 dokku letsencrypt:account register
  assert_eq 1 "$(accounts_since "$mark")" "new accounts"
  assert_eq "$url" "$(account_url)" "account"
  assert_runs dokku letsencrypt:enable shop --force
  mark=$(pebble_mark)
  assert_runs dokku letsencrypt:account register
  assert_eq 0 "$(accounts_since "$mark")" "new accounts"
  assert_ne "$url" "$(account_url)" "account"
  assert_runs dokku letsencrypt:enable shop --force
}

# Also right after another one was put aside.
deactivated() {
  given shown
  local mark
  assert_runs dokku letsencrypt:account register
  assert_runs dokku letsencrypt:account deactivate
  assert_contains "$out" "is deactivated" "stdout"
  assert_exits 1 dokku letsencrypt:account show
  assert_file "$(find "$(global_folder)/retired-accounts" -name account.json | tail -n 1)"
  mark=$(pebble_mark)
  assert_runs dokku letsencrypt:enable shop --force
  assert_eq 1 "$(accounts_since "$mark")" "new accounts"
  tls_verify shop.example.test
}

planned() {
  given shown
  local mark
  mark=$(pebble_mark)
  assert_runs dokku letsencrypt:auto-renew --dry-run
  assert_matches "$out" "shop is due in [0-9]+d.* \(the CA's renewal window\)" "stdout"
  dokku letsencrypt:set shop graceperiod $((89 * 86400)) >/dev/null
  sleep 1
  assert_runs dokku letsencrypt:auto-renew shop --dry-run
  assert_matches "$out" "shop is due in .* \(the graceperiod\)" "stdout"
  dokku letsencrypt:set shop graceperiod $((91 * 86400)) >/dev/null
  assert_runs dokku letsencrypt:auto-renew --dry-run
  assert_contains "$out" "-----> shop would be renewed now (the graceperiod)" "stdout"
  dokku letsencrypt:set shop graceperiod >/dev/null
  assert_eq 0 "$(pebble_requests_since "$mark")" "requests"
}

# without_what_is_learnt: the account and directory of the CA that it was rehearsed at, and locks.
without_what_is_learnt() { grep -vE "^$(global_folder)(/accounts|/directories|/locks|/nginx)?(/[^ ]*)? |^$(global_folder)/state d |/nginx.conf.d d "; }

rehearsed() {
  given shown
  local before served mark
  new_app blog blog.example.test
  assert_exits 1 dokku letsencrypt:enable blog --dry-run
  assert_contains "$err" "No staging server of" "stderr"
  ca_front works
  dokku letsencrypt:set --global rehearse "$front_directory" >/dev/null
  # Before any certificate, and beside one that is served.
  before=$(files_now | without_what_is_learnt)
  assert_runs dokku letsencrypt:enable blog --dry-run
  assert_contains "$out" "-----> A certificate would be issued for blog with blog.example.test" "stdout"
  assert_eq "" "$(diff <(echo "$before") <(files_now | without_what_is_learnt))" "changed files"
  dokku letsencrypt:set shop challenge-route >/dev/null
  dokku letsencrypt:enable shop --force >/dev/null 2>&1
  served=$(served_fingerprint shop.example.test) before=$(files_now | without_what_is_learnt)
  assert_runs dokku letsencrypt:enable shop --dry-run
  assert_eq "$served" "$(served_fingerprint shop.example.test)" "certificate"
  assert_eq "" "$(diff <(echo "$before") <(files_now | without_what_is_learnt))" "changed files"
  leads_elsewhere blog.example.test
  mark=$(pebble_mark)
  assert_exits 1 dokku letsencrypt:enable blog --dry-run
  assert_contains "$out" "-----> No certificate would be issued for blog" "stdout"
  assert_eq 0 "$(orders_since "$mark")" "orders"
}

scenario "the account is shown" shown
scenario "another key, and routes that stay know it" rolled_over
scenario "a rollover that was cut short is taken up" cut_short
scenario "a rollover ends when the CA takes the new key" waited_for
scenario "a CA without key rollover leaves the key" no_rollover
scenario "an account that is no more says so, and no order makes another" dead
scenario "a new account takes its place, and CAA records that name the old one are told first" registered_anew
scenario "a registration that was cut short leaves the old account, and is taken up" cut_short_registration
scenario "after its end the next order makes a new one" deactivated
scenario "auto-renew --dry-run tells when and why" planned
scenario "enable --dry-run orders elsewhere and keeps nothing" rehearsed
