#!/usr/bin/env bash
# The world with real DNS: zones that know nothing at first, a resolver that keeps what it heard, other
# servers, and other times.
# world: --dns zones
# shellcheck source-path=SCRIPTDIR
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

zone_server=192.0.2.53

# ask SERVER NAME TYPE: the response code and the values of the answer, sorted: the resolver shuffles them.
ask() {
  local said
  said=$(drill "@$1" "$2" "$3")
  {
    sed -n 's/.*rcode: \([A-Z]*\),.*/\1/p' <<<"$said"
    sed '/AUTHORITY SECTION/,$d' <<<"$said" |
      awk -v type="$3" '!/^;/ && $4 == type { $1 = $2 = $3 = $4 = ""; print }' | LC_ALL=C sort
  } | xargs
}

no_names_at_first() {
  assert_eq "unset" "${CHALLTESTSRV_URL-unset}" "CHALLTESTSRV_URL"
  assert_eq "nameserver 127.0.0.1" "$(grep nameserver /etc/resolv.conf)" "resolv.conf"
  assert_eq "" "$(world-zone list)" "records"
  assert_eq "NOERROR 192.0.2.53" "$(ask 127.0.0.1 ns.example.test A)" "name server"
  assert_eq "NXDOMAIN" "$(ask $zone_server any.example.test A)" "a name"
  assert_eq "NXDOMAIN" "$(ask 127.0.0.1 any.test A)" "a name of test"
  assert_eq "NXDOMAIN" "$(ask 127.0.0.1 any.example A)" "a name of another top level"
  assert_matches "$(drill "@$zone_server" any.example.test A | grep -w SOA)" "^example\.test\.[[:space:]]3600[[:space:]]IN[[:space:]]SOA.* 3600\$" "SOA"
  assert_absent "$DOKKU_LIB_ROOT/config/letsencrypt/--global/dns-resolvers"
}

zones_are_edited() {
  world-zone add www.example.test CNAME shop.test
  world-zone add shop.test A 192.0.2.2
  world-zone add shop.test AAAA 2001:db8::2
  world-zone add www.other.example TXT two words
  assert_eq "NOERROR shop.test." "$(ask $zone_server www.example.test CNAME)" "CNAME"
  assert_eq "NOERROR 192.0.2.2" "$(ask 127.0.0.1 www.example.test A)" "followed by the resolver"
  assert_eq "NOERROR two words" "$(ask 127.0.0.1 www.other.example TXT)" "TXT"
  assert_matches "$(drill "@$zone_server" shop.test A)" "shop\.test\.[[:space:]]60[[:space:]]IN[[:space:]]A" "TTL"
  assert_exits 1 world-zone add shop.test A no-address
  assert_contains "$err" "world-zone: nothing changed" "stderr"
  world-zone remove shop.test AAAA
  assert_eq "www.example.test CNAME shop.test.
shop.test A 192.0.2.2
www.other.example TXT \"two words\"" "$(world-zone list)" "records"
  assert_eq "NOERROR" "$(ask $zone_server shop.test AAAA)" "removed"
  assert_runs as_dokku world-zone remove shop.test
  assert_eq "NXDOMAIN" "$(ask $zone_server shop.test A)" "removed by dokku"
  assert_runs world-zone remove www.other.example TXT
  assert_eq "www.example.test CNAME shop.test." "$(world-zone list)" "records"
}

resolver_keeps_what_it_heard() {
  assert_eq "NXDOMAIN" "$(ask 127.0.0.1 new.example.test A)" "before"
  world-zone add new.example.test A 192.0.2.1
  assert_eq "NOERROR 192.0.2.1" "$(ask $zone_server new.example.test A)" "at the zone's server"
  assert_eq "NXDOMAIN" "$(ask 127.0.0.1 new.example.test A)" "at the resolver"
  assert_exits 2 getent ahostsv4 new.example.test
}

caa_is_told() {
  world-zone add caa.example.test CAA 0 issue other-ca.example
  world-zone add caa.example.test CAA 0 issuewild ";"
  assert_eq "NOERROR 0 issue other-ca.example 0 issuewild ;" "$(ask 127.0.0.1 caa.example.test CAA)" "CAA"
}

certificate_by_the_zones() {
  given an_email
  deployed_app shop shop.example.test
  # The CA asks the zone's server: no name, no certificate.
  assert_exits 1 dokku letsencrypt:enable shop
  world-zone add shop.example.test A 192.0.2.1
  assert_runs dokku letsencrypt:enable shop
  tls_verify shop.example.test
}

