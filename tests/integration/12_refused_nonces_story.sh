#!/usr/bin/env bash
# A CA that refuses every second nonce is asked again at once with a fresh one.
# world: --env PEBBLE_WFE_NONCEREJECT=50
# shellcheck source-path=SCRIPTDIR
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

certificates_all_the_same() {
  local mark requests refused=0 i
  given an_email
  new_app shop shop.example.test
  for i in 1 2 3; do
    mark=$(pebble_mark)
    run_and_capture dokku letsencrypt:enable shop --force
    # By chance a request can be refused eleven times in a row, which ends a run: once in 200 runs.
    if ((code != 0)); then
      assert_contains "$out" badNonce "output"
      assert_runs dokku letsencrypt:enable shop --force
    fi
    assert_contains "$out" "-----> Done" "run $i"
    assert_at_most 2 "$(orders_since "$mark")" "orders"
    requests=$(pebble_requests_since "$mark")
    # Without a refusal it costs 11 at most.
    ((requests <= 11)) || refused=$((refused + 1))
  done
  tls_verify shop.example.test
  assert_at_least 1 "$refused" "runs with refusals"
}

scenario "refused nonces cost requests and nothing else" certificates_all_the_same
