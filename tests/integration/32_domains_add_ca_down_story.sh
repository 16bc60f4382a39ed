#!/usr/bin/env bash
# `domains:add` while the CA fails, or is not waited for: the domain is added and served in any case,
# and the certificate follows by itself once the CA works again.
# shellcheck source-path=SCRIPTDIR
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

# interruptible COMMAND...: in a session of its own and with the usual answers to signals, as from a
# terminal; a shell lets its background commands ignore SIGINT.
interruptible() { exec perl -MPOSIX -e '$SIG{INT} = $SIG{QUIT} = $SIG{HUP} = "DEFAULT"; setsid(); exec @ARGV' "$@"; }

# plain APP NAME: the domain is stored, in the vhost, and answers over HTTP.
plain() {
  grep -Fxq "$2" "$DOKKU_ROOT/$1/VHOST" || fail "$2 is not stored"
  wait_until 5 app_answers "$1" "$2"
}

# failed APP NAME CAUSE: noted with a next try a minute ahead, 20 % of jitter on each side.
failed() {
  local left
  wait_until 30 name_has "$1" "$2" failed "$3"
  wait_until 5 no_run_at_work
  left=$(seconds_until_due "$1")
  assert_at_most 72 "$left" "seconds until the next try"
  assert_at_least 40 "$left" "seconds until the next try"
  assert_exits 1 dokku letsencrypt:status "$1"
  assert_contains "$out" "next try 20" "status"
  assert_eq failing "$(summary_of "$1")" "summary"
  assert_no_route "$1"
  assert_sound "$1"
}

# follows APP NAME...: cron, when the app is due and not before, gets the certificate with one order.
follows() {
  local app=$1 mark left name
  shift
  ca_front works
  mark=$(pebble_mark)
  the_minute
  assert_eq 0 "$(pebble_requests_since "$mark")" "requests before the next try"
  left=$(seconds_until_due "$app")
  assert_runs at_time "+$((left > 0 ? left + 1 : 0))s" world-cron letsencrypt/cron
  for name in "$@"; do tls_verify "$name"; done
  assert_runs dokku letsencrypt:status "$app"
  assert_eq ok "$(summary_of "$app")" "summary"
  assert_eq 1 "$(orders_since "$mark")" "orders"
  assert_no_route "$app"
  the_minute
  assert_eq 1 "$(orders_since "$mark")" "orders later"
}

dead_ca() {
  ca_front down
  given an_email
  dokku letsencrypt:set --global server $front_directory >/dev/null
  new_app shop shop.example.test
  dokku letsencrypt:set --global auto-issue true >/dev/null
  assert_runs dokku domains:add shop dead.example.test
  assert_at_most 10000 "$milliseconds" "milliseconds"
  assert_contains "$out" "198.51.100.1:14999" "stdout"
  plain shop dead.example.test
  failed shop dead.example.test ca-unreachable
  follows shop shop.example.test dead.example.test
}

# From here on the app has HTTPS; a new name is redirected to it, with a certificate that lacks it.
served_over_https() {
  grep -Fxq "$2" "$DOKKU_ROOT/$1/VHOST" || fail "$2 is not stored"
  wait_until 5 vhost_has "$1" "$2"
  tls_verify "$1.example.test"
}
vhost_has() { grep -Eq "server_name .*\\b$2\\b" "$DOKKU_ROOT/$1/nginx.conf"; }

# growing NAME CAUSE: as `failed`, of an app with a certificate.
growing() {
  wait_until 40 name_has shop "$1" failed "$2"
  wait_until 5 no_run_at_work
  assert_matches "$(summary_of shop)" "^partial" "summary"
  assert_no_route shop
  assert_sound shop
  assert_eq 1 "$(jq --arg name "$1" '.names[] | select(.name == $name) | .failures' "$(state_file shop)")" "failures"
}

broken_ca() {
  given dead_ca
  ca_front 500
  assert_runs dokku domains:add shop broken.example.test
  assert_contains "$out" "500" "stdout"
  served_over_https shop broken.example.test
  growing broken.example.test ca-error
  follows shop shop.example.test broken.example.test
}

hanging_ca() {
  given dead_ca
  ca_front hangs
  dokku letsencrypt:set shop auto-issue-timeout 3 >/dev/null
  assert_runs dokku domains:add shop hanging.example.test
  assert_at_least 3000 "$milliseconds" "milliseconds"
  assert_at_most 6000 "$milliseconds" "milliseconds"
  pgrep -f libexec/issue >/dev/null || fail "no worker goes on"
  served_over_https shop hanging.example.test
  # Nothing waits for it: neither another command nor the retry job.
  assert_runs dokku domains:add shop meanwhile.example.test
  assert_at_most 4000 "$milliseconds" "milliseconds of a second command"
  growing hanging.example.test ca-unreachable
  # What came meanwhile is due at once, the other has its own clock.
  ca_front works
  the_minute
  tls_verify meanwhile.example.test
  follows shop shop.example.test hanging.example.test meanwhile.example.test
}

