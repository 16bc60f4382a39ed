#!/usr/bin/env bash
# A name that does not exist yet costs no order; once the zone has it, the retry job gets the
# certificate, whatever the machine's resolver still remembers.
# world: --dns zones
# shellcheck source-path=SCRIPTDIR
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

# cron_after SECONDS: the minute's entry of the crontab, so much later, and nothing else.
cron_after() { assert_runs at_time "+$1s" world-cron letsencrypt/cron; }

seconds_until() { echo $(($(date -d "$1" +%s) - EPOCHSECONDS)); }
next_try_of() { status_json "$1" | jq -r --arg name "$2" '.names[] | select(.name == $name) | .next_try'; }
answer_of_resolver() { drill @127.0.0.1 "$1" A | sed -n 's/.*rcode: \([A-Z]*\),.*/\1/p'; }
page_of() { http_body --resolve "$1:80:192.0.2.1" "http://$1/"; }

typed_too_early() {
  local mark reload
  given an_email
  dokku plugin:trigger scheduler-cron-write >/dev/null
  deployed_app early
  assert_runs dokku domains:add early early.example.test
  assert_contains "$err" " !     Please run dokku letsencrypt:enable" "stderr"
  mark=$(pebble_mark) reload=$(reload_mark)
  assert_exits 1 dokku letsencrypt:enable early
  assert_lines "$out" "=====> Enabling letsencrypt for early" "-----> Certificate retrieval failed!"
  assert_contains "$out" "early.example.test does not resolve yet: NXDOMAIN from 192.0.2.53" "stdout"
  assert_lines "$err" " !     Failed to setup letsencrypt"
  assert_eq 0 "$(pebble_requests_since "$mark")" "requests to the CA"
  assert_eq 0 "$(reloads_since "$reload")" "reloads"
  assert_no_route early
  assert_eq true "$(jq .enabled "$(state_file early)")" "enabled"
  name_has early early.example.test pending-dns dns-missing
  assert_eq waiting "$(summary_of early)" "summary"

  world-zone add early.example.test A 192.0.2.1
  cron_after 90
  assert_eq 1 "$(orders_since "$mark")" "orders"
  tls_verify early.example.test
  assert_runs dokku letsencrypt:status early
}

added_too_early() {
  given auto_issue_for_all
  local mark trigger before
  deployed_app shop
  mark=$(pebble_mark) trigger=$(trigger_mark)
  assert_runs dokku domains:add shop shop.example.test
  assert_at_most 5000 "$milliseconds" "milliseconds"
  assert_contains "$out" "shop.example.test does not resolve yet: NXDOMAIN from 192.0.2.53" "stdout"
  assert_not_contains "$out" "retriev" "stdout"
  assert_eq 0 "$(pebble_requests_since "$mark")" "requests to the CA"
  # Dokku's own, which knows the name.
  assert_at_least 1 "$(rebuilds_since "$trigger")" "rebuilds"
  assert_eq "" "$(plugin_triggers_since "$trigger" | grep -v '^proxy-type' || true)" "triggers that letsencrypt fired"
  assert_eq "hello from shop" "$(page_of shop.example.test)" "page"
  name_has shop shop.example.test pending-dns dns-missing
  assert_exits 1 dokku letsencrypt:status shop
  assert_contains "$out" "Add an A record for shop.example.test" "what to do"
  assert_at_most 60 "$(seconds_until "$(next_try_of shop shop.example.test)")" "seconds to the next look"

  # Before its time nothing is looked at; without the record a look costs no order.
  before=$(sha256sum "$(state_file shop)")
  cron_after 0
  assert_eq "$before" "$(sha256sum "$(state_file shop)")" "state"
  cron_after 90
  assert_ne "$before" "$(sha256sum "$(state_file shop)")" "state"
  name_has shop shop.example.test pending-dns dns-missing
  assert_eq 0 "$(pebble_requests_since "$mark")" "requests to the CA"
}

