#!/usr/bin/env bash
# Our hooks are called by what we do ourselves, by many commands at once, and for apps that go away
# meanwhile: nothing is ordered twice, nothing waits for itself, nothing of a gone app is left.
# shellcheck source-path=SCRIPTDIR
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

# all_settled APP...: each says so by its exit code.
all_settled() {
  local app
  for app in "$@"; do dokku letsencrypt:status "$app" >/dev/null || return 1; done
}

# by_cron SECONDS APP...: the retry job at growing times, until the apps are settled.
by_cron() {
  local minute
  wait_until 60 no_run_at_work
  for minute in 0 2 4 8; do
    ! all_settled "${@:1}" || return 0
    at_time "+${minute}m" world-cron letsencrypt/cron || true
  done
  all_settled "$@" || fail "still waiting: $(dokku letsencrypt:status --format json)"
}

installing_fires_and_orders_nothing() {
  local mark hooks
  given an_email
  given auto_issue_for_all
  mark=$(pebble_mark)
  dokku apps:create shop >/dev/null 2>&1
  assert_runs dokku domains:add shop shop.example.test
  wait_until 10 dokku letsencrypt:status shop
  wait_until 10 no_run_at_work
  assert_eq 1 "$(orders_since "$mark")" "orders of one domain"
  hooks=$(hook_mark) mark=$(pebble_mark)
  # `certs:add` of the pair that is installed, and the trigger that it ends with.
  dokku certs:add shop "$DOKKU_ROOT/shop/letsencrypt/certs/current/fullchain.pem" \
    "$DOKKU_ROOT/shop/letsencrypt/certs/current/key.pem" >/dev/null
  assert_contains "$(hooks_since "$hooks")" $'letsencrypt\tpost-domains-update\tshop' "hooks"
  dokku plugin:trigger post-domains-update shop >/dev/null 2>&1
  the_minute
  assert_eq 0 "$(pebble_requests_since "$mark")" "requests to the CA"
  assert_eq true "$(dokku letsencrypt:active shop)" "active"
}

# The full size is fifty: scripts/soak parallel-domains.
parallel=${PARALLEL-20}

many_apps_at_once() {
  given auto_issue_for_all
  local i apps=() pids=() failed=0 mark
  for ((i = 1; i <= parallel; i++)); do
    dokku apps:create "app$i" >/dev/null 2>&1
    apps+=("app$i")
  done
  mark=$(pebble_mark)
  for ((i = 1; i <= parallel; i++)); do
    timeout 120 dokku domains:add "app$i" "app$i.example.test" >"/run/add-$i" 2>&1 </dev/null &
    pids+=($!)
  done
  timeout 120 dokku letsencrypt:auto-renew >/run/auto-renew 2>&1 </dev/null &
  pids+=($!)
  for i in "${!pids[@]}"; do wait "${pids[i]}" || { failed=$((failed + 1)); tail -n3 "/run/add-$((i + 1))" >&2; }; done
  assert_eq 0 "$failed" "failed commands"
  by_cron "${apps[@]}"
  for i in 1 7 "$parallel"; do tls_verify "app$i.example.test"; done
  assert_at_least "$parallel" "$(orders_since "$mark")" "orders"
  assert_at_most $((parallel * 2)) "$(orders_since "$mark")" "orders"
  assert_eq "" "$(jq -r 'select(.order != null) | input_filename' "$(global_folder)"/state/app*.json)" "journals"
  assert_eq "" "$(find "$(global_folder)/nginx" -name '*.conf' -size +0)" "routes"
  nginx_loads
}

one_app_many_times() {
  given installing_fires_and_orders_nothing
  local i pids=() failed=0 mark names=()
  mark=$(pebble_mark)
  for ((i = 1; i <= 10; i++)); do
    timeout 120 dokku domains:add shop "s$i.example.test" >"/run/add-$i" 2>&1 </dev/null &
    pids+=($!)
    names+=("s$i.example.test")
  done
  timeout 120 dokku letsencrypt:auto-renew >/run/auto-renew 2>&1 </dev/null &
  pids+=($!)
  for i in "${!pids[@]}"; do wait "${pids[i]}" || { failed=$((failed + 1)); tail -n3 "/run/add-$((i + 1))" >&2; }; done
  assert_eq 0 "$failed" "failed commands"
  by_cron shop
  for i in "${names[@]}"; do tls_verify "$i"; done
  # One for the first that came, one for all the others, and at most one for those between.
  assert_at_least 1 "$(orders_since "$mark")" "orders"
  assert_at_most 3 "$(orders_since "$mark")" "orders"
}

# nothing_left_of APP: as if it had never been there.
nothing_left_of() {
  local left
  left=$(find "$DOKKU_ROOT/$1" "$(state_file "$1")" "$(global_folder)/nginx/$1.conf" "$(global_folder)/locks/$1" \
    "$DOKKU_LIB_ROOT/data/letsencrypt/$1" "$DOKKU_LIB_ROOT/config/letsencrypt/$1" 2>/dev/null || true)
  assert_eq "" "$left" "what is left of $1"
  assert_eq "" "$(due_apps 2>/dev/null | grep -xF "$1" || true)" "due"
  assert_not_contains "$(cat /var/log/dokku/letsencrypt.log 2>/dev/null)" "bug:" "log"
}

