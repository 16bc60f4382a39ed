#!/usr/bin/env bash
# While the CA takes its time over an order, an operator destroys, renames or disables the app, or removes
# its certificate: nothing of what was ordered comes back.
# shellcheck source-path=SCRIPTDIR
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

global=$(global_folder)

# order_held APP [KEY=VALUE...]: a run orders for the app, and the CA takes its time to finish.
order_held() {
  local app=$1
  shift
  ca_answers POST '^/finalize-order/' delay=4 "$@"
  dokku letsencrypt:enable "$app" --force >/run/ordering 2>&1 & ordering=$!
  wait_until 20 order_has_url "$app"
  sleep 1
}
order_has_url() { jq -e '.order.url // "" | length > 0' "$(state_file "$1")"; }

# ended APP: the run has ended, and says that the app was changed meanwhile.
ended() {
  wait "$ordering" && fail "enable ended with 0: $(cat /run/ordering)"
  grep -q "$1 was changed meanwhile; it is left alone" /run/ordering || { fail "enable said: $(cat /run/ordering)"; return 1; }
  wait_until 10 no_run_at_work
}

# Of an app that is gone nothing is left, not even the time of its next try.
nothing_of() {
  assert_absent "$DOKKU_ROOT/$1"
  assert_absent "$(state_file "$1")"
  assert_absent "$global/nginx/$1.conf"
  assert_absent "$global/state/removing/$1"
  assert_absent "$global/locks/$1"
  assert_absent "$DOKKU_LIB_ROOT/data/letsencrypt/$1"
  ! due_apps | grep -qxF "$1" || fail "next try: $(cat "$global/state/due")"
  assert_not_contains "$(dokku letsencrypt:list 2>&1 || true)" "$1" "list"
  assert_exits 20 dokku letsencrypt:status "$1"
  nginx_loads
}

# Off for good: neither a scheduled run nor the minute brings it back.
is_off() {
  assert_absent "$DOKKU_ROOT/$1/tls"
  assert_eq "false true" "$(jq -r '"\(.enabled) \(.switched_off)"' "$(state_file "$1")")" "enabled, switched off"
  assert_eq null "$(jq .due "$(state_file "$1")")" "due"
  assert_eq null "$(jq .order "$(state_file "$1")")" "journal"
  assert_no_route "$1"
  assert_runs dokku letsencrypt:auto-renew --scheduled
  the_minute
  assert_absent "$DOKKU_ROOT/$1/tls"
  assert_eq false "$(dokku letsencrypt:active "$1")" "active"
  nginx_loads
  assert_eq "hello from $1" "$(http_body "http://$1.example.test/")" "the app over HTTP"
}

an_app() {
  given an_email
  new_app "$1" "$1.example.test"
  assert_runs dokku letsencrypt:enable "$1"
}

# on_each_day FUNCTION: all of it at that time.
on_each_day() {
  local day
  for day in +0d +1d +30d +89d; do
    echo "  $day"
    at_time $day "$1"
  done
}

first_orders() {
  given an_email
  ca_front works
  new_app first first.example.test
  order_held first
  assert_runs dokku apps:destroy first force
  ended first
  nothing_of first
  new_app first first.example.test
  order_held first
  assert_runs dokku letsencrypt:disable first
  ended first
  is_off first
  assert_absent "$DOKKU_ROOT/first/letsencrypt"
}

destroyed() {
  an_app shop
  order_held shop
  assert_runs dokku apps:destroy shop force
  ended shop
  nothing_of shop
}

# The new app is another one, and owes nothing to the order of the old.
made_anew() {
  an_app shop
  order_held shop
  assert_runs dokku apps:destroy shop force
  new_app shop shop.example.test
  ended shop
  assert_absent "$DOKKU_ROOT/shop/tls"
  assert_absent "$DOKKU_ROOT/shop/letsencrypt"
  assert_no_route shop
  assert_absent "$(state_file shop)"
  assert_runs dokku letsencrypt:enable shop
  tls_verify shop.example.test
  dokku apps:destroy shop force >/dev/null 2>&1
}

disabled() {
  given an_email
  given new_app blog blog.example.test
  assert_runs dokku letsencrypt:enable blog --force
  order_held blog
  assert_runs dokku letsencrypt:disable blog
  assert_lines "$out" "-----> Disabling letsencrypt for app" "-----> Done"
  ended blog
  is_off blog
  assert_absent "$DOKKU_ROOT/blog/letsencrypt"
}