# What an operator leaves open in another window.
watched=/run/watched

resolver_remembers() {
  given added_too_early
  local mark trigger watching
  dokku letsencrypt:status shop --watch >$watched 2>&1 & watching=$!
  wait_until 5 grep -q pending-dns $watched
  world-zone add shop.example.test A 192.0.2.1
  assert_eq NXDOMAIN "$(answer_of_resolver shop.example.test)" "answer of the resolver"
  mark=$(pebble_mark) trigger=$(trigger_mark)
  cron_after 240
  assert_eq NXDOMAIN "$(answer_of_resolver shop.example.test)" "answer of the resolver"
  assert_eq 1 "$(orders_since "$mark")" "orders"
  tls_verify shop.example.test
  assert_eq "hello from shop" "$(at_time +240s http_body --resolve shop.example.test:443:192.0.2.1 https://shop.example.test/)" "page"
  assert_runs dokku letsencrypt:status shop
  assert_eq ok "$(summary_of shop)" "summary"
  wait $watching || fail "status --watch ended with exit code $?"
  assert_eq "=====> shop letsencrypt status: waiting" "$(head -n1 $watched)" "first status watched"
  assert_eq "=====> shop letsencrypt status: ok" "$(grep '^=====>' $watched | tail -n1)" "last status watched"
  assert_eq 1 "$(rebuilds_since "$trigger")" "rebuilds"
  assert_no_route shop
  # There is nothing left to do.
  assert_waits_for_renewal shop
}

looked_at_by_hand() {
  given auto_issue_for_all
  local mark
  deployed_app hand
  assert_runs dokku domains:add hand hand.example.test
  name_has hand hand.example.test pending-dns dns-missing
  world-zone add hand.example.test A 192.0.2.1
  mark=$(pebble_mark)
  assert_runs dokku letsencrypt:retry hand
  assert_eq 1 "$(orders_since "$mark")" "orders"
  tls_verify hand.example.test
}

# Neither A nor AAAA: as good as no name.
no_address() {
  given auto_issue_for_all
  local mark
  mark=$(pebble_mark)
  world-zone add text.example.test TXT "only this"
  deployed_app text
  assert_runs dokku domains:add text text.example.test
  name_has text text.example.test pending-dns dns-missing
  assert_contains "$(dokku letsencrypt:status text || true)" "no A or AAAA record from 192.0.2.53" "reason"
  assert_eq 0 "$(pebble_requests_since "$mark")" "requests to the CA"
}

# Who cannot be asked has said nothing: the CA asks for itself.
resolver_is_silent() {
  given an_email
  local mark
  dokku letsencrypt:set --global auto-issue >/dev/null
  world-zone add quiet.example.test A 192.0.2.1
  deployed_app quiet
  dokku letsencrypt:set quiet dns-resolvers 192.0.2.2 >/dev/null
  dokku domains:add quiet quiet.example.test >/dev/null 2>&1
  mark=$(pebble_mark)
  assert_runs dokku letsencrypt:enable quiet
  assert_eq 1 "$(orders_since "$mark")" "orders"
  tls_verify quiet.example.test
}

# The name server of lame.example.test does not exist.
lame_zone() {
  given an_email
  local mark
  world-zone add lame.example.test NS no.such.example
  world-zone add well.example.test A 192.0.2.1
  deployed_app lame
  dokku domains:add lame www.lame.example.test well.example.test >/dev/null 2>&1
  assert_eq SERVFAIL "$(answer_of_resolver www.lame.example.test)" "answer of the resolver"
  mark=$(pebble_mark)
  assert_runs dokku letsencrypt:enable lame
  assert_eq 1 "$(orders_since "$mark")" "orders"
  assert_eq well.example.test "$(installed_certificate lame -noout -ext subjectAltName | sed -n 's/.*DNS://p')" "names of the certificate"
  name_has lame www.lame.example.test pending-dns dns-broken
  assert_contains "$(dokku letsencrypt:status lame || true)" "SERVFAIL from 127.0.0.1, and none of its zone's name servers answers for it" "reason"
}

