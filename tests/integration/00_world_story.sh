#!/usr/bin/env bash
# The world itself: services, the Dokku stand-in, the sudo rules, and that nothing stays behind.
# world: none
# Started on the machine, it starts itself again inside a world with the word `inside`.
# shellcheck source-path=SCRIPTDIR
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
world=$checkout/scripts/world
here=$checkout/tests/integration/00_world_story.sh

# --- on the machine

machine_state() {
  { find /etc/nginx /var/lib/nginx /etc/default /usr/local/bin /usr/local/sbin /etc/passwd /etc/group /etc/resolv.conf -xdev \
    -printf '%p %s %m %u %T@\n' 2>/dev/null || true; } | sort | sha256sum
}

exit_code_is_the_commands() {
  assert_exits 0 "$world" run --no-plugin -- true
  assert_exits 37 "$world" run --no-plugin -- bash -c 'exit 37'
  assert_exits 125 "$world" run --no-plugin --pebble-config 'no filter' -- true
  assert_exits 125 "$world" run --plugin-dir /nonexistent -- true
  assert_contains "$err" "no plugin in /nonexistent"
}

# A world says where it is; its name in command lines tells its processes.
processes_of() {
  local command
  for command in /proc/[0-9]*/cmdline; do
    { tr '\0' ' ' <"$command"; echo; } 2>/dev/null | grep -F -- "$1" || true
  done
}

nothing_stays() {
  local before name signal pid
  before=$(machine_state)
  name=$("$world" run --no-plugin -- bash -c 'touch /etc/nginx/conf.d/x.conf; (setsid sleep 1000 &) ; echo "$WORLD"')
  assert_absent "$name"
  assert_eq "" "$(processes_of "$name")" "processes left"
  for signal in TERM KILL; do
    mkfifo "/tmp/story.$$"
    "$world" run --no-plugin -- bash -c 'echo "$WORLD"; exec sleep 1000' >"/tmp/story.$$" &
    pid=$!
    read -r name <"/tmp/story.$$"
    rm "/tmp/story.$$"
    assert_ne "" "$(processes_of "$name")" "processes while it runs"
    kill -s "$signal" "$pid"
    { wait "$pid" || true; } 2>/dev/null
    wait_until 5 no_process_of "$name"
  done
  rmdir "$name" # KILL leaves the empty directory over which the world's files were mounted
  assert_eq "$before" "$(machine_state)" "files of the machine"
}
no_process_of() { [[ -z $(processes_of "$1") ]]; }

both_init_systems() {
  local init
  for init in systemd sysv; do
    assert_runs "$world" run --no-plugin --init "$init" -- bash "$here" inside init "$init"
    assert_contains "$out" "ok - "
  done
}

reload_of_init_system() {
  local mark
  if [[ $1 == systemd ]]; then
    [[ -x /usr/bin/systemctl ]]
    assert_runs as_dokku sudo /usr/bin/systemctl reload nginx
    assert_exits 1 as_dokku sudo /usr/sbin/invoke-rc.d nginx reload
  else
    [[ ! -x /usr/bin/systemctl ]]
    assert_runs as_dokku sudo /usr/sbin/invoke-rc.d nginx reload
    assert_exits 1 as_dokku sudo /usr/bin/systemctl reload nginx
  fi
  mark=$(reload_mark)
  assert_runs dokku nginx:reload
  assert_eq 1 "$(reloads_since "$mark")" "reloads"
}

# --- inside

services_answer() {
  assert_eq 192.0.2.1 "$(getent ahostsv4 any.name.test | awk 'NR == 1 { print $1 }')" "address"
  challtestsrv add-a '{"host":"other.test","addresses":["192.0.2.2"]}'
  assert_eq 192.0.2.2 "$(getent ahostsv4 other.test | awk 'NR == 1 { print $1 }')" "address"
  assert_contains "$(curl -sf --cacert "$PEBBLE_CA_PEM" "$PEBBLE_DIRECTORY")" newOrder "directory"
  openssl x509 -in "$PEBBLE_ROOT_PEM" -noout
  assert_eq "$PEBBLE_DIRECTORY" "$(cat "$DOKKU_LIB_ROOT/config/letsencrypt/--global/server")" "server"
  assert_eq "${LEGO_CA_CERTIFICATES-unset}" unset "LEGO_CA_CERTIFICATES of the command"
}

