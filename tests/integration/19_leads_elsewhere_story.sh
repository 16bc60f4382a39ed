#!/usr/bin/env bash
# Where a name leads is looked at before an order: another server's answer costs none and is named for
# what it is, and silence that says nothing about the CA's way is a warning only.
# world: --dns zones
# shellcheck source-path=SCRIPTDIR
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

elsewhere=203.0.113.9 elsewhere6=2001:db8::99 nobody6=2001:db8::77

# held APP NAME STATUS CAUSE WORDS: enable orders nothing, because of what the words say.
held() {
  local mark
  mark=$(pebble_mark)
  assert_exits 1 dokku letsencrypt:enable "$1"
  assert_lines "$out" "-----> Certificate retrieval failed!"
  assert_contains "$out" "$5" "stdout"
  assert_eq 0 "$(orders_since "$mark")" "orders"
  assert_eq "$3 $4" "$(name_status "$1" "$2") $(name_cause "$1" "$2")" "status and cause of $2"
  assert_eq true "$(jq .enabled "$(state_file "$1")")" "enabled"
  assert_no_route "$1"
}

# Without another server block nginx listens where this app's does, and nowhere else.
port_closed() {
  given an_email
  world-zone add closed.example.test A 192.0.2.2
  dokku apps:create closed >/dev/null 2>&1
  dokku nginx:set closed bind-address-ipv4 192.0.2.1 >/dev/null
  dokku nginx:set closed bind-address-ipv6 2001:db8::1 >/dev/null
  dokku domains:add closed closed.example.test >/dev/null 2>&1
  world-deploy closed >/dev/null 2>&1
  assert_eq 000 "$(http_status http://192.0.2.2/ || true)" "status at an address that nginx does not have"
  held closed closed.example.test failed port-closed "port 80 does not answer for closed.example.test at 192.0.2.2"
  dokku --force apps:destroy closed >/dev/null 2>&1
}

# nginx asks only those there that are bound to the address. It takes no wildcard beside specific
# addresses that it has already, so some app listens on all of them first and last.
address_of_another_app() {
  given an_email
  deployed_app keeper keeper.example.test
  world-zone add taker.example.test A 192.0.2.2
  world-zone add guest.example.test A 192.0.2.2
  dokku apps:create taker >/dev/null 2>&1
  dokku nginx:set taker bind-address-ipv4 192.0.2.2 >/dev/null
  dokku domains:add taker taker.example.test >/dev/null 2>&1
  world-deploy taker >/dev/null 2>&1
  deployed_app guest guest.example.test
  held guest guest.example.test failed address-taken "guest.example.test is answered by another app of this host, whose address that is, at 192.0.2.2: HTTP "
  # With a redirect to the same name: from here it looks as if that led back to us.
  mkdir -p "$DOKKU_ROOT/taker/nginx.conf.d"
  echo 'return 301 https://$host$request_uri;' >"$DOKKU_ROOT/taker/nginx.conf.d/own.conf"
  assert_runs dokku nginx:reload
  held guest guest.example.test failed address-taken "at 192.0.2.2: HTTP 301 from nginx to https://guest.example.test/"
  assert_contains "$(dokku letsencrypt:status guest || true)" "dokku nginx:set guest bind-address-ipv4 <address>" "what to do"
  dokku --force apps:destroy taker >/dev/null 2>&1
  dokku --force apps:destroy guest >/dev/null 2>&1
}

another_server() {
  given an_email
  other_server "$elsewhere"
  world-zone add other.example.test A "$elsewhere"
  deployed_app other other.example.test
  held other other.example.test pending-dns other-server "other.example.test leads to another server, $elsewhere: HTTP 200 from nginx"
  assert_contains "$(dokku letsencrypt:status other || true)" "Let the A and AAAA records of other.example.test lead to this host" "what to do"
}

redirected() {
  given an_email
  other_server "$elsewhere" 'return 301 https://www.elsewhere.test$request_uri;'
  world-zone add moved.example.test A "$elsewhere"
  deployed_app moved moved.example.test
  held moved moved.example.test pending-dns redirected "moved.example.test is redirected at $elsewhere: HTTP 301 from nginx"
}

proxied() {
  given an_email
  other_server "$elsewhere" 'add_header cf-ray 8f2-FRA always; return 404;'
  world-zone add cdn.example.test A "$elsewhere"
  deployed_app cdn cdn.example.test
  held cdn cdn.example.test pending-dns proxied "cdn.example.test is answered by a proxy at $elsewhere: HTTP 404 from nginx"
}

