#!/usr/bin/env bash
# One bad name does not hold back the others: the certificate covers those that pass, grows when the
# rest heals, and nothing is ordered meanwhile.
# world: --dns zones
# shellcheck source-path=SCRIPTDIR
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

two_of_three() {
  local mark
  given an_email
  dokku plugin:trigger scheduler-cron-write >/dev/null
  world-zone add one.example.test A 192.0.2.1
  world-zone add two.example.test A 192.0.2.1
  deployed_app shop one.example.test three.example.test two.example.test
  mark=$(pebble_mark)
  assert_runs dokku letsencrypt:enable shop
  assert_lines "$out" "-----> Certificate retrieved successfully." "-----> Done"
  assert_eq 1 "$(grep -c '^ !     ' <<<"$err")" "warnings"
  assert_contains "$err" " !     three.example.test has no certificate yet (dns-missing)" "stderr"
  assert_eq 1 "$(orders_since "$mark")" "orders"
  assert_eq "one.example.test two.example.test" "$(served_names one.example.test)" "names"
  tls_verify two.example.test
  assert_eq "partial 2/3" "$(summary_of shop)" "summary"
  assert_eq "partial 2/3" "$(dokku letsencrypt:report shop --letsencrypt-status)" "row of the report"
  name_has shop one.example.test in-use
  name_has shop two.example.test in-use
  name_has shop three.example.test pending-dns dns-missing
  assert_exits 1 dokku letsencrypt:status shop
}

twenty_looks() {
  given two_of_three
  local mark reload look served due
  mark=$(pebble_mark) reload=$(reload_mark) served=$(served_fingerprint one.example.test)
  for look in {1..20}; do
    due=$(jq -r .due "$(state_file shop)")
    assert_runs cron_when_due shop
    assert_ne "$due" "$(jq -r .due "$(state_file shop)")" "time of the next look after $look"
  done
  assert_eq 0 "$(pebble_requests_since "$mark")" "requests to the CA"
  assert_eq 0 "$(reloads_since "$reload")" "reloads"
  assert_eq "$served" "$(served_fingerprint one.example.test)" "certificate"
  assert_eq "partial 2/3" "$(summary_of shop)" "summary"
  # The scheduled run finds nothing to do either.
  assert_runs dokku letsencrypt:auto-renew --scheduled
  assert_eq 0 "$(orders_since "$mark")" "orders"
}

all_three() {
  given two_of_three
  local mark
  mark=$(pebble_mark)
  world-zone add three.example.test A 192.0.2.1
  assert_runs cron_when_due shop
  assert_eq 1 "$(orders_since "$mark")" "orders"
  assert_eq "one.example.test three.example.test two.example.test" "$(served_names one.example.test)" "names"
  tls_verify three.example.test
  assert_runs dokku letsencrypt:status shop
  assert_eq ok "$(summary_of shop)" "summary"
  assert_waits_for_renewal shop
}

all_or_nothing() {
  given an_email
  local mark
  world-zone add good.example.test A 192.0.2.1
  deployed_app strict good.example.test bad.example.test
  mark=$(pebble_mark)
  assert_exits 1 dokku letsencrypt:enable strict --strict
  assert_lines "$out" "-----> Certificate retrieval failed!"
  assert_contains "$out" "bad.example.test does not resolve yet" "stdout"
  assert_eq 0 "$(orders_since "$mark")" "orders"
  assert_absent "$DOKKU_ROOT/strict/tls"
  name_has strict bad.example.test pending-dns dns-missing
  world-zone add bad.example.test A 192.0.2.1
  assert_runs dokku letsencrypt:enable strict --strict
  assert_eq 1 "$(orders_since "$mark")" "orders"
  assert_eq "bad.example.test good.example.test" "$(served_names good.example.test)" "names"
}

