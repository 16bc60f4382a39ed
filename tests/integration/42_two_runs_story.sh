#!/usr/bin/env bash
# Runs that come at the same time.
# shellcheck source-path=SCRIPTDIR
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

# A fresh host: both need an account, and must end up with the same.
two_apps_at_once() {
  local mark one two
  given an_email
  new_app shop shop.example.test
  new_app blog blog.example.test
  mark=$(pebble_mark)
  dokku letsencrypt:enable shop >/run/one 2>&1 & one=$!
  dokku letsencrypt:enable blog >/run/two 2>&1 & two=$!
  wait $one || { cat /run/one; false; }
  wait $two || { cat /run/two; false; }
  assert_eq 1 "$(accounts_since "$mark")" "accounts"
  tls_verify shop.example.test
  tls_verify blog.example.test
  assert_runs dokku letsencrypt:enable --all --force
  assert_eq 1 "$(accounts_since "$mark")" "accounts"
}

# The second finds what the first has just done, or is told that it is at work.
one_app_twice() {
  given two_apps_at_once
  local mark other
  mark=$(pebble_mark)
  dokku letsencrypt:enable shop --force >/run/one 2>&1 & other=$!
  wait_until 5 jq -e .order "$(state_file shop)"
  run_and_capture dokku letsencrypt:enable shop
  wait $other
  if ((code == 0)); then
    assert_lines "$out" "-----> Certificate is still valid for shop, skipping certificate request"
  else
    assert_contains "$err" " !     Another run is getting a certificate for shop right now" "stderr"
  fi
  assert_eq 1 "$(orders_since "$mark")" "orders"
}

# The command that was typed last holds.
disable_waits() {
  given two_apps_at_once
  local other
  dokku letsencrypt:enable shop --force >/run/one 2>&1 & other=$!
  wait_until 5 jq -e .order "$(state_file shop)"
  assert_runs dokku letsencrypt:disable shop
  # It had the pair by then, or has given up its order.
  wait $other || grep -q "shop was changed meanwhile; it is left alone" /run/one
  assert_absent "$DOKKU_ROOT/shop/tls"
  assert_absent "$DOKKU_ROOT/shop/letsencrypt"
  assert_eq false "$(jq .enabled "$(state_file shop)")" "enabled"
  assert_sound shop
}

# A run that has handed its pair over still looks whether it is served when the prompt is back.
commands_wait() {
  given two_apps_at_once
  dokku letsencrypt:enable shop >/dev/null 2>&1
  exec {held}>"$(global_folder)/locks/shop"
  flock "$held"
  (sleep 4; flock -u "$held") &
  assert_runs dokku letsencrypt:cleanup shop
  exec {held}>&-
  wait
}

# The CA was set up anew, or has forgotten us: registered again with the same key.
lost_account() {
  given two_apps_at_once
  local account
  account=$(find "$(global_folder)/accounts" -name account.json)
  jq '.registration.uri |= sub("my-account/.*"; "my-account/ffff")' "$account" >/run/account
  cat /run/account >"$account"
  assert_runs dokku letsencrypt:enable blog --force
  assert_contains "$out" "it was registered again with the same key" "stdout"
  assert_contains "$out" "-----> Done" "stdout"
  assert_not_contains "$(<"$account")" "ffff" "account.json"
}

# As a service manager may start us: what is printed is not for the file that is opened next.
streams_are_closed() {
  given two_apps_at_once
  local folder
  folder=$(global_folder)
  # shellcheck disable=SC2016 # expanded by dokku's shell
  LEGO_CA_CERTIFICATES=$PEBBLE_CA_PEM as_dokku bash -c '"$0" letsencrypt:enable blog --force <&- >&- 2>&-' \
    "$PLUGIN_ENABLED_PATH/letsencrypt/subcommands/enable"
  assert_eq "" "$(grep -rlE -- '----->|=====>' "$folder/locks" "$folder/state" "$folder/ledger.jsonl" "$DOKKU_ROOT/blog/letsencrypt" || true)" "files with lines for the terminal"
  tls_verify blog.example.test
}

scenario "two apps at once on a fresh host make one account" two_apps_at_once
scenario "two runs for one app order once" one_app_twice
scenario "disable waits for a run, and what was typed last holds" disable_waits
scenario "what is typed waits for the end of a run" commands_wait
scenario "an account that the CA has lost is registered again" lost_account
scenario "without stdin, stdout and stderr nothing is printed into files" streams_are_closed
