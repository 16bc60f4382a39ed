#!/usr/bin/env bash
# The front before Pebble: a CA that lives at the story's time and does what a story says.
# shellcheck source-path=SCRIPTDIR
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

root=${PEBBLE_DIRECTORY%/dir}
ask() { curl -s --noproxy '*' --max-time 5 --cacert "$PEBBLE_CA_PEM" "$@"; }
status_of() { ask -o /dev/null -w '%{http_code}' "$@" || true; }
# curl_code OPTION...: how curl ends
curl_code() { local code=0; ask "$@" >/dev/null || code=$?; echo "$code"; }
header_of() { ask -D - -o /dev/null "${2:-$PEBBLE_DIRECTORY}" | tr -d '\r' | sed -n "s/^$1: //Ip"; }
# days_ahead DATE: of today, rounded.
days_ahead() { echo $((($(date -d "$1" +%s) - EPOCHSECONDS + 43200) / 86400)); }
day_of_start() { days_ahead "$(installed_certificate "$1" -noout -startdate | cut -d= -f2)"; }

asleep() {
  assert_eq 2 "$(ask --http2 -o /dev/null -w '%{http_version}' "$PEBBLE_DIRECTORY")" "HTTP version"
  assert_eq 0 "$(front_requests)" "requests that the front heard"
  given enabled_app shop
  assert_not_contains "$(installed_certificate shop -noout -text)" "CRL Distribution" "certificate by Pebble alone"
}

time_of_the_ca() {
  assert_eq 0 "$(days_ahead "$(header_of Date)")" "days"
  assert_eq 80 "$(days_ahead "$(at_time +80d header_of Date)")" "days at +80d"
  assert_eq 0 "$(days_ahead "$(header_of Date)")" "days afterwards"
  assert_eq "30 30" "$(at_time +30d wrong_clock -1h both_clocks)" "days at +30d of a clock an hour behind and of the CA"
  assert_eq -3600 "$(at_time +30d wrong_clock -1h seconds_behind)" "seconds behind"
  assert_exits 1 at_time 30d true
}
both_clocks() { echo "$(real_days "$(date)")" "$(real_days "$(header_of Date)")"; }
# EPOCHSECONDS is this shell's own, which has today's clock.
real_days() { days_ahead "$1"; }
seconds_behind() {
  local behind
  behind=$(($(date +%s) - $(date -d "$(header_of Date)" +%s)))
  echo $(((behind - 1) / 10 * 10))
}

# What was issued at +0 keeps its window, which has passed by then.
renewal_in_eighty_days() {
  given enabled_app shop
  local mark pebble
  ca_front works
  with_usual_serial shop
  mark=$(front_requests) pebble=$(pebble_mark)
  assert_runs at_time +80d dokku letsencrypt:auto-renew --scheduled
  assert_eq 80 "$(day_of_start shop)" "day of the new certificate"
  assert_eq 170 "$(days_ahead "$(installed_certificate shop -noout -enddate | cut -d= -f2)")" "day of its end"
  assert_eq true "$(front_orders "$mark" | jq 'has("replaces")')" "replaces"
  assert_contains "$(pebble_lines_since "$pebble")" "is a replacement of" "Pebble's log"
  assert_contains "$(at_time +80d http_body https://shop.example.test/)" "hello from shop" "page"
  tls_verify shop.example.test
  assert_eq 0 "$(front_requests_since "$mark" | jq -r .time | awk -v day="$(date -d +80days +%F)" 'index($0, day) != 1' | wc -l)" "requests of another day"
  with_usual_serial shop at_time +80d dokku letsencrypt:enable shop --force
  mark=$(front_requests)
  # Its own window is two months later.
  assert_runs at_time +81d dokku letsencrypt:auto-renew --scheduled
  assert_contains "$out" "shop still has" "stdout the day after"
  assert_at_least 130 "$(days_ahead "$(jq -r .renewal.moment "$(state_file shop)")")" "day of its renewal"
  assert_runs at_time +145d dokku letsencrypt:auto-renew --scheduled
  assert_eq 145 "$(day_of_start shop)" "day of the third certificate"
  assert_eq true "$(front_orders "$mark" | jq 'has("replaces")' | xargs)" "replaces"
}

chain_and_list() {
  given renewal_in_eighty_days
  local list=$WORLD/list
  installed_certificate shop -noout -text >"$list.text"
  assert_contains "$(<"$list.text")" "URI:http://198.51.100.1:14080/list.crl" "certificate"
  at_time +145d ask http://198.51.100.1:14080/list.crl | openssl crl -inform der >"$list.pem"
  sed -n '/-BEGIN/,$p' "$DOKKU_ROOT/shop/tls/server.crt" | awk '/-BEGIN/ { n++ } n > 1' >"$list.issuer"
  assert_runs openssl verify -attime $((EPOCHSECONDS + 146 * 86400)) -crl_check -CRLfile "$list.pem" \
    -CAfile "$PEBBLE_ROOT_PEM" -untrusted "$list.issuer" "$DOKKU_ROOT/shop/tls/server.crt"
}

revoked_by_somebody_else() {
  # What was issued before the front woke does not name the list.
  ca_front works
  given enabled_app blog
  local before
  before=$(serial_in_use blog)
  ca_revokes blog 4
  assert_contains "$(ask http://198.51.100.1:14080/list.crl | openssl crl -inform der -noout -text)" "Superseded" "list"
  assert_runs at_time +25h dokku letsencrypt:auto-renew --scheduled
  assert_ne "$before" "$(serial_in_use blog)" "serial"
  assert_eq 1 "$(day_of_start blog)" "day of the new certificate"
}