name_that_leads_to_another_server() {
  given an_email
  other_server 203.0.113.9
  assert_eq "another server" "$(http_body http://203.0.113.9/any/path)" "page"
  world-zone add elsewhere.example.test A 203.0.113.9
  deployed_app elsewhere elsewhere.example.test
  assert_eq "another server" "$(http_body http://elsewhere.example.test/)" "page of the name"
  assert_exits 1 dokku letsencrypt:enable elsewhere
  other_server 203.0.113.9 "return 404;"
  assert_eq 404 "$(http_status http://203.0.113.9/)" "status with directives"
  other_server 2001:db8::99
  assert_eq "another server" "$(http_body 'http://[2001:db8::99]/')" "page over IPv6"
  assert_eq 404 "$(http_status http://203.0.113.9/)" "status of the first"
}

offset_of() { echo $((($1 - EPOCHSECONDS + 43200) / 86400)); }

clock_moves_for_all_users() {
  local entries=$DOKKU_LIB_ROOT/plugins/available/entries
  assert_eq 3 "$(offset_of "$(at_time +3d date +%s)")" "days"
  assert_eq 3 "$(offset_of "$(at_time +3d as_dokku date +%s)")" "days of dokku"
  assert_eq 3 "$(offset_of "$(at_time +3d sudo -u "$DOKKU_SYSTEM_USER" date +%s)")" "days of dokku in a clean environment"
  assert_eq 0 "$(offset_of "$(sudo -u "$DOKKU_SYSTEM_USER" date +%s)")" "days without"
  assert_eq "" "$(sudo -u "$DOKKU_SYSTEM_USER" env | grep -E 'FAKE|PRELOAD' || true)" "settings without"
  at_time +3d bash -c 'echo >/run/written'
  assert_eq 0 "$(offset_of "$(at_time +3d stat -c %Y /run/written)")" "days of a file"
  mkdir -p "$entries"
  printf '#!/bin/sh\necho "24 6 * * *;date +%%s;/var/log/dokku/entries.log"\n' >"$entries/cron-entries"
  chmod 0755 "$entries/cron-entries"
  ln -s "$entries" "$PLUGIN_ENABLED_PATH/entries"
  dokku plugin:trigger scheduler-cron-write >/dev/null
  at_time +3d world-cron date
  world-cron date
  assert_eq 3 "$(offset_of "$(head -n1 /var/log/dokku/entries.log)")" "days of cron"
  assert_eq 0 "$(offset_of "$(tail -n1 /var/log/dokku/entries.log)")" "days of cron without"
  assert_eq "" "$(ls /dev/shm)" "shared memory"
}

# The clock of the product moves, that of the CA does not.
renewal_in_eighty_days() {
  given certificate_by_the_zones
  local served reloads started=$SECONDS
  served=$(served_fingerprint shop.example.test) reloads=$(reload_mark)
  assert_runs at_time +20d dokku letsencrypt:auto-renew
  assert_matches "$out" "shop still has (40|39|38)d(, [0-9]+[hms])* days left before renewal" "stdout in 20 days"
  assert_eq "$served" "$(served_fingerprint shop.example.test)" "certificate"
  assert_runs at_time +80d dokku letsencrypt:auto-renew
  assert_lines "$out" "-----> shop needs renewal" "=====> Enabling letsencrypt for shop" "-----> Done"
  assert_ne "$served" "$(served_fingerprint shop.example.test)" "certificate"
  assert_at_least 1 "$(reloads_since "$reloads")" "reloads"
  assert_contains "$(dokku letsencrypt:report --global --letsencrypt-global-last-run)" "$(date -u -d '+80 days' +%F)" "last run"
  tls_verify shop.example.test
  assert_at_most 60 $((SECONDS - started)) "seconds"
}

scenario "the zones know no name but the name server's" no_names_at_first
scenario "records come and go, each in its zone, as soon as the command ends" zones_are_edited
scenario "the resolver keeps that a name does not exist while the zone has it" resolver_keeps_what_it_heard
scenario "CAA records are told by the resolver" caa_is_told
scenario "a certificate is issued once the zone has the name" certificate_by_the_zones
scenario "another server answers where a name leads elsewhere" name_that_leads_to_another_server
scenario "a moved clock is moved for all users, and for cron" clock_moves_for_all_users
scenario "a certificate is renewed in eighty days" renewal_in_eighty_days
