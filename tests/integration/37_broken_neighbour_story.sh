#!/usr/bin/env bash
# What one app does to nginx's configuration: told with app, file and line, and paid by no other app.
# shellcheck source-path=SCRIPTDIR
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

own_snippet() {
  mkdir -p "$DOKKU_ROOT/$1/nginx.conf.d"
  cat >"$DOKKU_ROOT/$1/nginx.conf.d/own.conf"
}

broken_vhost_of_another_app() {
  given enabled_app shop
  local mark file=$DOKKU_ROOT/broken/nginx.conf.d/own.conf reason
  new_app broken broken.example.test
  own_snippet broken <<<$'# a comment\nthis is no directive;'
  mark=$(pebble_mark)
  run_and_capture dokku domains:add shop www.example.test
  assert_not_contains "$err" "letsencrypt:enable" "stderr"
  assert_eq failed "$(name_status shop www.example.test)" "status"
  assert_eq blocked-by "$(name_cause shop www.example.test)" "cause"
  reason=$(status_json shop | jq -r '.names[] | select(.name == "www.example.test") | .reason')
  assert_contains "$reason" "by app broken ($file:2)" "reason"
  assert_contains "$(dokku letsencrypt:status shop || true)" "$file:2" "status"
  cron_when_due shop || true
  cron_when_due shop || true
  assert_eq 0 "$(pebble_requests_since "$mark")" "requests to the CA"
  assert_eq in-use "$(name_status shop shop.example.test)" "status of the other name"
  tls_verify shop.example.test
  assert_no_route shop
}

mended_by_a_person() {
  given broken_vhost_of_another_app
  local mark
  mark=$(pebble_mark)
  rm "$DOKKU_ROOT/broken/nginx.conf.d/own.conf"
  cron_when_due shop || true
  tls_verify www.example.test
  wait_until 5 dokku letsencrypt:status shop
  assert_eq 1 "$(orders_since "$mark")" "orders"
}

# The old certificate is served until it ends, but no operator is told that all is well.
scheduled_run_is_stopped() {
  given enabled_app shop
  local mark
  new_app late late.example.test
  assert_runs dokku letsencrypt:enable late
  own_snippet shop <<<'this is no directive;'
  mark=$(pebble_mark)
  assert_exits 1 at_time +80d dokku letsencrypt:auto-renew --scheduled
  assert_eq 0 "$(orders_since "$mark")" "orders"
  assert_name late late.example.test in-use blocked-by
  assert_eq failing "$(summary_of late)" "summary"
  assert_exits 1 dokku letsencrypt:status late
  assert_contains "$out" "by app shop ($DOKKU_ROOT/shop/nginx.conf.d/own.conf:1)" "status"
  assert_contains "$out" "next try" "status"
  rm "$DOKKU_ROOT/shop/nginx.conf.d/own.conf"
  cron_when_due late || true
  assert_at_least 1 "$(orders_since "$mark")" "orders"
  assert_runs dokku letsencrypt:status late
  assert_eq ok "$(summary_of late)" "summary"
  tls_verify late.example.test
}

# shadow_of APP: the reason that its status has.
shadow_of() { status_json "$1" | jq -r '.names[0].reason'; }

one_shadow_among_twenty() {
  given an_email
  local i mark
  dokku apps:destroy broken force >/dev/null 2>&1 || true
  make_apps 20
  own_snippet app7 <<<$'\nlocation /.well-known/acme-challenge/ { return 418; }'
  dokku nginx:reload >/dev/null 2>&1
  mark=$(pebble_mark)
  assert_exits 1 dokku letsencrypt:enable --all
  assert_lines "$err" " !     Failed: app7 (path-shadowed)"
  assert_eq 19 "$(orders_since "$mark")" "orders"
  for ((i = 1; i <= 20; i++)); do
    ((i == 7)) || [[ $(dokku letsencrypt:active "app$i") == true ]] || fail "app$i has no certificate"
  done
  for i in 1 6 8 20; do tls_verify "app$i.example.test"; done
  assert_eq failed "$(name_status app7 app7.example.test)" "status"
  assert_eq path-shadowed "$(name_cause app7 app7.example.test)" "cause"
  assert_contains "$(shadow_of app7)" "$DOKKU_ROOT/app7/nginx.conf.d/own.conf:2" "reason"
  assert_no_route app7
  assert_absent "$DOKKU_ROOT/app7/tls"
  nginx_loads
}

