#!/usr/bin/env bash
# Other CAs, profiles and kinds of keys.
# shellcheck source-path=SCRIPTDIR
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

port=${PEBBLE_DIRECTORY##*:}
staging=https://staging.ca.example.net:$port
installed_by() { jq -r .installed.server "$(state_file "$1")"; }
key_of() { installed_certificate "$1" -noout -text | grep -m1 -o 'prime256v1\|secp384r1\|(2048 bit)\|(4096 bit)'; }

another_server() {
  challtestsrv add-a '{"host":"staging.ca.example.net","addresses":["198.51.100.1"]}'
  given an_email
  ca_front works
  new_app shop shop.example.test
  dokku letsencrypt:set shop server "$front_directory" >/dev/null
  assert_runs dokku letsencrypt:enable shop
  assert_eq "$front_directory" "$(installed_by shop)" "server"
  dokku letsencrypt:set shop server >/dev/null
  assert_runs dokku letsencrypt:auto-renew --dry-run
  assert_contains "$out" "shop would be renewed now (another CA is set now)" "stdout"
  assert_runs dokku letsencrypt:auto-renew --scheduled
  assert_eq "$PEBBLE_DIRECTORY" "$(installed_by shop)" "server"
  assert_runs dokku letsencrypt:auto-renew --scheduled
  assert_contains "$out" "shop still has" "second run"
}

staging_never_replaces_trusted() {
  given another_server
  local served mark
  served=$(served_fingerprint shop.example.test) mark=$(pebble_mark)
  dokku letsencrypt:set shop server "$staging" >/dev/null
  assert_exits 1 dokku letsencrypt:enable shop
  assert_contains "$err" "set to a staging CA, which no browser trusts; the certificate in use is trusted and stays" "stderr"
  assert_exits 1 dokku letsencrypt:auto-renew --scheduled
  assert_eq 0 "$(orders_since "$mark")" "orders"
  assert_eq "$served" "$(served_fingerprint shop.example.test)" "certificate"
  assert_runs dokku letsencrypt:enable shop --force
  assert_eq "$staging" "$(installed_by shop)" "server"
  # And back, without force.
  dokku letsencrypt:set shop server >/dev/null
  assert_runs dokku letsencrypt:auto-renew --scheduled
  assert_eq "$PEBBLE_DIRECTORY" "$(installed_by shop)" "server"
}

key_types() {
  given another_server
  assert_eq prime256v1 "$(key_of shop)" "key"
  dokku letsencrypt:set shop key-type rsa2048 >/dev/null
  assert_runs dokku letsencrypt:enable shop --force
  assert_eq "(2048 bit)" "$(key_of shop)" "key"
  # A renewal keeps what it finds.
  dokku letsencrypt:set shop key-type >/dev/null
  assert_runs dokku letsencrypt:enable shop --force
  assert_eq "(2048 bit)" "$(key_of shop)" "key"
  local before
  before=$(openssl pkey -in "$DOKKU_ROOT/shop/tls/server.key" -pubout)
  dokku letsencrypt:set shop reuse-key true >/dev/null
  assert_runs dokku letsencrypt:enable shop --force
  assert_eq "$before" "$(openssl pkey -in "$DOKKU_ROOT/shop/tls/server.key" -pubout)" "reused key"
  dokku letsencrypt:set shop reuse-key >/dev/null
}

profiles() {
  given another_server
  local mark
  dokku letsencrypt:set shop profile shortlived >/dev/null
  mark=$(pebble_mark)
  assert_exits 1 dokku letsencrypt:enable shop --force
  assert_contains "$out" "The CA does not offer the profile 'shortlived'; it has: default" "stdout"
  assert_eq 0 "$(orders_since "$mark")" "orders"
  # Where no operator asked, a profile that the CA withdrew stops no renewal.
  dokku letsencrypt:set shop graceperiod $((91 * 86400)) >/dev/null
  assert_runs dokku letsencrypt:auto-renew
  assert_contains "$err" "Ordered without a profile" "stderr"
  dokku letsencrypt:set shop graceperiod >/dev/null
  dokku letsencrypt:set shop profile default >/dev/null
  assert_runs dokku letsencrypt:enable shop --force
}

# `zerossl` and its like want an external account; who sets none is told before anything is asked.
external_accounts() {
  given another_server
  assert_runs dokku letsencrypt:set shop server zerossl
  assert_eq https://acme.zerossl.com/v2/DV90 "$(dokku letsencrypt:report shop --letsencrypt-computed-server)" "server"
  assert_exits 1 dokku letsencrypt:enable shop
  assert_contains "$err" "wants an external account" "stderr"
  assert_contains "$err" "dokku letsencrypt:set shop eab-kid" "stderr"
  dokku letsencrypt:set shop server >/dev/null
  dokku letsencrypt:set shop eab-hmac-key c2VjcmV0LWtleS1vZi1zb21lLWxlbmd0aA >/dev/null
  assert_not_contains "$(dokku report shop 2>&1)" c2VjcmV0 "dokku report"
  dokku letsencrypt:set shop eab-hmac-key >/dev/null
}

# A CA that fails for half a day, while the certificate comes near its end.
fallback() {
  given an_email
  new_app blog blog.example.test
  dokku letsencrypt:enable blog >/dev/null 2>&1
  dokku letsencrypt:set blog fallback-server "$front_directory" >/dev/null
  dokku letsencrypt:set blog server https://198.51.100.1:14998/dir >/dev/null
  assert_exits 1 at_time +70d dokku letsencrypt:auto-renew blog
  assert_ne null "$(jq .ca_fails_since "$(state_file blog)")" "failing since"
  assert_eq "$PEBBLE_DIRECTORY" "$(installed_by blog)" "server"
  assert_runs at_time +71d dokku letsencrypt:auto-renew blog
  assert_contains "$err" "ordering at the fallback server $front_directory" "stderr"
  assert_eq "$front_directory" "$(installed_by blog)" "server"
}

# sslcom issues for one name and its www.
fallback_that_cannot_issue() {
  given an_email
  new_app duo duo.example.test other.example.test
  dokku letsencrypt:enable duo >/dev/null 2>&1
  assert_runs dokku letsencrypt:set duo fallback-server sslcom
  assert_contains "$err" "sslcom issues free certificates for one name and its www alone" "stderr"
  assert_contains "$err" "That does not fit duo (duo.example.test, other.example.test): it will not be asked for that app" "stderr"
  dokku letsencrypt:set duo server https://198.51.100.1:14998/dir >/dev/null
  assert_exits 1 at_time +70d dokku letsencrypt:auto-renew duo
  assert_exits 1 at_time +71d dokku letsencrypt:auto-renew duo
  assert_contains "$err" "it is asked again, for the fallback server cannot stand in for duo.example.test, other.example.test: sslcom issues" "stderr"
  assert_contains "$out" "198.51.100.1" "stdout"
  assert_not_contains "$out$err" "external account" "output"
  assert_eq "$PEBBLE_DIRECTORY" "$(installed_by duo)" "server"
}

scenario "another CA takes over with the next run" another_server
scenario "a staging certificate never replaces a trusted one without force" staging_never_replaces_trusted
scenario "kinds of keys, kept at renewals" key_types
scenario "profiles are checked against what the CA lists" profiles
scenario "CAs that want an external account say so" external_accounts
scenario "the fallback server stands in for a CA that fails" fallback
scenario "a fallback server that cannot issue for the names is not asked" fallback_that_cannot_issue