revoked_by_the_product() {
  given revoked_by_somebody_else
  local serial
  serial=$(serial_in_use blog)
  assert_runs at_time +26h dokku letsencrypt:revoke blog --reason keyCompromise
  assert_contains "$(ask http://198.51.100.1:14080/list.crl | openssl crl -inform der -noout -text)" "Serial Number: $serial" "list"
}

answers_by_rule() {
  local said
  ca_answers GET '^/dir$' skip=1 times=2 status=503 header='Retry-After: 31536000'
  assert_eq "200 503 503 200" "$(for _ in 1 2 3 4; do status_of "$PEBBLE_DIRECTORY"; echo; done | xargs)" "statuses"
  ca_answers GET '^/dir$' status=429 problem=rateLimited detail="not now" header='Retry-After: 120'
  said=$(ask -i "$PEBBLE_DIRECTORY")
  assert_contains "$said" '"type": "urn:ietf:params:acme:error:rateLimited", "detail": "not now", "status": 429' "problem"
  assert_contains "$said" "Retry-After: 120" "headers"
  ca_answers GET '^/dir$' members='{"newOrder": "http://198.51.100.1/", "keyChange": null}' header='Content-Type: text/plain'
  said=$(ask "$PEBBLE_DIRECTORY" -D "$WORLD/headers")
  assert_eq "http://198.51.100.1/ false" "$(jq -r '.newOrder, has("keyChange")' <<<"$said" | xargs)" "members"
  assert_contains "$(cat "$WORLD/headers")" "Content-Type: text/plain" "headers"
  ca_answers HEAD nonce header=Replay-Nonce:
  assert_eq "" "$(ask -I "$root/nonce-plz" | grep -i replay-nonce || true)" "nonce taken away"
  assert_ne "" "$(ask -I "$root/nonce-plz" | grep -i replay-nonce || true)" "nonce"
  # Only at one of the two addresses.
  ca_answers GET '^/dir$' port=14999 times=0 status=418
  assert_eq "200 418" "$(status_of "$PEBBLE_DIRECTORY") $(status_of "$front_directory")" "statuses"
  assert_contains "$(ask "$PEBBLE_DIRECTORY")" "https://198.51.100.1:14000/order-plz" "directory"
  ca_front works
  assert_contains "$(ask "$front_directory")" "https://198.51.100.1:14999/order-plz" "directory at the second address"
  assert_exits 1 ca_answers GET / nonsense=1
  assert_exits 1 ca_answers GET / nonsense
}

connections_by_rule() {
  given an_email
  local mark
  ca_answers GET '^/dir$' reset=before
  assert_eq 56 "$(curl_code "$PEBBLE_DIRECTORY")" "curl on a reset connection"
  ca_answers GET '^/dir$' bytes=$'SSH-2.0-OpenSSH\r\n'
  assert_matches "$(curl_code "$PEBBLE_DIRECTORY")" '^(1|8|52|56)$' "curl on what is no HTTP"
  ca_answers GET '^/dir$' truncate=10
  # 56 with curl 8, which tells first that TLS was not closed.
  assert_matches "$(curl_code "$PEBBLE_DIRECTORY")" '^(18|56)$' "curl on a part of the body"
  ca_answers GET '^/dir$' hang=true
  assert_eq 28 "$(curl_code --max-time 1 "$PEBBLE_DIRECTORY")" "curl on no answer"
  ca_answers GET '^/dir$' delay=1.5
  assert_at_least 1500 "$(ask -o /dev/null -w '%{time_total}\n' "$PEBBLE_DIRECTORY" | awk '{ print int($1 * 1000) }')" "milliseconds"
  ca_front down
  assert_eq 7 "$(curl_code "$PEBBLE_DIRECTORY")" "curl where nothing listens"
  ca_front works
  # Pebble has the order, the client does not hear of it.
  ca_answers POST '^/order-plz$' reset=after
  mark=$(pebble_mark)
  new_app cut cut.example.test
  run_and_capture dokku letsencrypt:enable cut
  assert_at_least 1 "$(orders_since "$mark")" "orders at Pebble"
}

many_at_once() {
  local failed
  seq 100 | xargs -P 50 -I{} curl -s --noproxy '*' --max-time 20 --cacert "$PEBBLE_CA_PEM" -o /dev/null -o /dev/null \
    -w '%{http_code} %{num_connects}\n' "$PEBBLE_DIRECTORY" "$PEBBLE_DIRECTORY?{}" >"$WORLD/many" || true
  failed=$(grep -cv '^200' "$WORLD/many") || true
  assert_eq "200 0" "$(wc -l <"$WORLD/many") $failed" "answers, failures"
  # The second request of each comes over the connection of the first.
  assert_eq 100 "$(grep -c ' 0$' "$WORLD/many")" "requests over a kept connection"
  assert_eq "" "$(cat "$WORLD_LOGS/ca-front-errors.log")" "errors of the front"
}

scenario "until a story says something connections go to Pebble as they are" asleep
scenario "the CA's time is the story's, a wrong clock is this machine's alone" time_of_the_ca
scenario "a certificate is renewed in eighty days by a CA of that day" renewal_in_eighty_days
scenario "what it issues ends at Pebble's root and names a revocation list" chain_and_list
scenario "a certificate that somebody else had revoked is replaced" revoked_by_somebody_else
scenario "what the product has revoked is on the list" revoked_by_the_product
scenario "answers are what a story says" answers_by_rule
scenario "connections end as a story says" connections_by_rule
scenario "many are served at once" many_at_once
