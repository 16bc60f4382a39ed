#!/usr/bin/env bash
# A clock that is wrong: nothing is ordered that would be thrown away, nothing waits for a year.
# shellcheck source-path=SCRIPTDIR
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

new_orders_since() { front_orders "$1" | wc -l; }

# Half an hour of retry jobs with a clock an hour behind: once that was five certificates, and a week of waiting.
an_hour_behind() {
  local mark minute
  ca_front works
  given an_email
  new_app shop shop.example.test
  mark=$(front_requests)
  assert_exits 1 wrong_clock -61m dokku letsencrypt:enable shop
  assert_contains "$out$err" "This host's clock is 61 minutes behind that of" "output"
  assert_exits 1 wrong_clock -61m dokku letsencrypt:status shop
  assert_contains "$out" "clock: This host's clock is 61 minutes behind" "status"
  for minute in 60 58 55 52; do
    wrong_clock -$minute"m" world-cron letsencrypt/cron || true
  done
  assert_eq 0 "$(new_orders_since "$mark")" "orders with a wrong clock"
  assert_absent "$DOKKU_ROOT/shop/tls/server.crt"
  # Set right, it follows without a command.
  assert_runs at_time +30m world-cron letsencrypt/cron
  assert_eq 1 "$(new_orders_since "$mark")" "orders"
  tls_verify shop.example.test
  assert_runs dokku letsencrypt:status shop
}

some_minutes_off() {
  given an_hour_behind
  local mark
  mark=$(front_requests)
  assert_runs wrong_clock +10m dokku letsencrypt:enable shop --force
  assert_contains "$err" "This host's clock is 10 minutes ahead of that of" "stderr"
  assert_eq 1 "$(new_orders_since "$mark")" "orders"
}

# At +1 and +30 days nothing is to be ordered, so the clock costs nothing.
over_the_days() {
  given an_hour_behind
  local offset before mark
  before=$(fingerprint_of shop) mark=$(front_requests)
  for offset in +1d +30d; do
    assert_runs at_time $offset wrong_clock -61m dokku letsencrypt:auto-renew --scheduled
    assert_runs at_time $offset wrong_clock -61m dokku letsencrypt:status shop
  done
  assert_exits 1 at_time +89d wrong_clock -61m dokku letsencrypt:auto-renew --scheduled
  assert_exits 1 at_time +89d wrong_clock -61m dokku letsencrypt:status shop
  assert_contains "$out" "clock: This host's clock is 61 minutes behind" "status"
  assert_contains "$out" "shop letsencrypt status: failing" "status"
  assert_exits 1 at_time +89d wrong_clock +2h dokku letsencrypt:auto-renew --scheduled
  assert_eq 0 "$(new_orders_since "$mark")" "orders with a wrong clock"
  assert_eq "$before" "$(fingerprint_of shop)" "certificate"
  assert_runs at_time +89d dokku letsencrypt:auto-renew --scheduled
  assert_runs at_time +89d dokku letsencrypt:status shop
  assert_ne "$before" "$(fingerprint_of shop)" "certificate"
}

# The order was made with a right clock, the certificate comes with one that is behind.
not_valid_yet() {
  given an_email
  local mark
  new_app blog blog.example.test
  ca_answers POST '^/my-order/' times=0 status=502
  mark=$(front_requests)
  assert_exits 1 dokku letsencrypt:enable blog
  ca_front works
  assert_exits 1 wrong_clock -3h dokku letsencrypt:retry blog
  assert_contains "$out$err" "a certificate that is not valid before" "output"
  assert_exits 1 wrong_clock -3h dokku letsencrypt:status blog
  assert_contains "$out" "clock: The CA has issued a certificate that is not valid before" "status"
  assert_ne null "$(jq .order.certificate "$(state_file blog)")" "certificate in the journal"
  wrong_clock -3h dokku letsencrypt:retry blog >/dev/null 2>&1
  wrong_clock -3h dokku letsencrypt:enable blog >/dev/null 2>&1 || true
  assert_eq 1 "$(new_orders_since "$mark")" "orders"
  # Neither the CA nor a command is needed once the clock is right.
  ca_front down
  assert_runs at_time +2m world-cron letsencrypt/cron
  ca_front works
  tls_verify blog.example.test
  assert_eq null "$(jq .order "$(state_file blog)")" "journal"
  assert_eq 1 "$(new_orders_since "$mark")" "orders"
}

# While the clock was a year ahead the CA did not answer: the next try is in a year.
a_year_ahead() {
  given an_email
  ca_front down
  dokku letsencrypt:set --global auto-issue true >/dev/null
  dokku apps:create news >/dev/null 2>&1
  wrong_clock +365d dokku domains:add news news.example.test >/dev/null 2>&1
  assert_at_least $((300 * 86400)) "$(seconds_until_due news)" "seconds until the next try"
  ca_front works
  run_and_capture dokku letsencrypt:auto-renew --scheduled
  assert_at_most 3601 "$(seconds_until_due news)" "seconds until the next try"
  at_time +61m world-cron letsencrypt/cron || true
  assert_eq ours "$(jq -r .installed.owner "$(state_file news)")" "owner"
}

scenario "half an hour of retries with a clock an hour behind orders nothing" an_hour_behind
scenario "a clock that is some minutes off is warned of" some_minutes_off
scenario "certificates are renewed on the day that the clock is right" over_the_days
scenario "a certificate that is not valid yet is kept, and installed when it is" not_valid_yet
scenario "times that a clock wrote that was a year ahead are an hour off" a_year_ahead