hook_is_interrupted() {
  given dead_ca
  local code=0 adding
  ca_front hangs
  dokku letsencrypt:set shop auto-issue-timeout 60 >/dev/null
  (interruptible dokku domains:add shop stopped.example.test) >/run/adding 2>&1 </dev/null &
  adding=$!
  wait_until 10 pgrep -f libexec/issue
  kill -INT "$(pgrep -f letsencrypt/post-domains-update)"
  wait "$adding" || code=$?
  assert_eq 0 "$code" "exit code"
  served_over_https shop stopped.example.test
  pgrep -f libexec/issue >/dev/null || fail "no worker goes on"
  ca_front down
  growing stopped.example.test ca-unreachable
  follows shop shop.example.test stopped.example.test
}

# Dokku ends with its terminal's process group, before it came to its own rebuild.
command_is_interrupted() {
  given dead_ca
  local adding
  ca_front hangs
  (interruptible dokku domains:add shop broke.example.test) >/run/adding 2>&1 </dev/null &
  adding=$!
  wait_until 10 pgrep -f libexec/issue
  kill -INT -- "-$adding"
  wait "$adding" || true
  assert_eq "" "$(pgrep -f letsencrypt/post-domains-update || true)" "hook"
  pgrep -f libexec/issue >/dev/null || fail "no worker goes on"
  ca_front down
  growing broke.example.test ca-unreachable
  follows shop shop.example.test broke.example.test
  vhost_has shop broke.example.test
}

# The reader takes the first line and goes; then the terminal does.
terminal_is_gone() {
  given dead_ca
  local said
  ca_front hangs
  said=$(timeout -s HUP 2 dokku domains:add shop hup.example.test 2>&1 </dev/null | head -n1) || true
  assert_eq "-----> Added hup.example.test to shop" "$said" "first line"
  pgrep -f libexec/issue >/dev/null || fail "no worker goes on"
  ca_front down
  growing hup.example.test ca-unreachable
  follows shop shop.example.test hup.example.test
  vhost_has shop hup.example.test
}

# A Dokku whose output is closed from the start ends at its own first line, before any hook; the hook
# does its work without one.
hook_without_output() {
  given dead_ca
  local code=0
  ca_front works
  echo closed.example.test >>"$DOKKU_ROOT/shop/VHOST"
  (LEGO_CA_CERTIFICATES=$PEBBLE_CA_PEM as_dokku "$PLUGIN_ENABLED_PATH/letsencrypt/post-domains-update" shop add closed.example.test >&- 2>&- <&-) || code=$?
  assert_eq 0 "$code" "exit code of the hook"
  # As Dokku does next.
  dokku proxy:build-config shop >/dev/null 2>&1
  wait_until 10 dokku letsencrypt:status shop
  tls_verify closed.example.test
}

# The CA works, but slowly: who went away gets the certificate without any further run.
slow_ca_and_nobody_waits() {
  given dead_ca
  local pebble log=/var/log/dokku/letsencrypt.log said
  ca_front works
  said=$(stat -c %s $log 2>/dev/null || echo 0)
  pebble=$(pgrep -x pebble)
  kill -STOP "$pebble"
  dokku letsencrypt:set shop auto-issue-timeout 1 >/dev/null
  run_and_capture dokku domains:add shop slow.example.test
  kill -CONT "$pebble"
  assert_eq 0 "$code" "exit code"
  wait_until 30 dokku letsencrypt:status shop
  tls_verify slow.example.test
  wait_until 5 no_run_at_work
  assert_no_route shop
  # What no operator heard is in the log.
  assert_contains "$(tail -c "+$((said + 1))" $log)" "-----> Certificate retrieved successfully." "log"
}

nothing_is_left() {
  given slow_ca_and_nobody_waits
  assert_eq "" "$(pgrep -af '/plugins/[a-z]+/letsencrypt/' || true)" "processes"
  assert_eq "" "$(find "$DOKKU_ROOT/shop" "$DOKKU_LIB_ROOT/data" -name '.*.tmp' -o -name '.tls*')" "leftovers"
  nginx_loads
}

scenario "a CA that is down" dead_ca
scenario "a CA that answers 500" broken_ca
scenario "a CA that hangs" hanging_ca
scenario "the hook alone is interrupted" hook_is_interrupted
scenario "Ctrl-C" command_is_interrupted
scenario "the reader of the output is gone, then the terminal" terminal_is_gone
scenario "a hook without any output" hook_without_output
scenario "a slow CA and nobody who waits" slow_ca_and_nobody_waits
scenario "no process and no file of ours is left" nothing_is_left
