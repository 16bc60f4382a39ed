#!/usr/bin/env bash
# A CA that refuses every second nonce is asked again at once with a fresh one.
# world: --env PEBBLE_WFE_NONCEREJECT=50
# shellcheck source-path=SCRIPTDIR
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

certificates_all_the_same() {
  local mark requests i
  dokku letsencrypt:set --global email you@example.test >/dev/null
  new_app shop shop.example.test www.example.test
  mark=$(pebble_mark)
  assert_runs dokku letsencrypt:enable shop
  tls_verify shop.example.test
  tls_verify www.example.test
  for i in 1 2 3; do
    assert_runs dokku letsencrypt:enable shop --force
    assert_contains "$out" "-----> Done" "run $i"
  done
  assert_eq 4 "$(orders_since "$mark")" "orders"
  # Without a refusal four runs cost 42 requests at most; that there were more shows refusals.
  requests=$(pebble_requests_since "$mark")
  assert_at_least 50 "$requests" "requests"
  assert_not_contains "$out$err" badNonce "output"
}

scenario "refused nonces cost requests and nothing else" certificates_all_the_same
