#!/usr/bin/env bash
# Runs that come to no end, and CAs that want more patience than a run has.
# shellcheck source-path=SCRIPTDIR
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

lock_of() { echo "$(global_folder)/locks/$1"; }
holder_of() { cut -d ' ' -f 1 "$(lock_of "$1")" | grep .; }

# held_for HOURS LOCK: the holder of the lock took it so many hours ago.
held_for() {
  local pid started boot since
  read -r pid started boot since <"$(lock_of "$2")"
  echo "$pid $started $boot $((since - $1 * 3600))" >"$(lock_of "$2")"
}

# Counted from the installation on: nothing has run yet.
nobody_renews() {
  local offset
  given an_email
  new_app shop shop.example.test
  new_app blog blog.example.test
  assert_runs dokku letsencrypt:enable --all
  assert_runs at_time +35h dokku letsencrypt:status shop
  for offset in +37h +30d +89d; do
    assert_exits 1 at_time $offset dokku letsencrypt:status shop
    assert_contains "$out" "shop letsencrypt status: failing" "status at $offset"
    assert_contains "$out" "no-renewal-run: no run over all apps has come to its end since" "status at $offset"
    assert_runs at_time $offset dokku letsencrypt:report shop --letsencrypt-status
    assert_eq failing "$out" "row status at $offset"
    assert_runs at_time $offset dokku letsencrypt:report shop --letsencrypt-global-last-run
    assert_eq "none (no-renewal-run)" "$out" "row global-last-run at $offset"
  done
  assert_runs at_time +30d dokku letsencrypt:auto-renew
  assert_runs at_time +30d dokku letsencrypt:status shop
  # The operator who switched the scheduled run off knows it.
  assert_runs dokku letsencrypt:cron-job --remove
  assert_runs at_time +40d dokku letsencrypt:status shop
  assert_runs dokku letsencrypt:cron-job --add
}

# One app: its operator has suspended an order for it (Ctrl-Z) and gone.
suspended_enable() {
  given nobody_renews
  local pid offset
  ca_front works
  ca_answers POST '^/order-plz$' delay=600
  dokku letsencrypt:enable shop --force >/run/suspended 2>&1 &
  wait_until 30 holder_of shop
  pid=$(holder_of shop)
  kill -STOP "$pid"
  ca_front works
  held_for 12 shop
  for offset in +0d +1d +30d; do
    assert_exits 1 at_time $offset dokku letsencrypt:auto-renew --scheduled
    assert_contains "$err" "A run for shop has come to no end (process $pid, for 12 h)" "stderr at $offset"
    assert_exits 1 at_time $offset dokku letsencrypt:status shop
    assert_contains "$out" "stuck-run: a run for the app has come to no end (process $pid, for 12 h)" "status at $offset"
    assert_runs at_time $offset dokku letsencrypt:status blog
  done
  kill -KILL "$pid"
  wait || true
  ca_time 0
  assert_runs dokku letsencrypt:auto-renew --scheduled
  assert_runs dokku letsencrypt:status shop
  tls_verify shop.example.test
}

# held_by_a_run: sets stuck to the app for which the run orders, other to the one that waits.
held_by_a_run() {
  for stuck in shop blog; do
    [[ $stuck == shop ]] && other=blog || other=shop
    ! { holder_of $stuck && sleep 1 && holder_of $stuck; } || return 0
  done
  return 1
}