certificate_removed() {
  given an_email
  given new_app blog blog.example.test
  assert_runs dokku letsencrypt:enable blog --force
  order_held blog
  assert_runs dokku certs:remove blog
  ended blog
  is_off blog
}

# The certificate goes along, and the new name gets one of its own.
renamed() {
  an_app shop
  order_held shop
  assert_runs dokku apps:rename shop store
  ended shop
  nothing_of shop
  assert_no_route store
  assert_eq true "$(jq .enabled "$(state_file store)")" "enabled"
  assert_sound store
  assert_runs dokku letsencrypt:retry store
  assert_eq true "$(dokku letsencrypt:active store)" "active"
  assert_sound store
  dokku apps:destroy store force >/dev/null 2>&1
}

# What is typed later holds, even if the run fails and would be tried again.
failed_run() {
  given an_email
  given new_app blog blog.example.test
  assert_runs dokku letsencrypt:enable blog
  order_held blog status=500
  assert_runs dokku letsencrypt:disable blog
  ended blog
  is_off blog
}

# --- a command that waits for the order to end, and another app by then

# waits COMMAND...: is begun, and waits for the run that orders.
waits() {
  "$@" >/run/waiting 2>&1 & waiting=$!
  sleep 1
  kill -0 $waiting
}

# waited_in_vain WORDS: has ended with 1, saying so.
waited_in_vain() {
  wait "$waiting" && fail "it ended with 0: $(cat /run/waiting)"
  grep -q "$1" /run/waiting || fail "it said: $(cat /run/waiting)"
  wait_until 10 no_run_at_work
}

disable_waits() {
  an_app shop
  order_held shop
  waits dokku letsencrypt:disable shop
  assert_runs dokku apps:destroy shop force
  ended_or_gone
  waited_in_vain "shop was destroyed or renamed meanwhile"
  nothing_of shop
}
ended_or_gone() { wait "$ordering" && fail "enable ended with 0: $(cat /run/ordering)"; true; }

disable_waits_for_another() {
  an_app shop
  order_held shop
  waits dokku letsencrypt:disable shop
  assert_runs dokku apps:destroy shop force
  new_app shop shop.example.test
  self_signed_pair shop.example.test /run/own
  assert_runs dokku certs:add shop /run/own.crt /run/own.key
  ended_or_gone
  waited_in_vain "shop was destroyed or renamed meanwhile"
  assert_eq "$(sha256sum </run/own.crt)" "$(sha256sum <"$DOKKU_ROOT/shop/tls/server.crt")" "its own certificate"
  assert_runs dokku letsencrypt:auto-renew --scheduled
  assert_eq "$(sha256sum </run/own.crt)" "$(sha256sum <"$DOKKU_ROOT/shop/tls/server.crt")" "its own certificate"
  dokku apps:destroy shop force >/dev/null 2>&1
}

# Off under the new name as well, and the certificate does not come along.
disable_waits_for_renamed() {
  an_app shop
  order_held shop
  waits dokku letsencrypt:disable shop
  assert_runs dokku apps:rename shop store
  ended_or_gone
  waited_in_vain "shop was destroyed or renamed meanwhile"
  nothing_of shop
  assert_eq "false true" "$(jq -r '"\(.enabled) \(.switched_off)"' "$(state_file store)")" "enabled, switched off"
  assert_runs dokku letsencrypt:auto-renew --scheduled
  assert_absent "$DOKKU_ROOT/store/tls"
  nginx_loads
  dokku apps:destroy store force >/dev/null 2>&1
}

# Killed before its turn came: the next runs remove what it was to remove.
disable_killed_waiting() {
  given an_email
  given new_app blog blog.example.test
  assert_runs dokku letsencrypt:enable blog --force
  order_held blog
  waits setsid dokku letsencrypt:disable blog
  kill -KILL -- "-$waiting"
  ended blog
  at_time +5m world-cron letsencrypt/cron
  assert_contains "$(tail -n 20 /var/log/dokku/letsencrypt.log)" "The certificate of blog was being removed" "log"
  is_off blog
  assert_absent "$DOKKU_ROOT/blog/letsencrypt"
  assert_absent "$global/state/removing/blog"
}

