#!/usr/bin/env bash
# world: --env PEBBLE_VA_NOSLEEP=
# One run of auto-renew over many apps that are all due, at a CA that takes its time: what it costs, what
# it harms if some of them fail, and what it does if nothing is due. scripts/soak batch is its full size.
# shellcheck source-path=SCRIPTDIR
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

apps=${BATCH_APPS:-20}
# 90-day certificates: they are always due.
due=$((91 * 86400))
# Kilobytes. The run is one process whatever the number of apps.
most_memory=$((64 * 1024))
peak_file=/run/peak-of-auto-renew

probe_pids=() probe_outputs=()
probe_all() {
  local app
  for app in "$@"; do
    probe_start "$app.example.test" --rate 10
    probe_pids+=("$probe_pid") probe_outputs+=("$probe_output")
  done
}
assert_no_request_failed() {
  local i
  for i in "${!probe_pids[@]}"; do
    probe_pid=${probe_pids[i]} probe_output=${probe_outputs[i]}
    probe_stop
    assert_eq 0 "$failed" "failed of $requests requests"
    assert_at_least 20 "$requests" "requests"
  done
  probe_pids=() probe_outputs=()
}

# The kernel's own peak, in kilobytes: the last that was seen, which is at most a fifth of a second old.
watch_memory() {
  local pid peak
  : >$peak_file
  while sleep 0.2; do
    for pid in $(pgrep -x auto-renew || true); do
      peak=$(sed -n 's/^VmHWM:[[:space:]]*\([0-9]*\) kB/\1/p' "/proc/$pid/status" 2>/dev/null) || continue
      [[ -z $peak ]] || echo "$peak" >>$peak_file
    done
  done
}
peak_memory() { sort -n $peak_file | tail -n1; }

assert_renewed() {
  local app
  for app in "$@"; do
    assert_ne "${before[$app]}" "$(fingerprint_of "$app")" "certificate of $app"
  done
}
declare -A before=()
note_certificates() {
  local i
  for ((i = 1; i <= apps; i++)); do before[app$i]=$(fingerprint_of "app$i"); done
}

many_apps() {
  given an_email
  make_apps "$apps"
  assert_runs dokku letsencrypt:enable --all
  for app in app1 app2 "app$apps"; do world-deploy "$app" >/dev/null 2>&1; done
  dokku letsencrypt:set --global graceperiod $due >/dev/null
}

all_are_renewed() {
  given many_apps
  local mark reloads watcher i due_apps=() seconds
  note_certificates
  for ((i = 1; i <= apps; i++)); do due_apps+=("app$i"); done
  probe_all app1 app2 "app$apps"
  watch_memory & watcher=$!
  mark=$(pebble_mark) reloads=$(reload_mark)
  assert_runs dokku letsencrypt:auto-renew
  kill $watcher
  reloads=$(reloads_since "$reloads")
  # What the new workers do counts as well.
  sleep 0.5
  assert_no_request_failed
  seconds=$((milliseconds / 1000))
  echo "  $apps apps: $milliseconds ms, $(orders_since "$mark") orders, $(acme_requests_since "$mark") requests," \
    "$reloads reloads, $(peak_memory) kB"
  assert_lines "$out" "-----> $apps of $apps certificates were issued and installed" "=====> Finished auto-renewal"
  assert_renewed "${due_apps[@]}"
  assert_eq "$apps" "$(orders_since "$mark")" "orders"
  # Eight for each app, and a nonce of its own for each of the sixteen requests that go side by side.
  assert_at_most $((apps * 8 + 16)) "$(acme_requests_since "$mark")" "requests to the CA"
  assert_at_most $((2 + seconds / 60)) "$reloads" "reloads"
  assert_at_least 1024 "$(peak_memory)" "kilobytes of memory"
  assert_at_most $most_memory "$(peak_memory)" "kilobytes of memory"
  for i in 1 $((apps / 2)) $apps; do tls_verify "app$i.example.test"; done
  assert_eq "" "$(find "$DOKKU_ROOT" -path '*/nginx.conf.d/letsencrypt.conf')" "routes"
}

# Every tenth app's name leads to another server. With every second of those only the CA sees it.
break_every_tenth() {
  local i
  for ((i = 10; i <= apps; i += 10)); do
    leads_elsewhere "app$i.example.test"
    ((i % 20 != 0)) || { dokku letsencrypt:set "app$i" preflight off >/dev/null; new_account "app$i"; }
  done
}

a_tenth_is_broken() {
  given many_apps
  local mark reloads i sound=() broken=0 failed_line run
  break_every_tenth
  note_certificates
  for ((i = 1; i <= apps; i++)); do ((i % 10 == 0)) && broken=$((broken + 1)) || sound+=("app$i"); done
  probe_all app1 app2
  mark=$(pebble_mark) reloads=$(reload_mark)
  run_and_capture dokku letsencrypt:auto-renew
  reloads=$(reloads_since "$reloads")
  assert_eq 1 "$code" "exit code"
  assert_no_request_failed
  assert_lines "$out" "-----> $((apps - broken)) of $apps certificates were issued and installed"
  failed_line=$(grep '^ !     Failed: ' <<<"$err")
  assert_eq "$broken" "$(grep -o 'app[0-9]* ([a-z-]*)' <<<"$failed_line" | wc -l)" "apps in '$failed_line'"
  for ((i = 10; i <= apps; i += 10)); do
    run="app$i (other-server)"
    ((i % 20 != 0)) || run="app$i (firewall)"
    assert_contains "$failed_line" "$run" "failed"
    assert_eq "${before[app$i]}" "$(fingerprint_of "app$i")" "certificate of app$i"
  done
  assert_renewed "${sound[@]}"
  assert_at_most $((2 + milliseconds / 60000)) "$reloads" "reloads"
  # None for the names whose DNS was seen to lead elsewhere.
  assert_eq $((apps - (broken + 1) / 2)) "$(orders_since "$mark")" "orders"
  tls_verify app1.example.test
}

