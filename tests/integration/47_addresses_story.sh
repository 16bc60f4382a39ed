#!/usr/bin/env bash
# also: sanitized
# An app whose domain is an IPv4 address (RFC 8738).
# shellcheck source-path=SCRIPTDIR
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

# Who asks for an address sends no name in the handshake (RFC 6066).
address_pem() { nginx_settled; timeout 5 openssl s_client -connect "$1:$HTTPS_PORT" -noservername </dev/null 2>/dev/null | openssl x509; }
names_at() { address_pem "$1" | openssl x509 -noout -ext subjectAltName | tail -n 1 | tr -d ' '; }

address_beside_a_name() {
  given an_email
  new_app shop shop.example.test
  dokku domains:add shop 192.0.2.1 >/dev/null 2>&1
  assert_runs dokku letsencrypt:enable shop
  assert_contains "$out" "-----> Done" "stdout"
  assert_eq "        - Domain 'shop.example.test'
        - Domain '192.0.2.1'" "$err" "stderr"
  assert_eq "DNS:shop.example.test,IPAddress:192.0.2.1" "$(names_at 192.0.2.1)" "names"
  assert_eq "hello from shop" "$(http_body "https://192.0.2.1:$HTTPS_PORT/")" "the app over TLS"
  tls_verify shop.example.test
  assert_eq in-use "$(name_status shop 192.0.2.1)" "status"
  assert_no_route shop
}

nothing_is_due() {
  given address_beside_a_name
  assert_runs dokku letsencrypt:enable shop
  assert_contains "$out" "-----> Certificate is still valid for shop" "stdout"
}

# nginx shows the certificate of the first app to who asks without a name.
behind_another_app() {
  given address_beside_a_name
  new_app alpha alpha.example.test
  dokku letsencrypt:enable alpha >/dev/null 2>&1
  assert_runs dokku letsencrypt:enable shop --force
  assert_contains "$err" "TLS knows no names that are addresses" "stderr"
  assert_eq not-served "$(name_cause shop 192.0.2.1)" "cause"
  tls_verify shop.example.test
}

address_that_leads_elsewhere() {
  given an_email
  new_app far far.example.test
  other_server 203.0.113.9
  dokku domains:add far 203.0.113.9 >/dev/null 2>&1
  run_and_capture dokku letsencrypt:enable far
  assert_contains "$err" "203.0.113.9 leads to another server" "stderr"
  assert_eq far.example.test "$(served_names far.example.test)" "names"
}

not_by_dns() {
  given an_email
  printf '#!/bin/sh\nexit 1\n' >/run/provider
  chmod +x /run/provider
  new_app zone 192.0.2.2
  dokku letsencrypt:set zone dns-provider exec >/dev/null
  dokku letsencrypt:set zone dns-provider-EXEC_PATH /run/provider >/dev/null
  assert_exits 1 dokku letsencrypt:enable zone
  assert_contains "$err" "'192.0.2.2' is an IP address, which the DNS-01 challenge cannot certify" "stderr"
}

scenario "an address is certified beside a name" address_beside_a_name
scenario "what it covers is not ordered again" nothing_is_due
scenario "where another app is nginx's default, that is said" behind_another_app
scenario "an address of another server is left out" address_that_leads_elsewhere
scenario "with DNS-01 an address is refused" not_by_dns