# CAs prefer IPv6, and a wrong answer there is not made good by IPv4.
aaaa_elsewhere() {
  given an_email
  other_server "$elsewhere6"
  world-zone add six.example.test A 192.0.2.1
  world-zone add six.example.test AAAA "$elsewhere6"
  deployed_app six six.example.test
  held six six.example.test pending-dns aaaa-mismatch "the AAAA record of six.example.test leads to another server, $elsewhere6: HTTP 200 from nginx"
}

# Of three names only the one that leads here is ordered.
among_others() {
  given aaaa_elsewhere
  given proxied
  local mark
  world-zone add here.example.test A 192.0.2.1
  world-zone add here.example.test AAAA 2001:db8::1
  world-zone add six.here.example.test CNAME six.example.test
  world-zone add cdn.here.example.test CNAME cdn.example.test
  deployed_app mixed here.example.test six.here.example.test cdn.here.example.test
  mark=$(pebble_mark)
  assert_runs dokku letsencrypt:enable mixed
  assert_eq 2 "$(grep -c 'has no certificate yet' <<<"$err")" "warnings"
  assert_eq 1 "$(orders_since "$mark")" "orders"
  assert_eq here.example.test "$(served_names here.example.test)" "names"
  assert_eq "partial 1/3" "$(summary_of mixed)" "summary"
  name_has mixed six.here.example.test pending-dns aaaa-mismatch
  name_has mixed cdn.here.example.test pending-dns proxied
}

# Public CAs fall back to IPv4 where no server answers. Pebble does not, so that for it the record is gone,
# while the resolver still has it.
aaaa_of_nobody() {
  given an_email
  local mark
  world-zone add half.example.test A 192.0.2.1
  world-zone add half.example.test AAAA "$nobody6"
  deployed_app half half.example.test
  drill @127.0.0.1 half.example.test AAAA | grep -q "AAAA[[:space:]]*$nobody6"
  world-zone remove half.example.test AAAA
  mark=$(pebble_mark)
  assert_runs dokku letsencrypt:enable half
  assert_contains "$err" " !     half.example.test does not answer at $nobody6" "stderr"
  assert_eq 1 "$(orders_since "$mark")" "orders"
  tls_verify half.example.test
  name_has half half.example.test in-use
}

# An address that is none of this host's, where no server answers.
nobody_there() {
  given an_email
  world-zone add nobody.example.test A 203.0.113.77
  deployed_app nobody nobody.example.test
  ip route add unreachable 203.0.113.77
  held nobody nobody.example.test pending-dns other-server "203.0.113.77, which is no address of this host and does not answer"
}

switched_off() {
  given another_server
  local mark
  other_server "$elsewhere"
  dokku letsencrypt:set other preflight off >/dev/null
  mark=$(pebble_mark)
  assert_exits 1 dokku letsencrypt:enable other
  assert_eq 1 "$(orders_since "$mark")" "orders"
  name_has other other.example.test failed ca-refused
  # Neither DNS nor address: that is the CA's to say.
  dokku letsencrypt:set --global preflight off >/dev/null
  deployed_app unknown unknown.example.test
  mark=$(pebble_mark)
  assert_exits 1 dokku letsencrypt:enable unknown
  assert_eq 1 "$(orders_since "$mark")" "orders"
  name_has unknown unknown.example.test failed firewall
  dokku letsencrypt:set --global preflight >/dev/null
}

# Behind a router: no public address of its own, and no way to itself by the public one. IPv6, because
# the world lives on its IPv4 addresses. For the CA too no server is there, but that is its to say.
hairpin() {
  given an_email
  local mark
  world-zone add home.example.test AAAA "$nobody6"
  deployed_app home home.example.test
  held home home.example.test pending-dns other-server "which is no address of this host"
  ip -6 address del 2001:db8::1 dev lo
  ip -6 address del 2001:db8::2 dev lo
  ip -6 address add fd00::10/128 dev lo nodad
  mark=$(pebble_mark)
  assert_exits 1 dokku letsencrypt:enable home
  assert_contains "$err" " !     home.example.test cannot be fetched from this host at $nobody6" "stderr"
  assert_eq 1 "$(orders_since "$mark")" "orders"
  name_has home home.example.test failed firewall
}

scenario "port 80 is closed at an address of this host" port_closed
scenario "an address on which another app alone is served is no other server" address_of_another_app
scenario "a name leads to another server" another_server
scenario "another server redirects to another name" redirected
scenario "a proxy answers by itself" proxied
scenario "the AAAA record leads elsewhere" aaaa_elsewhere
scenario "the name that leads here is issued without the others" among_others
scenario "an AAAA record where nobody answers is a warning" aaaa_of_nobody
scenario "an address of nobody" nobody_there
scenario "preflight off asks the CA all the same" switched_off
scenario "what hairpin NAT explains is a warning, and the order is made" hairpin