app_gets_http_and_https() {
  local directory
  directory=$(mktemp -d)
  chmod 0755 "$directory"
  assert_runs dokku apps:create shop
  assert_contains "$out" "-----> Creating shop..."
  assert_contains "$err" " !     No web listeners specified for shop"
  assert_file "$DOKKU_ROOT/shop/nginx.conf"
  assert_exits 1 dokku apps:create shop
  assert_eq " !     Name is already taken" "$err"
  assert_runs dokku domains:add shop shop.test
  assert_contains "$out" "-----> Added shop.test to shop"
  wait_until 5 status_is 502 http://shop.test/
  assert_runs world-deploy shop
  wait_until 5 app_answers shop shop.test
  assert_eq "hello from shop" "$(curl -s -H 'Host: shop.test' http://192.0.2.1/)" "body"
  self_signed_pair shop.test "$directory/shop"
  assert_runs dokku certs:add shop "$directory/shop.crt" "$directory/shop.key"
  wait_until 5 status_is 301 http://shop.test/page
  assert_eq "https://shop.test:443/page" "$(curl -s -o /dev/null -w '%{redirect_url}' http://shop.test/page)" "redirect"
  assert_eq "hello from shop" "$(curl -s --cacert "$directory/shop.crt" https://shop.test/)" "body"
  assert_mode 750 "$DOKKU_ROOT/shop/tls"
  assert_mode 640 "$DOKKU_ROOT/shop/tls/server.key"
  assert_eq "" "$(dokku ports:report shop --ports-map)" "stored port map"
  assert_runs dokku certs:remove shop
  wait_until 5 app_answers shop shop.test
}
status_is() { [[ $(http_status "$2") == "$1" ]]; }

sudo_is_strict() {
  local line
  for line in "id" "/usr/sbin/nginx" "/usr/sbin/nginx -T" "/usr/sbin/nginx -t -q" "/usr/bin/systemctl restart nginx" \
    "/usr/bin/systemctl reload ssh" "systemctl reload nginx" "/usr/sbin/nginx -s reload"; do
    # shellcheck disable=SC2086
    assert_exits 1 as_dokku sudo $line
    assert_eq "sudo: a password is required" "$err" "sudo $line"
  done
  assert_runs as_dokku sudo /usr/sbin/nginx -t
  assert_contains "$err" "test is successful"
  assert_exits 1 as_dokku sudo /usr/sbin/nginx -t -c /nonexistent
  assert_contains "$err" "/nonexistent"
}

triggers_in_dokku_order() {
  local mark
  new_app order order.test
  mark=$(hook_mark)
  dokku domains:add order second.test >/dev/null
  assert_eq "nginx-vhosts	post-domains-update	order add second.test" "$(hooks_since "$mark" | head -n1)" "first hook"
  mark=$(trigger_mark)
  dokku ports:add order http:8080:5000 http:80:5000 >/dev/null
  assert_contains "$(triggers_since "$mark")" "post-proxy-ports-update	order add"
  mark=$(hook_mark)
  self_signed_pair order.test /run/order
  dokku certs:add order /run/order.crt /run/order.key >/dev/null
  assert_eq "ports	post-certs-update	order" "$(hooks_since "$mark" | head -n1)" "first hook"
  assert_eq "http:8080:5000 http:80:5000 https:443:5000" "$(dokku ports:report order --ports-map)" "stored port map"
  mark=$(hook_mark)
  dokku proxy:build-config order >/dev/null
  assert_matches "$(hooks_since "$mark" | cut -f2 | xargs)" '^proxy-build-config .*ports-configure .*ports-get .*domains-list' "hooks"
}

plugin_gets_what_dokku_gives() {
  given app_gets_http_and_https
  local plugin=$DOKKU_LIB_ROOT/plugins/available/letsencrypt mark
  mkdir -p "$plugin/subcommands"
  printf '[plugin]\ndescription = "dummy"\nversion = "1"\n[plugin.config]\n' >"$plugin/plugin.toml"
  cat >"$plugin/subcommands/enable" <<'PLUGIN'
#!/bin/bash
echo "$0|$*|$(id -un)|$HOME|$PATH|${DOKKU_APPS_FORCE_DELETE:-}|${LEGO_CA_CERTIFICATES:-}"
exit 42
PLUGIN
  printf '#!/bin/sh\necho "hook $*"\nexit ${FAIL:-0}\n' >"$plugin/post-domains-update"
  printf '#!/bin/sh\n[ "$1" = letsencrypt:help ] && exit 0\nexit 10\n' >"$plugin/commands"
  chmod 0755 "$plugin/subcommands/enable" "$plugin/post-domains-update" "$plugin/commands"
  ln -s "$plugin" "$PLUGIN_ENABLED_PATH/letsencrypt"
  assert_exits 42 dokku letsencrypt:enable shop --force
  assert_eq "$PLUGIN_ENABLED_PATH/letsencrypt/subcommands/enable|letsencrypt:enable shop --force|$DOKKU_SYSTEM_USER|$DOKKU_ROOT|/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin|1|$PEBBLE_CA_PEM" "$out"
  assert_exits 0 dokku letsencrypt:help
  assert_exits 1 dokku letsencrypt:nothing
  assert_contains "$err" "is not a dokku command"
  assert_exits 20 dokku certs:add nowhere
  assert_eq " !     App nowhere does not exist" "$err"

  # The first hook that fails ends the trigger and the command: nginx-vhosts comes after letsencrypt.
  mark=$(reload_mark)
  assert_exits 3 env FAIL=3 dokku domains:add shop failing.test
  assert_contains "$out" "hook shop add failing.test"
  assert_eq 0 "$(reloads_since "$mark")" "reloads after a failing hook"
  assert_runs dokku domains:remove shop failing.test
  assert_runs dokku plugin:trigger nobody-has-this-trigger
  assert_eq "" "$out$err"
  chmod 0644 "$plugin/post-domains-update"
  assert_runs dokku domains:add shop again.test
  assert_contains "$err" "Trigger 'post-domains-update' is not executable, skipping plugin (letsencrypt)"
  assert_runs dokku plugin:uninstall letsencrypt
}

