#!/usr/bin/env bash
# `enable --all` on thirty apps: one account, few reloads, and a failing app harms itself alone.
# shellcheck source-path=SCRIPTDIR
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

thirty_apps() {
  local i mark reloads rebuilds
  given an_email
  make_apps 30
  leads_elsewhere app7.example.test
  mark=$(pebble_mark) reloads=$(reload_mark) rebuilds=$(trigger_mark)
  assert_exits 1 dokku letsencrypt:enable --all
  # Dokku reloads with each vhost that it rebuilds to listen on 443; of ours there are two.
  assert_eq 29 "$(rebuilds_since "$rebuilds")" "rebuilds"
  assert_at_most $((29 + 2)) "$(reloads_since "$reloads")" "reloads"
  assert_lines "$out" "-----> 29 of 30 certificates were issued and installed"
  assert_lines "$err" " !     Failed: app7 (other-server)"
  assert_eq 1 "$(accounts_since "$mark")" "accounts"
  # None for the name whose DNS leads elsewhere.
  assert_eq 29 "$(orders_since "$mark")" "orders"
  assert_at_most $((30 * 9 + 10)) "$(pebble_requests_since "$mark")" "requests"
  for i in 1 6 8 30; do tls_verify "app$i.example.test"; done
  assert_eq false "$(dokku letsencrypt:active app7)" "active"
  assert_no_route app7
}

# With a vhost that has its certificate nothing is rebuilt: one reload for the challenges, one for the
# pairs. (Before, each app's vhost had to be rebuilt by Dokku once to listen on 443.)
again_with_two_reloads() {
  given thirty_apps
  local mark rebuilds
  leads_here app7.example.test
  assert_runs dokku letsencrypt:enable app7
  mark=$(reload_mark) rebuilds=$(trigger_mark)
  assert_runs dokku letsencrypt:enable --all --force
  assert_lines "$out" "-----> 30 of 30 certificates were issued and installed"
  assert_at_most 2 "$(reloads_since "$mark")" "reloads"
  assert_eq 0 "$(rebuilds_since "$rebuilds")" "rebuilds"
}

nothing_to_do() {
  given again_with_two_reloads
  local mark
  mark=$(pebble_mark)
  assert_runs dokku letsencrypt:enable --all
  assert_eq 30 "$(grep -c 'Certificate is still valid' <<<"$out")" "apps"
  assert_eq 0 "$(pebble_requests_since "$mark")" "requests to the CA"
}

scenario "one of thirty fails, twenty-nine are served" thirty_apps
scenario "renewing thirty costs two reloads" again_with_two_reloads
scenario "with nothing to do nobody is asked" nothing_to_do
