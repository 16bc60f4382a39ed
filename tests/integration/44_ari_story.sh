#!/usr/bin/env bash
# What the CA says about when to renew (RFC 9773): a window that it moved, words that mean nothing, and
# orders that name the certificate they replace.
# shellcheck source-path=SCRIPTDIR
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

# window FROM TO: e.g. window -2days -1day
window() {
  local format=%Y-%m-%dT%H:%M:%SZ
  jq -cn --arg from "$(date -u -d "$1" +$format)" --arg to "$(date -u -d "$2" +$format)" \
    '{suggestedWindow: {"start": $from, "end": $to}, explanationURL: "https://ca.example/incident"}'
}

# asked_again APP: its CA may be asked now; it usually names a time some hours ahead.
asked_again() {
  local file
  file=$(state_file "$1")
  jq '.renewal.next_ask = "2020-01-01T00:00:00Z"' "$file" >/run/state
  cat /run/state >"$file"
}

# certificate_id APP: RFC 9773 section 4.1, worked out by other means than ours.
certificate_id() {
  local key_id serial
  key_id=$(installed_certificate "$1" -noout -ext authorityKeyIdentifier | sed -n 's/^ *\(keyid:\)\{0,1\}\([0-9A-F:]*\)$/\2/p' | tr -d ':')
  serial=$(installed_certificate "$1" -noout -serial | cut -d= -f2)
  # A serial whose first bit is set has a zero before it.
  [[ $serial != [89A-F]* || $((${#serial} % 2)) != 0 ]] || serial=00$serial
  printf '%s.%s\n' "$(base64url_of "$key_id")" "$(base64url_of "$serial")"
}
base64url_of() { perl -e 'print pack "H*", $ARGV[0]' "$1" | base64 -w0 | tr '+/' '-_' | tr -d '='; }

# Does the ledger say of the last order that its CA exempts it from its limits?
is_exempt() { jq -c 'select(.entry == "order")' "$(global_folder)/ledger.jsonl" | tail -n1 | jq '.exempt // false'; }

scheduled_run() { assert_runs dokku letsencrypt:auto-renew --scheduled; }

asked_after_issuance() {
  ca_front works
  given an_email
  dokku letsencrypt:set --global server $front_directory >/dev/null
  new_app shop shop.example.test
  new_app blog blog.example.test
  assert_runs dokku letsencrypt:enable shop
  assert_runs dokku letsencrypt:enable blog
  assert_matches "$(jq -r .renewal.moment "$(state_file shop)")" '^20..-' "moment"
  assert_eq "$(jq -r .installed.fingerprint "$(state_file shop)")" "$(jq -r .renewal.fingerprint "$(state_file shop)")" "certificate of the plan"
}

moved_into_the_past() {
  given asked_after_issuance
  local before id mark blog
  with_usual_serial shop
  before=$(fingerprint_of shop) blog=$(fingerprint_of blog) id=$(certificate_id shop)
  ca_renewal_info shop "$(window -2days -1day)"
  mark=$(front_requests)
  # Not asked before the time that the CA named.
  scheduled_run
  assert_eq "$mark" "$(front_requests)" "requests before the time to ask"
  assert_eq "$before" "$(fingerprint_of shop)" "certificate"
  at_time +7h dokku letsencrypt:auto-renew --scheduled >/run/renewed 2>&1 || { cat /run/renewed; false; }
  assert_ne "$before" "$(fingerprint_of shop)" "certificate"
  assert_eq "$blog" "$(fingerprint_of blog)" "certificate of blog"
  assert_eq "[\"$id\"]" "$(front_orders "$mark" | jq -c '[.replaces]')" "replaces of all new orders"
  # Named, but not exempt: the window was past.
  assert_eq false "$(is_exempt)" "exempt in the ledger"
  tls_verify shop.example.test
}

once_is_enough() {
  given moved_into_the_past
  local before mark
  before=$(fingerprint_of shop) mark=$(front_requests)
  at_time +8h dokku letsencrypt:auto-renew --scheduled >/run/renewed 2>&1
  at_time +20h dokku letsencrypt:auto-renew --scheduled >/run/renewed 2>&1
  assert_eq "" "$(front_orders "$mark")" "new orders"
  assert_eq "$before" "$(fingerprint_of shop)" "certificate"
}

moved_ahead() {
  given asked_after_issuance
  local mark moment
  mark=$(front_requests)
  ca_renewal_info shop "$(window +3days +4days)"
  asked_again shop
  scheduled_run
  assert_at_least $((mark + 1)) "$(front_requests)" "requests"
  moment=$(date -d "$(jq -r .renewal.moment "$(state_file shop)")" +%s)
  assert_at_least $((EPOCHSECONDS + 3 * 86400 - 60)) "$moment" "moment"
  assert_at_most $((EPOCHSECONDS + 4 * 86400 + 60)) "$moment" "moment"
  assert_eq https://ca.example/incident "$(jq -r .renewal.explanation "$(state_file shop)")" "explanation"
  # Asked for the same again, it does not roll the dice again.
  asked_again shop
  scheduled_run
  assert_eq "$moment" "$(date -d "$(jq -r .renewal.moment "$(state_file shop)")" +%s)" "moment after the second answer"
  assert_eq "" "$(front_orders "$mark")" "new orders"
  assert_runs dokku letsencrypt:auto-renew shop --dry-run
  assert_contains "$out" "the CA's renewal window" "dry run"
}

# The CA exempts what is sent while the window of the replaced certificate is open, and nothing else.
open_window() {
  given asked_after_issuance
  local id mark
  with_usual_serial shop
  id=$(certificate_id shop)
  ca_renewal_info shop "$(window -1hour +2hours)"
  asked_again shop
  assert_runs dokku letsencrypt:auto-renew --scheduled
  if [[ $id == "$(certificate_id shop)" ]]; then
    mark=$(front_requests)
    assert_runs dokku letsencrypt:enable shop --force
    assert_eq "[\"$id\"]" "$(front_orders "$mark" | jq -c '[.replaces]')" "replaces of all new orders"
  fi
  assert_eq true "$(is_exempt)" "exempt in the ledger"
}

words_that_mean_nothing() {
  given asked_after_issuance
  local mark answer
  mark=$(front_requests)
  for answer in 'no json' '{}' "$(window -1day -2days)"; do
    ca_renewal_info shop "$answer"
    asked_again shop
    scheduled_run
    assert_eq "" "$err" "stderr with the answer $answer"
    assert_matches "$out" "shop still has (59d|60d)" "stdout with the answer $answer"
    assert_eq null "$(jq .renewal.moment "$(state_file shop)")" "moment with the answer $answer"
  done
  assert_eq "" "$(front_orders "$mark")" "new orders"
}

keep_app() { rm -rf "/run/kept-$1" && mkdir "/run/kept-$1" && cp -a "$DOKKU_ROOT/$1/tls" "$DOKKU_ROOT/$1/letsencrypt" "$(state_file "$1")" "/run/kept-$1/"; }
restore_app() {
  rm -r "$DOKKU_ROOT/$1/tls" "$DOKKU_ROOT/$1/letsencrypt"
  cp -a "/run/kept-$1/tls" "/run/kept-$1/letsencrypt" "$DOKKU_ROOT/$1/"
  cp -a "/run/kept-$1/$1.json" "$(state_file "$1")"
}

# A backup was played back: the certificate has a successor already.
replaced_already() {
  given asked_after_issuance
  local mark before
  with_usual_serial shop
  keep_app shop
  assert_runs dokku letsencrypt:enable shop --force
  assert_not_contains "$out" "does not take the order as a renewal" "stdout"
  restore_app shop
  before=$(fingerprint_of shop) mark=$(front_requests)
  assert_runs dokku letsencrypt:enable shop --force
  assert_contains "$out" "The CA does not take the order as a renewal" "stdout"
  assert_contains "$out" "alreadyReplaced" "stdout"
  assert_eq "true false" "$(front_orders "$mark" | jq 'has("replaces")' | xargs)" "new orders that name it"
  assert_ne "$before" "$(fingerprint_of shop)" "certificate"
  assert_eq false "$(is_exempt)" "exempt in the ledger"
  tls_verify shop.example.test
}

# The certificate is another account's than the state says.
account_that_did_not_order_it() {
  given asked_after_issuance
  local other file mark
  dokku letsencrypt:set --global email they@example.test >/dev/null
  assert_runs dokku letsencrypt:enable blog --force
  other=$(jq -r .installed.account "$(state_file blog)") file=$(state_file shop)
  assert_ne "$other" "$(jq -r .installed.account "$file")" "account"
  # As it is, the order does not even name a certificate that the CA would not take from this account.
  mark=$(front_requests)
  keep_app shop
  assert_runs dokku letsencrypt:enable shop --force
  assert_eq false "$(front_orders "$mark" | jq 'has("replaces")')" "names it"
  assert_not_contains "$out" "does not take the order as a renewal" "stdout"
  restore_app shop
  jq --arg other "$other" '.installed.account = $other' "$file" >/run/state
  cat /run/state >"$file"
  mark=$(front_requests)
  assert_runs dokku letsencrypt:enable shop --force
  assert_contains "$out" "The CA does not take the order as a renewal" "stdout"
  assert_eq "true false" "$(front_orders "$mark" | jq 'has("replaces")' | xargs)" "new orders that name it"
  tls_verify shop.example.test
}

scenario "after an issuance the CA is asked when to renew" asked_after_issuance
scenario "a window moved into the past renews at once, as a replacement" moved_into_the_past
scenario "and not a second time" once_is_enough
scenario "a window ahead renews nothing; a moment in it is kept" moved_ahead
scenario "an order within an open window is exempt" open_window
scenario "an answer without meaning leaves the lifetime to decide" words_that_mean_nothing
scenario "a certificate that has a successor already is ordered anew" replaced_already
scenario "so is one that another account ordered" account_that_did_not_order_it