# The whole host: a run over all apps is suspended while it orders for one.
suspended_run() {
  given nobody_renews
  local pid offset stuck other
  assert_runs dokku letsencrypt:set --global renew-concurrency 1
  ca_front works
  ca_answers POST '^/order-plz$' delay=600
  at_time +70d dokku letsencrypt:auto-renew --scheduled >/run/suspended 2>&1 &
  wait_until 30 held_by_a_run
  held_by_a_run >/dev/null
  pid=$(holder_of .run)
  kill -STOP "$pid"
  ca_front works
  # A run that is merely long is not passed by.
  assert_exits 75 at_time +70d dokku letsencrypt:auto-renew --scheduled
  held_for 12 .run
  held_for 12 $stuck
  for offset in +70d +71d +89d; do
    assert_exits 1 at_time $offset dokku letsencrypt:auto-renew --scheduled
    assert_contains "$err" "Another run over all apps has come to no end (process $pid, for 12 h)" "stderr at $offset"
    assert_contains "$err" "A run for $stuck has come to no end (process $pid, for 12 h)" "stderr at $offset"
    assert_contains "$err" "sudo kill -CONT $pid" "stderr at $offset"
    assert_exits 1 at_time $offset dokku letsencrypt:status $stuck
    assert_contains "$out" "$stuck letsencrypt status: failing" "status at $offset"
    assert_contains "$out" "stuck-run: a run for the app has come to no end (process $pid, for 12 h)" "status at $offset"
    assert_runs at_time $offset dokku letsencrypt:report $stuck --letsencrypt-status
    assert_eq failing "$out" "row status at $offset"
    # The others go on.
    assert_runs at_time $offset dokku letsencrypt:status $other
  done
  tls_verify $other.example.test
  assert_exits 1 at_time +89d dokku letsencrypt:enable $stuck
  assert_contains "$err" "A run for $stuck has come to no end (process $pid, for 12 h)" "stderr of enable"
  # What was begun is taken up.
  kill -KILL "$pid"
  wait || true
  ca_time 0
  assert_runs at_time +89d dokku letsencrypt:auto-renew --scheduled
  assert_runs at_time +89d dokku letsencrypt:status $stuck
  tls_verify $stuck.example.test
}

# A pipe that another process holds open and does not read, already full.
unread_output() {
  given an_email
  local keep
  new_app quiet quiet.example.test
  mkfifo /run/unread
  # shellcheck disable=SC2034
  exec {keep}<>/run/unread
  dd if=/dev/zero of=/run/unread bs=4096 count=16 oflag=nonblock 2>/dev/null
  (
    started=$SECONDS
    dokku letsencrypt:enable quiet >/run/unread 2>&1 || true
    echo $((SECONDS - started)) >/run/unread-took
  ) &
}
unread_output_ended() {
  given unread_output
  wait_until 100 test -s /run/unread-took
  assert_at_least 55 "$(</run/unread-took)" "seconds"
  assert_at_most 90 "$(</run/unread-took)" "seconds"
  assert_contains "$(</var/log/dokku/letsencrypt.log)" "it goes on here" "log"
  assert_contains "$(</var/log/dokku/letsencrypt.log)" "Certificate retrieved successfully." "log"
  # Nor did what we started wait, or end half way.
  tls_verify quiet.example.test
  assert_runs dokku letsencrypt:status quiet
}

# Lines that cannot be written are no reason to stop half way either.
no_room_for_output() {
  given an_email
  new_app full full.example.test
  dokku letsencrypt:enable full >/dev/full 2>&1
  tls_verify full.example.test
  new_app head head.example.test
  dokku letsencrypt:enable head 2>&1 | head -n 1 >/dev/null
  tls_verify head.example.test
}

# A Retry-After of a year in an answer that refuses nothing.
a_year_of_patience() {
  given an_email
  local mark
  new_app news news.example.test
  ca_answers POST '^/my-order/' members='{"status": "processing"}' header='Retry-After: 31536000'
  assert_exits 1 dokku letsencrypt:enable news
  assert_contains "$out$err" "did not issue in time" "output"
  assert_at_most 86401 "$(seconds_until_due news)" "seconds until the next try"
  mark=$(front_requests)
  at_time +25h world-cron letsencrypt/cron
  assert_eq 0 "$(front_orders "$mark" | wc -l)" "new orders"
  tls_verify news.example.test
  assert_runs dokku letsencrypt:status news
}

scenario "no run over all apps for a day and a half is told, by each app" nobody_renews
scenario "a command that is suspended while it orders is named" suspended_enable
scenario "a run that is suspended stops itself alone, and is named" suspended_run
scenario "output that nobody reads begins to wait" unread_output
scenario "output that nobody takes costs nothing but the lines" no_room_for_output
scenario "an order that wants a year of patience is left to a run within a day" a_year_of_patience
scenario "output that nobody reads is waited for a minute and goes into the log" unread_output_ended