# What was read of the old app is not about the new one.
enable_waits_for_another() {
  an_app shop
  order_held shop
  waits dokku letsencrypt:enable shop --force
  assert_runs dokku apps:destroy shop force
  new_app shop other.example.test
  ended_or_gone
  waited_in_vain "shop was changed meanwhile; it is left alone"
  assert_absent "$DOKKU_ROOT/shop/tls"
  assert_absent "$DOKKU_ROOT/shop/letsencrypt"
  assert_absent "$(state_file shop)"
  dokku apps:destroy shop force >/dev/null 2>&1
}

revoke_waits_for_another() {
  an_app shop
  order_held shop
  waits dokku letsencrypt:revoke shop
  assert_runs dokku apps:destroy shop force
  new_app shop shop.example.test
  ended_or_gone
  waited_in_vain "shop was destroyed or renamed meanwhile"
  assert_absent "$(state_file shop)"
  dokku apps:destroy shop force >/dev/null 2>&1
}

# The CA takes its time over the revocation itself.
destroyed_while_revoked() {
  an_app shop
  ca_answers POST '(?i)revoke' delay=4
  waits dokku letsencrypt:revoke shop
  assert_runs dokku apps:destroy shop force
  wait $waiting
  assert_not_contains "$(cat /run/waiting)" "Removing SSL endpoint" "revoke"
  nothing_of shop
}

# Destroyed while the scheduled run asks the CA about it: no failure of that run.
destroyed_in_scheduled_run() {
  an_app shop
  an_app store
  ca_answers GET '(?i)renewal' delay=4 times=3
  waits at_time +80d dokku letsencrypt:auto-renew --scheduled
  sleep 2
  at_time +80d dokku apps:destroy shop force >/dev/null 2>&1
  wait $waiting || { fail "the run failed: $(cat /run/waiting)"; return 1; }
  assert_not_contains "$(cat /run/waiting)" "Failed:" "run"
  nothing_of shop
  dokku apps:destroy store force >/dev/null 2>&1
}

# Other plugins have hooks after ours that take their time, and only then does Dokku remove the app's folder:
# the run goes on in between.
destroyed_slowly() {
  an_app shop
  an_app store
  mkdir "$PLUGIN_ENABLED_PATH/slow"
  printf '#!/bin/sh\ntimeout 60 sh -c "until [ -e /run/go_on ]; do sleep 0.1; done"\n' >"$PLUGIN_ENABLED_PATH/slow/post-delete"
  chmod 0755 "$PLUGIN_ENABLED_PATH/slow/post-delete"
  ca_answers GET '(?i)renewal' delay=3 times=2
  waits at_time +80d dokku letsencrypt:auto-renew --scheduled
  wrong_clock +80d dokku apps:destroy shop force >/run/destroying 2>&1 & destroying=$!
  wait_until 10 test ! -e "$(state_file shop)"
  wait $waiting || { fail "the run failed: $(cat /run/waiting)"; return 1; }
  kill -0 $destroying
  assert_absent "$(state_file shop)"
  [[ -d $DOKKU_ROOT/shop ]] || fail "the folder went before the run ended"
  touch /run/go_on
  wait $destroying
  rm -r "$PLUGIN_ENABLED_PATH/slow" /run/go_on
  assert_not_contains "$(cat /run/waiting)" "Failed:" "run"
  nothing_of shop
  assert_eq true "$(dokku letsencrypt:active store)" "the other app"
  dokku apps:destroy store force >/dev/null 2>&1
}

scenario "an app that is destroyed or disabled during its first order" first_orders
scenario "an app that is destroyed while its certificate is renewed" on_each_day destroyed
scenario "one that is made anew under the same name meanwhile" made_anew
scenario "one that is disabled" on_each_day disabled
scenario "one whose certificate is removed" on_each_day certificate_removed
scenario "one that is renamed" on_each_day renamed
scenario "disable waits, and the app is destroyed" disable_waits
scenario "disable waits, and another app has the name" disable_waits_for_another
scenario "disable waits, and the app is renamed" disable_waits_for_renamed
scenario "disable is killed while it waits" disable_killed_waiting
scenario "enable waits, and another app has the name" enable_waits_for_another
scenario "revoke waits, and another app has the name" revoke_waits_for_another
scenario "an app is destroyed while its certificate is revoked" destroyed_while_revoked
scenario "an app is destroyed while the scheduled run is at work" destroyed_in_scheduled_run
scenario "and the hooks of other plugins outlast that run" destroyed_slowly
scenario "an order that fails does not undo what was typed meanwhile" failed_run
