#!/usr/bin/env bash
# Renewals at the times that were selected for them: the retry job makes them, inside the windows that the
# CA named, in at most one batch an hour with two reloads. scripts/soak renewals is its full size.
# shellcheck source-path=SCRIPTDIR
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

# A day of this many apps, whose renewals are spread over so many days; cron comes each so many minutes.
day_apps=${RENEWAL_APPS:-8} spread=${RENEWAL_SPREAD:-1} step=${RENEWAL_STEP:-20}

utc_time() { date -u -d "@$1" +%Y-%m-%dT%H:%M:%SZ; }
state_seconds() { date -d "$(jq -r ".$2" "$(state_file "$1")")" +%s; }

# selected APP START MOMENT END: seconds from now; as if the CA had named that window.
selected() {
  local app=$1 file
  file=$(state_file "$app")
  jq --arg start "$(utc_time $((EPOCHSECONDS + $2)))" --arg moment "$(utc_time $((EPOCHSECONDS + $3)))" \
    --arg close "$(utc_time $((EPOCHSECONDS + $4)))" --arg due "$(utc_time $((EPOCHSECONDS + $3 + 1)))" \
    --arg ask "$(utc_time $((EPOCHSECONDS + 80000)))" --arg now "$(utc_time "$EPOCHSECONDS")" \
    '.renewal += {$start, $moment, end: $close, next_ask: $ask, next_ask_set: $now} | .renew_at = $due | .due = $due' \
    "$file" >/run/state
  cat /run/state >"$file"
  # Made anew from the states.
  rm -f "$(global_folder)/state/due"
}
exempt_orders() { jq -s '[.[] | select(.entry == "order" and .exempt)] | length' "$(global_folder)/ledger.jsonl"; }
note_all() {
  local app
  declare -gA before=()
  for app in "$@"; do before[$app]=$(fingerprint_of "$app"); done
}
is_renewed() { [[ ${before[$1]} != "$(fingerprint_of "$1")" ]]; }
which_are_renewed() {
  local app
  for app in "${!before[@]}"; do ! is_renewed "$app" || echo "$app"; done | sort | xargs
}

all_have_times() {
  local app
  given an_email
  make_apps "$((day_apps > 5 ? day_apps : 5))"
  assert_runs dokku letsencrypt:enable --all
  for app in app1 app5; do
    assert_at_least "$(state_seconds "$app" renewal.start)" "$(state_seconds "$app" renew_at)" "renewal of $app"
    assert_at_most "$(state_seconds "$app" renewal.end)" "$(state_seconds "$app" renew_at)" "renewal of $app"
    assert_eq "$(state_seconds "$app" renew_at)" "$(state_seconds "$app" due)" "due time of $app"
  done
}

the_hour_goes_along() {
  given all_have_times
  local mark reloads app
  for app in app1 app2 app3; do with_usual_serial "$app"; done
  selected app1 -3600 -60 72000
  selected app2 -3600 1800 72000   # within the hour, its window is open
  selected app3 600 1800 72000     # within the hour, its window is not open
  selected app4 -3600 10800 72000  # in three hours
  note_all app1 app2 app3 app4
  mark=$(pebble_mark) reloads=$(reload_mark)
  the_minute
  assert_eq "app1 app2" "$(which_are_renewed)" "apps that were renewed"
  assert_eq 2 "$(orders_since "$mark")" "orders"
  assert_eq 2 "$(reloads_since "$reloads")" "reloads"
  assert_eq 2 "$(exempt_orders)" "orders that the CA exempts"
  for app in app1 app2; do tls_verify "$app.example.test"; done
}