# Its name server is there and speaks; the resolver asks another one for it.
resolver_has_a_trouble_of_its_own() {
  given an_email
  local mark
  world-zone add odd.example.test A 192.0.2.1
  resolver_with 'stub-zone:' '  name: "odd.example.test"' '  stub-host: no.such.example'
  deployed_app odd
  dokku domains:add odd odd.example.test >/dev/null 2>&1
  assert_eq SERVFAIL "$(answer_of_resolver odd.example.test)" "answer of the resolver"
  mark=$(pebble_mark)
  run_and_capture dokku letsencrypt:enable odd
  assert_eq 1 "$(orders_since "$mark")" "orders"
}

# resolver_with LINE...: the resolver again, with these lines in its configuration.
resolver_with() {
  local conf end=$((SECONDS + 10))
  conf=$(pgrep -af 'unbound -d -c' | sed -n 's/.* -c //p' | head -n1)
  [[ -e $conf.first ]] || cp "$conf" "$conf.first"
  { cat "$conf.first"; printf '%s\n' "$@"; } >"$conf"
  kill "$(pgrep -f 'unbound -d -c' | head -n1)"
  while pgrep -f 'unbound -d -c' >/dev/null && ((SECONDS < end)); do sleep 0.05; done
  /usr/sbin/unbound -d -c "$conf" >>/run/unbound.log 2>&1 </dev/null &
  until [[ -n $(answer_of_resolver example.test) ]] || ((SECONDS >= end)); do sleep 0.05; done
}

# Of signed.example.test the resolver knows a key that the zone does not have.
dnssec_is_broken() {
  given an_email
  local mark name before
  for name in signed www.signed; do world-zone add $name.example.test A 192.0.2.1; done
  deployed_app signed
  dokku domains:add signed signed.example.test well2.example.test >/dev/null 2>&1
  world-zone add well2.example.test A 192.0.2.1
  assert_runs dokku letsencrypt:enable signed
  resolver_with 'server:' '  module-config: "validator iterator"' \
    "  trust-anchor: \"signed.example.test. IN DS 4711 13 2 $(printf '0123456789abcdef%.0s' 1 2 3 4)\""
  assert_eq SERVFAIL "$(answer_of_resolver www.signed.example.test)" "answer of the resolver"
  deployed_app more
  dokku domains:add more www.signed.example.test >/dev/null 2>&1
  mark=$(pebble_mark)
  assert_exits 1 dokku letsencrypt:enable more
  assert_contains "$out" "its DNSSEC does not validate" "stdout"
  assert_eq 0 "$(pebble_requests_since "$mark")" "requests to the CA"
  name_has more www.signed.example.test pending-dns dns-broken
  # Renewal: as for a name that does not resolve, the certificate is not renewed without it yet.
  before=$(installed_certificate signed -noout -serial)
  at_time +80d dokku letsencrypt:auto-renew --scheduled >/dev/null 2>&1 || true
  assert_eq "$before" "$(installed_certificate signed -noout -serial)" "certificate"
  assert_name signed signed.example.test in-use dns-broken
}

scenario "enable of a name without DNS fails, and cron goes on with it" typed_too_early
scenario "domains:add of a name without DNS waits and orders nothing" added_too_early
scenario "cron issues once the zone has the name, though the resolver denies it" resolver_remembers
scenario "retry looks at once" looked_at_by_hand
scenario "a name without an address waits as well" no_address
scenario "a resolver that is silent is no finding" resolver_is_silent
scenario "a name whose zone no server answers for costs no order, and the others go on" lame_zone
scenario "a name whose DNSSEC does not validate costs no order" dnssec_is_broken
scenario "a resolver that fails where the zone's servers answer is no finding" resolver_has_a_trouble_of_its_own
