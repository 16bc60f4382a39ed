#!/usr/bin/env bash
# No request is lost while an app gets its certificate, renews it, and gets a name more.
# shellcheck source-path=SCRIPTDIR
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

# probed COMMAND...: runs it while the app is asked a hundred times a second over HTTP, and over
# HTTPS as soon as there is a certificate that verifies.
probed() {
  local started=${EPOCHREALTIME/./} elapsed
  probe_start shop.example.test
  assert_runs "$@"
  # What the new workers do counts as well.
  wait_until 5 asked_over_https
  sleep 0.5
  probe_stop
  elapsed=$(((${EPOCHREALTIME/./} - started) / 1000))
  assert_eq 0 "$failed" "failed of $requests requests in $elapsed ms"
  assert_at_least 50 "$http_per_second" "HTTP requests per second"
}
asked_over_https() { grep -q 'asking https' "$probe_output.err"; }

first_issue() {
  given an_email
  new_app shop shop.example.test
  probed dokku letsencrypt:enable shop
  tls_verify shop.example.test
}
renewal() {
  given first_issue
  probed dokku letsencrypt:enable shop --force
}
one_name_more() {
  given first_issue
  dokku letsencrypt:set shop auto-issue false >/dev/null
  dokku domains:add shop www.example.test >/dev/null 2>&1
  probed dokku letsencrypt:enable shop
  tls_verify www.example.test
}

# As of a WebSocket: what is open when nginx is reloaded is served to its end.
download_goes_on() {
  given first_issue
  local folder bytes=3000000 download
  folder=$(dirname "$(grep -rl 'hello from shop' "$WORLD/upstream/address" | head -n1)")
  head -c $bytes /dev/zero >"$folder/big"
  chmod 0644 "$folder/big"
  curl -s --noproxy '*' --max-time 60 --limit-rate 300k --cacert "$PEBBLE_ROOT_PEM" -o /run/big https://shop.example.test/big & download=$!
  wait_until 5 test -s /run/big
  assert_runs dokku letsencrypt:enable shop --force
  assert_at_most $((bytes - 1)) "$(stat -c %s /run/big)" "bytes when the new certificate was there"
  wait $download || fail "curl ended with exit code $?"
  assert_eq $bytes "$(stat -c %s /run/big)" "bytes"
}

scenario "a first issue loses no request" first_issue
scenario "a renewal loses no request" renewal
scenario "a certificate that grows loses no request" one_name_more
scenario "a download that is under way goes on" download_goes_on