# waiting APP: with a name that leads elsewhere, noted and due.
waiting() {
  dokku apps:create "$1" >/dev/null 2>&1
  leads_elsewhere "$1.example.test"
  assert_runs dokku domains:add "$1" "$1.example.test"
  wait_until 15 no_run_at_work
  assert_contains "$(due_apps)" "$1" "due"
  assert_name "$1" "$1.example.test" pending-dns other-server
}

# quiet_minute OFFSET APP: cron runs without an error, and has no word for an app that is gone.
quiet_minute() {
  local said
  said=$(stat -c %s /var/log/dokku/letsencrypt.log 2>/dev/null || echo 0)
  assert_runs at_time "$1" world-cron letsencrypt/cron
  said=$(tail -c "+$((said + 1))" /var/log/dokku/letsencrypt.log)
  assert_eq "" "$(grep -wE "$2|bug:|cannot|Cannot|Failed to setup|does not exist" <<<"$said" | grep -v "$2\.example" || true)" "log of the minute"
}

apps_that_go_while_a_name_waits() {
  given auto_issue_for_all
  local mark
  waiting gone
  assert_runs dokku apps:destroy gone force
  nothing_left_of gone
  quiet_minute +2m gone
  waiting before
  mark=$(pebble_mark)
  assert_runs dokku apps:rename before after
  nothing_left_of before
  assert_absent "$DOKKU_ROOT/after/letsencrypt"
  leads_here before.example.test
  quiet_minute +2m before
  wait_until 10 dokku letsencrypt:status after
  tls_verify before.example.test
  nothing_left_of before
  assert_eq 1 "$(orders_since "$mark")" "orders"
}

clone_waits_for_nobody() {
  given installing_fires_and_orders_nothing
  local mark
  dokku letsencrypt:set --global auto-issue >/dev/null
  leads_elsewhere more.example.test
  assert_runs dokku domains:add shop more.example.test
  wait_until 15 no_run_at_work
  name_has shop more.example.test pending-dns other-server
  mark=$(pebble_mark)
  assert_runs dokku apps:clone --skip-deploy shop copy
  assert_absent "$DOKKU_ROOT/copy/letsencrypt"
  assert_eq "" "$(due_apps | grep -xF copy || true)" "due"
  assert_eq "false" "$(jq -r '.enabled // false' "$(state_file copy)" 2>/dev/null || echo false)" "enabled"
  quiet_minute +2m copy
  assert_eq 0 "$(orders_since "$mark")" "orders"
  assert_runs dokku apps:destroy copy force
  nothing_left_of copy
  leads_here more.example.test
  quiet_minute +1d copy
  tls_verify more.example.test
}

# torn_while COMMAND...: runs it while the CA makes the worker of the app torn wait, and lets the
# worker go on then.
torn_while() {
  local pebble
  pebble=$(pgrep -x pebble)
  dokku apps:create torn >/dev/null 2>&1
  dokku letsencrypt:set torn auto-issue-timeout 1 >/dev/null
  kill -STOP "$pebble"
  run_and_capture dokku domains:add torn torn.example.test
  if ! pgrep -f libexec/issue >/dev/null; then kill -CONT "$pebble"; fail "no worker is at work"; fi
  run_and_capture "$@"
  kill -CONT "$pebble"
  assert_eq 0 "$code" "exit code of $*"
  wait_until 60 no_run_at_work
}

app_that_goes_while_the_worker_works() {
  given an_email
  dokku letsencrypt:set --global auto-issue true >/dev/null
  torn_while dokku apps:destroy torn force
  assert_absent "$DOKKU_ROOT/torn"
  quiet_minute +20m torn
  nothing_left_of torn
  nginx_loads
}

app_that_is_renamed_while_the_worker_works() {
  given an_email
  dokku letsencrypt:set --global auto-issue true >/dev/null
  torn_while dokku apps:rename torn mended
  assert_absent "$DOKKU_ROOT/torn"
  quiet_minute +20m torn
  nothing_left_of torn
  wait_until 10 dokku letsencrypt:status mended
  tls_verify torn.example.test
}

scenario "installing a certificate orders nothing" installing_fires_and_orders_nothing
scenario "many apps get a domain at once, while auto-renew runs" many_apps_at_once
scenario "one app gets ten domains at once, while auto-renew runs" one_app_many_times
scenario "an app that is destroyed or renamed takes along what was due" apps_that_go_while_a_name_waits
scenario "a clone waits for nothing" clone_waits_for_nobody
scenario "an app that goes while its certificate is ordered" app_that_goes_while_the_worker_works
scenario "an app that is renamed while its certificate is ordered" app_that_is_renamed_while_the_worker_works
