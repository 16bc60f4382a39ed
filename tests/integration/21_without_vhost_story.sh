#!/usr/bin/env bash
# also: sanitized
# Apps that no vhost of Dokku's serves on port 80 yet, and hosts on which nginx listens on certain
# addresses only: our own server block answers, where nginx listens already, and goes again.
# shellcheck source-path=SCRIPTDIR
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

listening_on_80() { awk 'FNR > 1 && $4 == "0A" && $2 ~ /:0050$/ { split($2, part, ":"); print part[1] }' /proc/net/tcp /proc/net/tcp6 | sort | xargs; }

# Keeps what lies in our folder of server blocks while the CA validates; $watched is the copy.
watch_block() {
  watched=$(mktemp)
  rm -f "$watched"
  (
    set +e
    until [[ -e $(global_folder)/nginx/$1.conf ]]; do sleep 0.005; done
    cp "$(global_folder)/nginx/$1.conf" "$watched"
  ) 2>/dev/null &
  watcher=$!
}
end_watch() { kill "$watcher" 2>/dev/null || true; wait "$watcher" 2>/dev/null || true; }

never_deployed() {
  given an_email
  undeployed_app fresh fresh.example.test
  assert_file "$DOKKU_ROOT/fresh/nginx.conf"
  assert_runs dokku letsencrypt:enable fresh
  assert_contains "$out" "-----> Done" "stdout"
  tls_verify fresh.example.test
  assert_eq 502 "$(http_status https://fresh.example.test/)" "page of an app without containers"
  world-deploy fresh >/dev/null 2>&1
  assert_eq "hello from fresh" "$(http_body https://fresh.example.test/)" "page once deployed"
}

without_nginx_conf() {
  given an_email
  new_app moved moved.example.test
  rm "$DOKKU_ROOT/moved/nginx.conf"
  assert_runs dokku nginx:reload
  watch_block moved
  assert_runs dokku letsencrypt:enable moved
  end_watch
  assert_file "$watched"
  assert_contains "$(<"$watched")" "server_name moved.example.test;" "our server block"
  assert_contains "$(<"$watched")" "listen *:80;" "our server block"
  assert_no_route moved
  tls_verify moved.example.test
  assert_eq "hello from moved" "$(http_body https://moved.example.test/)" "page"
  assert_eq "" "$(dokku nginx:validate-config 2>&1)" "nginx"
}

# The vhost has the old name only: a line written by hand, as after a change of VHOST by a script.
name_not_yet_in_the_vhost() {
  given an_email
  new_app late late.example.test
  echo later.example.test >>"$DOKKU_ROOT/late/VHOST"
  watch_block late
  assert_runs dokku letsencrypt:enable late
  end_watch
  assert_contains "$(<"$watched")" "server_name later.example.test;" "our server block"
  assert_not_contains "$err" "conflicting server name" "nginx"
  assert_no_route late
  tls_verify later.example.test
  tls_verify late.example.test
}

scenario "an app that was never deployed gets its certificate" never_deployed
scenario "an app without nginx.conf is answered for by a server block of ours" without_nginx_conf
scenario "so is a name that the vhost does not have yet" name_not_yet_in_the_vhost

# From here on nginx listens on the apps' own addresses only, and there is no default vhost.
bind_address() {
  given an_email
  local app
  for app in fresh moved late; do dokku --force apps:destroy "$app" >/dev/null 2>&1 || true; done
  dokku apps:create bound >/dev/null 2>&1
  dokku nginx:set bound bind-address-ipv4 192.0.2.1 >/dev/null
  dokku nginx:set bound bind-address-ipv6 ::1 >/dev/null
  dokku domains:add bound bound.example.test >/dev/null 2>&1
  restart_nginx
  assert_eq "$one_address" "$(listening_on_80)" "addresses"
  assert_runs dokku letsencrypt:enable bound
  tls_verify bound.example.test
  assert_no_route bound
  assert_eq "$one_address" "$(listening_on_80)" "addresses afterwards"
}
# A listening socket that is in no configuration any more stays until nginx starts anew.
restart_nginx() {
  /usr/sbin/nginx -s quit 2>/dev/null
  wait_until 10 nothing_on_80
  /usr/sbin/nginx
  wait_until 5 something_on_80
}
nothing_on_80() { [[ -z $(listening_on_80) && ! -e /run/nginx.pid ]]; }
something_on_80() { [[ -n $(listening_on_80) ]]; }
one_address="00000000000000000000000001000000 010200C0" # as the kernel spells ::1 and 192.0.2.1

foreign_address_is_not_taken() {
  given bind_address
  local app=other
  dokku apps:create $app >/dev/null 2>&1
  dokku nginx:set $app bind-address-ipv4 192.0.2.2 >/dev/null
  dokku nginx:set $app bind-address-ipv6 ::1 >/dev/null
  dokku domains:add $app other.example.test >/dev/null 2>&1
  wait_until 5 app_page_is 502 http://other.example.test/ 192.0.2.2
  # Its vhost goes: what answers for it must listen where nginx does already.
  rm "$DOKKU_ROOT/$app/nginx.conf"
  restart_nginx
  assert_eq "$one_address" "$(listening_on_80)" "addresses"
  watch_block $app
  assert_runs dokku letsencrypt:enable $app
  end_watch
  assert_eq "    listen 192.0.2.1:80;
    listen [::1]:80;" "$(grep listen "$watched")" "our server block"
  assert_no_route $app
  assert_sound $app
  tls_verify other.example.test 192.0.2.2
  # The neighbour kept its address and certificate through it.
  tls_verify bound.example.test
  assert_eq 502 "$(http_status --resolve bound.example.test:443:192.0.2.1 https://bound.example.test/)" "neighbour"
}
app_page_is() { [[ $(http_status --resolve "other.example.test:80:$3" "$2") == "$1" ]]; }

scenario "an app on one address of a host without a default vhost" bind_address
scenario "an app without vhost never takes a neighbour's address" foreign_address_is_not_taken
