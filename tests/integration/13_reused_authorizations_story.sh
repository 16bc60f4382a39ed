#!/usr/bin/env bash
# A CA that reuses valid authorizations: a renewal's order is ready at once.
# world: --env PEBBLE_AUTHZREUSE=100
# shellcheck source-path=SCRIPTDIR
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

validations_since() { pebble_lines_since "$1" | grep -c 'Attempting to validate' || true; }

straight_to_finalize() {
  local mark
  given an_email
  new_app shop shop.example.test
  mark=$(pebble_mark)
  assert_runs dokku letsencrypt:enable shop
  assert_at_least 1 "$(validations_since "$mark")" "validations of the first order"
  tls_verify shop.example.test
  mark=$(pebble_mark)
  assert_runs dokku letsencrypt:enable shop --force
  assert_eq 0 "$(validations_since "$mark")" "validations of the renewal"
  assert_eq 0 "$(pebble_lines_since "$mark" | grep -c 'POST /chalZ/' || true)" "challenges of the renewal"
  assert_at_most 6 "$(pebble_requests_since "$mark")" "requests of the renewal"
  tls_verify shop.example.test
}

one_name_more() {
  given straight_to_finalize
  local mark
  dokku letsencrypt:set shop auto-issue false >/dev/null
  dokku domains:add shop www.example.test >/dev/null 2>&1
  mark=$(pebble_mark)
  assert_runs dokku letsencrypt:enable shop
  assert_eq 1 "$(pebble_lines_since "$mark" | grep -c 'POST /chalZ/')" "challenges"
  tls_verify www.example.test
}

scenario "an order that is ready at once is finalized at once" straight_to_finalize
scenario "only the name without an authorization is validated" one_name_more
