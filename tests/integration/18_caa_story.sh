#!/usr/bin/env bash
# CAA records are read before an order: a name that they close to the CA costs none, and does not hold
# back the others. Pebble itself does not look at them, so what is refused here, we refused.
# world: --dns zones
# shellcheck source-path=SCRIPTDIR
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

ca=pebble.letsencrypt.org # Pebble's caaIdentities

# created APP DOMAIN...: deployed, with domains that lead here.
created() {
  local name
  for name in "${@:2}"; do
    [[ $name == \** ]] || drill @192.0.2.53 "$name" A | grep -q '^[^;].*[[:space:]]A[[:space:]]' || world-zone add "$name" A 192.0.2.1
  done
  deployed_app "$@"
}

# refused APP NAME WORDS: enable fails without an order, because the records say the words.
refused() {
  local mark
  mark=$(pebble_mark)
  assert_exits 1 dokku letsencrypt:enable "$1"
  assert_lines "$out" "-----> Certificate retrieval failed!"
  assert_contains "$out" "$2: the CAA records of $3" "stdout"
  assert_eq 0 "$(orders_since "$mark")" "orders"
  name_has "$1" "$2" action-required caa
  assert_absent "$DOKKU_ROOT/$1/tls"
  assert_no_route "$1"
}

# issued APP NAME
issued() {
  local mark
  mark=$(pebble_mark)
  assert_runs dokku letsencrypt:enable "$1"
  assert_eq 1 "$(orders_since "$mark")" "orders"
  tls_verify "$2"
  name_has "$1" "$2" in-use
}

parent_forbids() {
  local mark
  given an_email
  world-zone add closed.example.test CAA 0 issue other-ca.example
  created shop www.closed.example.test shop.example.test
  mark=$(pebble_mark)
  assert_runs dokku letsencrypt:enable shop
  assert_contains "$err" " !     www.closed.example.test has no certificate yet (caa): www.closed.example.test: the CAA records of closed.example.test do not allow $ca: 0 issue \"other-ca.example\"" "stderr"
  assert_eq 1 "$(orders_since "$mark")" "orders"
  assert_not_contains "$(pebble_lines_since "$mark")" www.closed.example.test "the CA's log"
  assert_eq shop.example.test "$(served_names shop.example.test)" "names"
  assert_eq "partial 1/2" "$(summary_of shop)" "summary"
  name_has shop shop.example.test in-use
  name_has shop www.closed.example.test action-required caa
  assert_exits 1 dokku letsencrypt:status shop
  assert_contains "$out" "Add a CAA record that allows the CA" "what to do"
}

# As soon as the zone has it, though the resolver may keep the old record for as long as it lives.
mended() {
  given parent_forbids
  local mark reload
  mark=$(pebble_mark) reload=$(reload_mark)
  assert_runs dokku letsencrypt:retry shop
  assert_eq 0 "$(orders_since "$mark")" "orders"
  assert_eq 0 "$(reloads_since "$reload")" "reloads"
  name_has shop www.closed.example.test action-required caa
  world-zone add closed.example.test CAA 0 issue "$ca"
  assert_runs dokku letsencrypt:retry shop
  assert_eq 1 "$(orders_since "$mark")" "orders"
  assert_eq "shop.example.test www.closed.example.test" "$(served_names shop.example.test)" "names"
  assert_runs dokku letsencrypt:status shop
}

only_forbidden_names() {
  given an_email
  world-zone add alone.example.test CAA 0 issue ";"
  created alone alone.example.test
  refused alone alone.example.test 'alone.example.test do not allow pebble.letsencrypt.org: 0 issue ";"'
  assert_eq true "$(jq .enabled "$(state_file alone)")" "enabled"
  assert_eq failing "$(summary_of alone)" "summary"
  world-zone remove alone.example.test CAA
  assert_runs dokku letsencrypt:retry alone
  tls_verify alone.example.test
}

# The closest records count: what stands above them does not.
allowed_below() {
  given an_email
  world-zone add wide.example.test CAA 0 issue other-ca.example
  world-zone add own.wide.example.test CAA 0 issue "$ca"
  created own own.wide.example.test
  issued own own.wide.example.test
}

behind_an_alias() {
  given an_email
  world-zone add target.test A 192.0.2.1
  world-zone add target.test CAA 0 issue other-ca.example
  world-zone add alias.example.test CNAME target.test
  created alias alias.example.test
  refused alias alias.example.test "target.test do not allow"
}

method_and_account() {
  given an_email
  world-zone add method.example.test CAA 0 issue "$ca; validationmethods=dns-01"
  created method method.example.test
  refused method method.example.test "method.example.test allow $ca, but not by http-01"
  world-zone add account.example.test CAA 0 issue "$ca; accounturi=https://198.51.100.1:14000/my-account/none"
  created account account.example.test
  refused account account.example.test "account.example.test allow $ca, but not for the account https://198.51.100.1:14000/my-account/"
}

# A program of the operator's puts the records into the zone.
by_dns() {
  mkdir -p /run/dns
  cat >/run/dns/program <<'PROGRAM'
#!/bin/bash
case $1 in
  present) world-zone add "${2%.}" TXT "$3" ;;
  cleanup) world-zone remove "${2%.}" TXT ;;
esac
PROGRAM
  chmod 0755 /run/dns /run/dns/program
  dokku letsencrypt:set "$1" dns-provider exec >/dev/null
  dokku letsencrypt:set "$1" dns-provider-EXEC_PATH /run/dns/program >/dev/null
}

dns_is_allowed() {
  given method_and_account
  by_dns method
  issued method method.example.test
}

# issuewild speaks of wildcards only, and alone.
wildcards() {
  given an_email
  local mark
  world-zone add stars.example.test CAA 0 issue "$ca"
  world-zone add stars.example.test CAA 0 issuewild other-ca.example
  created stars "*.stars.example.test" stars.example.test
  by_dns stars
  mark=$(pebble_mark)
  assert_runs dokku letsencrypt:enable stars
  assert_eq 1 "$(orders_since "$mark")" "orders"
  assert_eq stars.example.test "$(served_names stars.example.test)" "names"
  name_has stars stars.example.test in-use
  name_has stars "*.stars.example.test" action-required caa
}

other_settings() {
  given an_email
  world-zone add strict.example.test CAA 0 issue other-ca.example
  created strict strict.example.test good.example.test
  local mark
  mark=$(pebble_mark)
  assert_exits 1 dokku letsencrypt:enable strict --strict
  assert_eq 0 "$(orders_since "$mark")" "orders"
  # Who switches the look ahead off leaves the question to the CA.
  dokku letsencrypt:set strict preflight off >/dev/null
  assert_runs dokku letsencrypt:enable strict --strict
  assert_eq 1 "$(orders_since "$mark")" "orders"
  tls_verify strict.example.test
}

scenario "records of a parent close one name, the other is issued" parent_forbids
scenario "retry heals as soon as the record is mended" mended
scenario "an app with none but forbidden names orders nothing" only_forbidden_names
scenario "the closest records decide" allowed_below
scenario "records behind an alias hold" behind_an_alias
scenario "validationmethods and accounturi bind" method_and_account
scenario "validationmethods=dns-01 lets DNS-01 pass" dns_is_allowed
scenario "issuewild closes the wildcard alone" wildcards
scenario "--strict and preflight off" other_settings