# Seen by fetching, since nginx has nothing against it.
return_of_the_server() {
  given one_shadow_among_twenty
  local mark
  own_snippet app7 <<<$'\n\nreturn 301 https://elsewhere.example.test/;'
  dokku nginx:reload >/dev/null 2>&1
  mark=$(pebble_mark)
  cron_when_due app7 || true
  assert_eq path-shadowed "$(name_cause app7 app7.example.test)" "cause"
  assert_contains "$(shadow_of app7)" "$DOKKU_ROOT/app7/nginx.conf.d/own.conf:3" "reason"
  assert_eq 0 "$(orders_since "$mark")" "orders"
  rm "$DOKKU_ROOT/app7/nginx.conf.d/own.conf"
  dokku nginx:reload >/dev/null 2>&1
  cron_when_due app7 || true
  tls_verify app7.example.test
  assert_eq 1 "$(orders_since "$mark")" "orders"
}

# Another program has that address: `nginx -t` does not mind, and each reload fails without a word.
reload_that_nginx_refuses() {
  given an_email
  local mark port=${PEBBLE_MANAGEMENT##*:}
  new_app quiet quiet.example.test
  mark=$(pebble_mark)
  echo "server { listen 127.0.0.1:$port; }" >/etc/nginx/conf.d/taken.conf
  nginx_loads
  assert_exits 1 dokku letsencrypt:enable quiet
  assert_contains "$out$err" "nginx did not take the reload: bind() to 127.0.0.1:$port failed" "output"
  assert_name quiet quiet.example.test failed reload-refused
  assert_eq 0 "$(orders_since "$mark")" "orders"
  assert_no_route quiet
  rm /etc/nginx/conf.d/taken.conf
  cron_when_due quiet || true
  tls_verify quiet.example.test
  assert_eq 1 "$(orders_since "$mark")" "orders"
}

# No app's file is to blame.
sudo_refuses() {
  given an_email
  local sudo
  sudo=$(command -v sudo)
  cp "$sudo" /run/real-sudo
  printf '#!/bin/sh\ncase "$*" in *"nginx -t") echo "sudo: a password is required" >&2; exit 1 ;; esac\nexec /run/real-sudo "$@"\n' >/run/strict-sudo
  chmod 0755 /run/real-sudo /run/strict-sudo
  new_app strict strict.example.test
  mount --bind /run/strict-sudo "$sudo"
  run_and_capture dokku letsencrypt:enable strict
  umount "$sudo"
  assert_eq 1 "$code" "exit code"
  assert_contains "$err" "sudo: a password is required" "stderr"
  assert_contains "$err" "/etc/sudoers.d/dokku-nginx" "stderr"
  assert_name strict strict.example.test failed host
  assert_not_contains "$(dokku letsencrypt:status strict || true)" "Mend that file" "status"
  cron_when_due strict || true
  tls_verify strict.example.test
}

nginx_is_stopped() {
  given an_email
  new_app stopped stopped.example.test
  /usr/local/sbin/world-nginx stop
  wait_until 10 nginx_has_ended
  assert_exits 1 dokku letsencrypt:enable stopped
  assert_eq 1 "$(grep -c "nginx does not run" <<<"$out$err")" "lines that say so"
  assert_contains "$out$err" "Start it with: dokku nginx:start" "output"
  assert_not_contains "$out$err" "sudo" "output"
  assert_name stopped stopped.example.test failed host
  /usr/local/sbin/world-nginx start
  cron_when_due stopped || true
  tls_verify stopped.example.test
}
nginx_has_ended() { [[ ! -e /run/nginx.pid ]]; }

scenario "a vhost that another app broke" broken_vhost_of_another_app
scenario "once it is mended the retry job goes on" mended_by_a_person
scenario "the scheduled run notes what stops it, and the retry job goes on" scheduled_run_is_stopped
scenario "one app of twenty shadows the path, nineteen are served" one_shadow_among_twenty
scenario "a return of the whole server is named with file and line" return_of_the_server
scenario "a reload that nginx refuses is told with its reason" reload_that_nginx_refuses
scenario "a test that sudo refuses blames no app" sudo_refuses
scenario "an nginx that does not run is told once, with what to type" nginx_is_stopped
