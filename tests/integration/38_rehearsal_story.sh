#!/usr/bin/env bash
# After two refused tries of a name the next one is rehearsed elsewhere first, where a failure costs
# nothing; what is issued there is never installed.
# shellcheck source-path=SCRIPTDIR
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

rehearsed="Rehearsing the order at"

# Another path of the same CA: a directory of its own for the product, and accounts shared as with
# lego.
refused_twice() {
  given an_email
  dokku letsencrypt:set --global rehearse "$PEBBLE_DIRECTORY" >/dev/null
  new_app shop shop.example.test
  dokku letsencrypt:set shop preflight off >/dev/null
  leads_elsewhere shop.example.test
  for _ in 1 2; do
    assert_exits 1 dokku letsencrypt:enable shop
    assert_not_contains "$out" "$rehearsed" "stdout"
  done
  assert_eq 2 "$(jq '.names[0].failures' "$(state_file shop)")" "failures"
  assert_eq firewall "$(name_cause shop shop.example.test)" "cause"
}

refused_in_the_rehearsal() {
  given refused_twice
  local mark
  mark=$(pebble_mark)
  assert_exits 1 dokku letsencrypt:enable shop
  assert_contains "$out" "$rehearsed" "stdout"
  assert_eq 1 "$(orders_since "$mark")" "orders"
  assert_eq null "$(jq .order "$(state_file shop)")" "journal"
  assert_no_route shop
}

passes_both() {
  given refused_twice
  local mark
  leads_here shop.example.test
  mark=$(pebble_mark)
  assert_runs dokku letsencrypt:enable shop
  assert_contains "$out" "$rehearsed" "stdout"
  assert_eq 2 "$(orders_since "$mark")" "orders"
  tls_verify shop.example.test
  assert_sound shop
  assert_eq 0 "$(jq '.names[0].failures // 0' "$(state_file shop)")" "failures"
}

not_any_more() {
  given passes_both
  local mark
  mark=$(pebble_mark)
  assert_runs dokku letsencrypt:enable shop --force
  assert_not_contains "$out" "$rehearsed" "stdout"
  assert_eq 1 "$(orders_since "$mark")" "orders"
}

scenario "two refusals are the CA's own" refused_twice
scenario "the third try fails in the rehearsal and goes no further" refused_in_the_rehearsal
scenario "a rehearsal that passes is followed by the real order" passes_both
scenario "after a success nothing is rehearsed" not_any_more
