#!/usr/bin/env bash
# When a failing name is tried again, over days: times on disk, requests, and refusals of the CA.
# shellcheck source-path=SCRIPTDIR
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

# next_minute APP: the retry job at the app's own time; sets at, the seconds from now to that, and
# moment, that time itself.
next_minute() {
  at=$(seconds_until_due "$1")
  at=$((at > 0 ? at : 0))
  moment=$((EPOCHSECONDS + at))
  at_time "+${at}s" world-cron letsencrypt/cron || true
}

# pause_is APP MINUTES: until the next try, with 20 % of jitter and the seconds that the try took.
pause_is() {
  local pause=$(($(seconds_until_due "$1") - at))
  assert_at_least $(($2 * 60 * 8 / 10 - 5)) "$pause" "seconds until the next try after $2 minutes"
  assert_at_most $(($2 * 60 * 12 / 10 + 5)) "$pause" "seconds until the next try after $2 minutes"
}

ten_days_of_500() {
  local minutes=1 tries=1 requests orders pauses=()
  ca_front 500
  given an_email
  dokku letsencrypt:set --global server $front_directory >/dev/null
  new_app shop shop.example.test
  dokku letsencrypt:set shop auto-issue true >/dev/null
  requests=$(front_requests) orders=$(pebble_mark) at=0
  assert_runs dokku domains:add shop www.example.test
  pause_is shop 1
  while ((at < 10 * 86400)); do
    # Not before its time.
    at_time "+$((at + 1))s" world-cron letsencrypt/cron
    next_minute shop
    tries=$((tries + 1)) minutes=$((minutes * 2 > 1440 ? 1440 : minutes * 2))
    pause_is shop "$minutes"
    pauses+=($(($(seconds_until_due shop) - at)))
    assert_eq "$tries" "$(jq '.names[0].failures' "$(state_file shop)")" "failures"
  done
  assert_at_least 18 "$tries" "tries"
  assert_at_most 22 "$tries" "tries"
  assert_eq "$tries" $(($(front_requests) - requests)) "requests to the CA"
  assert_eq 0 "$(pebble_requests_since "$orders")" "requests that came through"
  # No two tries of a full day's distance are the same.
  assert_at_least 3 "$(printf '%s\n' "${pauses[@]: -7}" | sort -u | wc -l)" "different pauses"
  assert_eq "ca-error ca-error" "$(jq -r '.names[].cause' "$(state_file shop)" | xargs)" "causes"
}

and_then_it_works() {
  given ten_days_of_500
  local mark
  ca_front works
  mark=$(pebble_mark)
  next_minute shop
  assert_eq 1 "$(orders_since "$mark")" "orders"
  tls_verify www.example.test
  assert_eq "null null" "$(jq '.names[].next_try' "$(state_file shop)" | xargs)" "next tries"
}

# The largest number of the times given that lie within so many seconds.
most_within() {
  local span=$1 i j most=0 count
  shift
  local times=("$@")
  for i in "${!times[@]}"; do
    count=0
    for j in "${!times[@]}"; do
      ((times[j] < times[i] || times[j] >= times[i] + span)) || count=$((count + 1))
    done
    most=$((count > most ? count : most))
  done
  echo "$most"
}

# validations_since MARK NAME: how often the CA was made to look for the challenge of a name.
validations_since() { pebble_lines_since "$1" | grep -c "Pulled a task .*Value:\"$2\"" || true; }

# The CA refuses each time it is asked, and each look that a person causes counts.
refusals_have_caps() {
  given an_email
  local mark before times=() i
  leads_elsewhere away.example.test
  dokku apps:create away >/dev/null 2>&1
  dokku letsencrypt:set away preflight off >/dev/null
  dokku letsencrypt:set away auto-issue true >/dev/null
  mark=$(pebble_mark) at=0
  moment=$EPOCHSECONDS
  assert_runs dokku domains:add away away.example.test
  for ((i = $(validations_since "$mark" away.example.test); i > 0; i--)); do times+=("$moment"); done
  assert_eq firewall "$(name_cause away away.example.test)" "cause"
  while ((at < 86400)); do
    before=$(validations_since "$mark" away.example.test)
    next_minute away
    for ((i = $(validations_since "$mark" away.example.test); i > before; i--)); do times+=("$moment"); done
  done
  assert_at_least 6 "${#times[@]}" "validations"
  assert_at_most 4 "$(most_within 3595 "${times[@]}")" "refusals within an hour"
  assert_at_most 12 "$(most_within 86395 "${times[@]}")" "refusals within a day"
}

# Also where other names of the app are added all the time, each of which has the app looked at.
caps_hold_for_commands() {
  given an_email
  local mark i
  dokku apps:create busy >/dev/null 2>&1
  leads_elsewhere busy.example.test
  dokku letsencrypt:set busy preflight off >/dev/null
  dokku letsencrypt:set busy auto-issue true >/dev/null
  mark=$(pebble_mark)
  for ((i = 0; i < 7; i++)); do
    assert_runs dokku domains:add busy busy.example.test
    run_and_capture dokku letsencrypt:retry busy
    the_minute
  done
  assert_eq 4 "$(validations_since "$mark" busy.example.test)" "validations within an hour"
  # It is not due each minute for nothing.
  assert_at_least 3000 "$(seconds_until_due busy)" "seconds until the next try"
}

scenario "ten days of a CA that answers 500" ten_days_of_500
scenario "once it works, one order" and_then_it_works
scenario "what the CA refuses is tried four times an hour and twelve times a day" refusals_have_caps
scenario "so it is when the app's domains change meanwhile" caps_hold_for_commands