clone_rename_destroy() {
  new_app first first.test
  self_signed_pair first.test /run/first
  dokku certs:add first /run/first.crt /run/first.key >/dev/null
  assert_runs dokku apps:clone first copy
  assert_file "$DOKKU_ROOT/copy/tls/server.crt"
  assert_runs dokku apps:rename first last
  wait_until 5 app_serves_https last first.test /run/first.crt
  assert_absent "$DOKKU_ROOT/first"
  assert_runs dokku --force apps:destroy copy
  assert_runs dokku --force apps:destroy last
}
app_serves_https() { [[ $(curl -s --cacert "$3" "https://$2/") == "hello from $1" ]]; }

crontab_is_written() {
  local plugin=$DOKKU_LIB_ROOT/plugins/available/entries
  mkdir -p "$plugin"
  # shellcheck disable=SC2016
  printf '#!/bin/sh\necho "24 6 * * *;echo from cron as $(id -un);/var/log/dokku/entries.log"\n' >"$plugin/cron-entries"
  chmod 0755 "$plugin/cron-entries"
  ln -s "$plugin" "$PLUGIN_ENABLED_PATH/entries"
  assert_runs dokku plugin:trigger scheduler-cron-write
  assert_contains "$out" "-----> Updated schedule file"
  assert_eq "PATH=/usr/local/bin:/usr/bin:/bin" "$(crontab -u dokku -l | head -n1)" "first line"
  assert_runs world-cron
  assert_contains "$(cat /var/log/dokku/entries.log)" "from cron as $DOKKU_SYSTEM_USER"
  rm -r "$PLUGIN_ENABLED_PATH/entries" "$plugin"
  assert_runs dokku plugin:trigger scheduler-cron-write
  assert_exits 1 crontab -u dokku -l
}

probe_counts() {
  local started=${EPOCHREALTIME/./} milliseconds _
  new_app probed probed.test
  started=${EPOCHREALTIME/./}
  probe_start probed.test
  for _ in 1 2 3 4 5; do dokku proxy:build-config probed >/dev/null; done
  milliseconds=$(((${EPOCHREALTIME/./} - started) / 1000))
  probe_stop
  assert_eq 0 "$failed" "failed requests over five reloads"
  assert_at_least $((50 * (milliseconds - 200) / 1000)) "$requests" "requests in $milliseconds ms"
  probe_start probed.test
  rm "$WORLD"/upstream/address/*/body
  # Long enough for the probe to ask as well.
  for _ in {1..20}; do wait_until 5 status_is 404 http://probed.test/; done
  probe_stop 2>/dev/null
  assert_at_least 1 "$failed" "failed requests of a site without pages"
  assert_at_least "$failed" "$requests" "requests"
}

if [[ ${1-} == inside ]]; then
  [[ ${2-} != init ]] || { scenario "reload as $3 spells it" reload_of_init_system "$3"; exit; }
  scenario "DNS, CA and the default properties are there" services_answer
  scenario "an app answers over HTTP, and over HTTPS once it has a certificate" app_gets_http_and_https
  scenario "sudo refuses what Dokku's sudoers file does not allow" sudo_is_strict
  scenario "triggers fire in Dokku's order" triggers_in_dokku_order
  scenario "a plugin gets arguments, user and environment as Dokku gives them" plugin_gets_what_dokku_gives
  scenario "clone, rename and destroy carry certificates along" clone_rename_destroy
  scenario "the crontab is generated from cron-entries and runs in cron's environment" crontab_is_written
  scenario "the probe sees that reloads lose nothing and that missing pages do" probe_counts
  exit
fi
scenario "the exit code of the world is the command's" exit_code_is_the_commands
scenario "nothing of a world stays behind, whatever ends it" nothing_stays
scenario "both spellings of a reload can be had" both_init_systems
"$world" run --no-plugin -- bash "$here" inside || scenarios_failed=1
