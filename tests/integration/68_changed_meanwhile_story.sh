#!/usr/bin/env bash
# While the CA takes its time over an order, someone destroys, renames or disables the app, or removes its
# certificate: nothing of what was ordered comes back.
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

# ended APP: the run has ended, and says that somebody was at work meanwhile.
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
  ! grep -qw "$1" "$global/state/due" || fail "next try: $(cat "$global/state/due")"
  assert_not_contains "$(dokku letsencrypt:list 2>&1 || true)" "$1" "list"
  assert_exits 20 dokku letsencrypt:status "$1"
  as_dokku sudo /usr/sbin/nginx -t 2>/dev/null
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
  as_dokku sudo /usr/sbin/nginx -t 2>/dev/null
  assert_eq "hello from $1" "$(http_body "http://$1.example.test/")" "the app over HTTP"
}

an_app() {
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
  dokku letsencrypt:set --global email you@example.test >/dev/null
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
  [[ -d $DOKKU_ROOT/blog ]] || new_app blog blog.example.test
  assert_runs dokku letsencrypt:enable blog --force
  order_held blog
  assert_runs dokku letsencrypt:disable blog
  assert_lines "$out" "-----> Disabling letsencrypt for app" "-----> Done"
  ended blog
  is_off blog
  assert_absent "$DOKKU_ROOT/blog/letsencrypt"
}

certificate_removed() {
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
  assert_runs dokku letsencrypt:enable blog
  order_held blog status=500
  assert_runs dokku letsencrypt:disable blog
  ended blog
  is_off blog
}

scenario "an app that is destroyed or disabled during its first order" first_orders
scenario "an app that is destroyed while its certificate is renewed" on_each_day destroyed
scenario "one that is made anew under the same name meanwhile" made_anew
scenario "one that is disabled" on_each_day disabled
scenario "one whose certificate is removed" on_each_day certificate_removed
scenario "one that is renamed" on_each_day renamed
scenario "an order that fails does not undo what was typed meanwhile" failed_run
