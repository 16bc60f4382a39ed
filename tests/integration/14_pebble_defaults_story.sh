#!/usr/bin/env bash
# Pebble as it comes: validations that take seconds, Retry-After, refused nonces, reused authorizations.
# world: --pebble-defaults
# shellcheck source-path=SCRIPTDIR
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

patience_pays() {
  local mark
  given an_email
  new_app shop shop.example.test www.example.test
  mark=$(pebble_mark)
  assert_runs dokku letsencrypt:enable shop
  tls_verify shop.example.test
  tls_verify www.example.test
  assert_no_route shop
  assert_eq 1 "$(orders_since "$mark")" "orders"
  # The CA says how long to wait; asking more often than that would show here.
  assert_at_most 25 "$(pebble_requests_since "$mark")" "requests"
}

scenario "a slow CA is waited for as it asks" patience_pays