# It stays a good name's neighbour for ever, and costs nothing.
name_that_the_ca_forbids() {
  given an_email
  local mark
  world-zone add blocked-domain.example A 192.0.2.1
  world-zone add fine.example.test A 192.0.2.1
  deployed_app forbidden blocked-domain.example fine.example.test
  mark=$(pebble_mark)
  assert_runs dokku letsencrypt:enable forbidden
  assert_contains "$err" " !     blocked-domain.example has no certificate yet (bad-name)" "stderr"
  assert_eq 1 "$(orders_since "$mark")" "orders"
  assert_eq 2 "$(pebble_lines_since "$mark" | grep -c -- 'POST /order-plz' || true)" "requests for an order"
  assert_eq "fine.example.test" "$(served_names fine.example.test)" "names"
  name_has forbidden blocked-domain.example action-required bad-name
  name_has forbidden fine.example.test in-use
  assert_eq "partial 1/2" "$(summary_of forbidden)" "summary"
}

name_that_the_ca_cannot_validate() {
  given an_email
  local mark
  other_server 203.0.113.9
  world-zone add away.example.test A 203.0.113.9
  world-zone add here.example.test A 192.0.2.1
  deployed_app unseen away.example.test here.example.test
  dokku letsencrypt:set unseen preflight off >/dev/null
  mark=$(pebble_mark)
  assert_runs dokku letsencrypt:enable unseen
  assert_contains "$err" " !     away.example.test has no certificate yet (ca-refused)" "stderr"
  assert_eq 2 "$(orders_since "$mark")" "orders"
  assert_eq "here.example.test" "$(served_names here.example.test)" "names"
  name_has unseen away.example.test failed ca-refused
  name_has unseen here.example.test in-use
  # The next try asks the CA for the certificate with both, once: it is refused, and that of one stays.
  mark=$(pebble_mark)
  assert_runs cron_when_due unseen
  assert_eq 1 "$(orders_since "$mark")" "orders"
  assert_eq "here.example.test" "$(served_names here.example.test)" "names"
  name_has unseen here.example.test in-use
  name_has unseen away.example.test failed ca-refused
}

# The scheduled run does not take a name out of the certificate because it fails right now; an operator does.
covered_name_loses_its_dns() {
  given an_email
  local mark
  world-zone add keep.example.test A 192.0.2.1
  world-zone add lose.example.test A 192.0.2.1
  deployed_app change keep.example.test lose.example.test new.example.test
  dokku letsencrypt:set change dns-resolvers 192.0.2.53 >/dev/null # keeps nothing
  assert_runs dokku letsencrypt:enable change
  assert_eq "keep.example.test lose.example.test" "$(served_names keep.example.test)" "names"
  world-zone remove lose.example.test
  world-zone add new.example.test A 192.0.2.1
  mark=$(pebble_mark)
  run_and_capture at_time +80d dokku letsencrypt:auto-renew --scheduled
  assert_eq 0 "$(pebble_lines_since "$mark" | grep -c lose.example.test || true)" "lines of the CA about the name"
  assert_eq "keep.example.test lose.example.test" "$(served_names keep.example.test)" "names"
  name_has change lose.example.test in-use dns-missing
  run_and_capture at_time +81d world-cron letsencrypt/cron
  assert_eq "keep.example.test lose.example.test" "$(served_names keep.example.test)" "names"
  name_has change keep.example.test in-use held-back
  name_has change lose.example.test in-use dns-missing
  name_has change new.example.test failed held-back
  assert_runs dokku letsencrypt:enable change
  assert_contains "$err" " !     lose.example.test has no certificate yet (dns-missing)" "stderr"
  assert_eq "keep.example.test new.example.test" "$(served_names keep.example.test)" "names"
  name_has change keep.example.test in-use
  name_has change new.example.test in-use
  name_has change lose.example.test pending-dns dns-missing
  assert_eq "partial 2/3" "$(summary_of change)" "summary"
}

scenario "enable gives a certificate for two of three names" two_of_three
scenario "twenty runs of cron order nothing" twenty_looks
scenario "the certificate grows when the third name heals" all_three
scenario "enable --strict orders all names or none" all_or_nothing
scenario "a name that the CA forbids is left out" name_that_the_ca_forbids
scenario "a name that the CA cannot validate is left out by one more order" name_that_the_ca_cannot_validate
scenario "a covered name that loses its DNS is kept until someone types" covered_name_loses_its_dns