run_at_work() { grep -q 'needs renewal' /run/first-run; }

two_runs() {
  given a_tenth_is_broken
  local first code_of_first=0 mark
  mark=$(pebble_mark)
  dokku letsencrypt:auto-renew >/run/first-run 2>&1 & first=$!
  wait_until 20 run_at_work
  assert_exits 75 dokku letsencrypt:auto-renew
  assert_exits 75 dokku letsencrypt:auto-renew --scheduled
  assert_contains "$err" " !     Another run over all apps is under way" "stderr"
  # Before its turn or after it: what a person says holds.
  assert_runs dokku letsencrypt:disable app1
  wait $first || code_of_first=$?
  assert_eq 1 "$code_of_first" "exit code of the first"
  assert_at_most "$apps" "$(orders_since "$mark")" "orders"
  assert_absent "$DOKKU_ROOT/app1/tls"
  assert_no_route app1
  assert_eq off "$(summary_of app1)" "summary of the app that was switched off"
  assert_eq false "$(jq .enabled "$(state_file app1)")" "enabled"
}

nothing_is_due() {
  given two_runs
  local mark reloads i
  dokku letsencrypt:set --global graceperiod >/dev/null
  for ((i = 10; i <= apps; i += 10)); do leads_here "app$i.example.test"; done
  mark=$(pebble_mark) reloads=$(reload_mark)
  assert_runs dokku letsencrypt:auto-renew
  echo "  nothing due: $milliseconds ms"
  assert_eq $((apps - 1)) "$(grep -c 'days left before renewal' <<<"$out")" "apps"
  assert_runs dokku letsencrypt:auto-renew --scheduled
  assert_eq 0 "$(reloads_since "$reloads")" "reloads"
  assert_eq 0 "$(pebble_requests_since "$mark")" "requests to the CA"
}

is_claimed() { jq -e .claim "$(state_file "$1")"; }

# A run over many prints what it says of an app once that one has come to its end.
is_ended() {
  given many_apps
  local pebble run code=0 app
  dokku letsencrypt:set --global graceperiod $due >/dev/null
  pebble=$(pgrep -x pebble)
  kill -STOP "$pebble"
  dokku letsencrypt:auto-renew >/run/ended 2>&1 & run=$!
  wait_until 20 is_claimed app2
  wait_until 20 is_claimed app3
  assert_not_contains "$(</run/ended)" "Enabling ACME proxy" "what was printed"
  pkill -TERM -f letsencrypt/subcommands/auto-renew
  wait $run || code=$?
  kill -CONT "$pebble"
  assert_eq 143 "$code" "exit code"
  for app in app2 app3; do
    assert_contains "$(</run/ended)" "-----> Enabling ACME proxy for $app..." "what was printed"
  done
}

is_claimed_by() {
  local claimed
  claimed=$(jq -r '.claim.run // ""' "$(state_file "$1")")
  pgrep -f "letsencrypt/subcommands/$2" | grep -qx "${claimed%% *}"
}

both_want_app2() {
  local mark orders scheduled typed code_of_scheduled=0 code_of_typed=0
  ca_answers POST '^/order-plz$' times=0 delay=10
  mark=$(front_requests)
  dokku letsencrypt:auto-renew --scheduled >/run/scheduled 2>&1 & scheduled=$!
  wait_until 20 is_claimed_by app2 auto-renew
  dokku letsencrypt:enable app2 --force >/run/typed 2>&1 & typed=$!
  wait_until 9 is_claimed_by app2 enable
  front_order forget '{"port": 0}'
  wait $typed || { code_of_typed=$?; cat /run/typed; }
  wait $scheduled || { code_of_scheduled=$?; cat /run/scheduled; }
  assert_eq 0 "$code_of_typed" "exit code of enable"
  assert_contains "$(</run/typed)" "-----> Certificate retrieved successfully." "what enable printed"
  assert_eq 0 "$code_of_scheduled" "exit code of auto-renew"
  # One that the scheduled run had asked for by then, and the one that was typed.
  orders=$(front_orders "$mark" | grep -c '"app2\.example\.test"')
  assert_at_least 1 "$orders" "orders for app2"
  assert_at_most 2 "$orders" "orders for app2"
}

is_taken_over() {
  given many_apps
  local app
  for app in app2 app3; do before[$app]=$(fingerprint_of "$app"); done
  at_time +80d both_want_app2
  assert_renewed app2 app3
  tls_verify app2.example.test
}

one_by_one() {
  given many_apps
  local i reloads started=${EPOCHREALTIME/./}
  reloads=$(reload_mark)
  for i in 2 3 4 5 6 7 8 9 11 12; do assert_runs dokku letsencrypt:enable "app$i" --force; done
  echo "  ten commands, one app each: $(((${EPOCHREALTIME/./} - started) / 1000)) ms, $(reloads_since "$reloads") reloads"
}

scenario "$apps apps get their certificates" many_apps
scenario "all are due: two reloads, few requests, little memory, no request of a visitor lost" all_are_renewed
scenario "a tenth of them fails, is named with its cause, and harms no other" a_tenth_is_broken
scenario "a second run that starts meanwhile ends at once, and an app that is switched off stays off" two_runs
scenario "with nothing due nobody is asked and nginx is left alone" nothing_is_due
scenario "what a run has kept is printed when it is ended" is_ended
scenario "an app that a scheduled run has claimed is taken over by what is typed" is_taken_over
[[ -z ${ONE_BY_ONE:-} ]] || scenario "for comparison: ten commands, one for each app" one_by_one