the_other_waits_for_the_next_batch() {
  given the_hour_goes_along
  local mark reloads
  note_all app1 app2 app3 app4
  mark=$(pebble_mark) reloads=$(reload_mark)
  at_time +31m world-cron letsencrypt/cron
  assert_eq "" "$(which_are_renewed)" "apps that were renewed half an hour later"
  assert_eq 0 "$(reloads_since "$reloads")" "reloads"
  at_time +62m world-cron letsencrypt/cron
  assert_eq app3 "$(which_are_renewed)" "apps that were renewed an hour later"
  assert_eq 1 "$(orders_since "$mark")" "orders"
  assert_eq 2 "$(reloads_since "$reloads")" "reloads"
  assert_eq 3 "$(exempt_orders)" "orders that the CA exempts"
}

# What a killed batch left behind is taken up, and none of the next hour with it.
what_is_taken_up_goes_alone() {
  given all_have_times
  local file
  selected app1 -3600 -60 72000
  selected app2 -3600 1800 72000
  file=$(state_file app1)
  jq '.order = {url: "", directory: .installed.server, account: "", hash: "0123", names: .covered, key: ""}' "$file" >/run/state
  cat /run/state >"$file"
  note_all app1 app2 app3 app4
  the_minute
  assert_eq app1 "$(which_are_renewed)" "apps that were renewed"
}

# A window that was moved is asked for by the scheduled run, and the time for the retry job follows.
scheduled_run_moves_times() {
  given all_have_times
  selected app4 -3600 10800 72000
  assert_runs dokku letsencrypt:set app4 graceperiod $((80 * 86400))
  the_minute
  assert_runs dokku letsencrypt:auto-renew --scheduled
  # Half of the lifetime, where no operator typed the command; the window is earlier.
  assert_at_most $((EPOCHSECONDS + 10802)) "$(state_seconds app4 renew_at)" "renewal of app4"
  jq '.renewal.moment = .renewal.end' "$(state_file app4)" >/run/state && cat /run/state >"$(state_file app4)"
  assert_runs dokku letsencrypt:auto-renew --scheduled
  assert_at_least $((EPOCHSECONDS + 70000)) "$(state_seconds app4 renew_at)" "renewal of app4"
  assert_eq "$(state_seconds app4 renew_at)" "$(state_seconds app4 due)" "due time of app4"
  dokku letsencrypt:set app4 graceperiod >/dev/null
}

a_day() {
  given all_have_times
  local i minute at reloads batches=0 made exempt expected=0
  for ((i = 1; i <= day_apps; i++)); do with_usual_serial "app$i"; done
  exempt=$(exempt_orders)
  for ((i = 1; i <= day_apps; i++)); do
    at=$((i * spread * 86400 / (day_apps + 1)))
    ((at > 86000)) || expected=$((expected + 1))
    selected "app$i" $((at - 86400)) "$at" $((at + 86400))
  done
  note_all $(seq -f 'app%g' 1 "$day_apps")
  for ((minute = 0; minute <= 24 * 60; minute += step)); do
    reloads=$(reload_mark)
    at_time "+${minute}m" world-cron letsencrypt/cron
    made=$(reloads_since "$reloads")
    ((made == 0)) || batches=$((batches + 1))
    assert_at_most 2 "$made" "reloads of a batch"
  done
  made=$(which_are_renewed | wc -w)
  assert_at_least "$expected" "$made" "apps that were renewed"
  # What comes within the next hour went along.
  assert_at_most $((expected + day_apps / spread / 24 + 2)) "$made" "apps that were renewed"
  assert_at_most 24 "$batches" "batches"
  assert_at_least 1 "$batches" "batches"
  assert_eq "$made" $(($(exempt_orders) - exempt)) "orders that the CA exempts"
  echo "# $made renewals in $batches batches"
}

scenario "each certificate has its time, and the retry job waits for it" all_have_times
scenario "what is due within the hour goes along, if its window is open" the_hour_goes_along
scenario "the rest waits for the next batch" the_other_waits_for_the_next_batch
scenario "an app that is taken up after a kill takes none along" what_is_taken_up_goes_alone
scenario "the scheduled run corrects the times" scheduled_run_moves_times
scenario "a day has at most 24 batches of two reloads" a_day
