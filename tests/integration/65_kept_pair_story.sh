#!/usr/bin/env bash
# `disable` and `revoke` of a pair that some vhost loads whatever Dokku writes, and of one whose remover is
# suspended or hangs: nginx has a pair to load, and what is printed helps.
# shellcheck source-path=SCRIPTDIR
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
# shellcheck source-path=SCRIPTDIR
source "$(dirname "${BASH_SOURCE[0]}")/removals.sh"

# --- pairs that have to stay

# template_of APP PATH: a vhost that loads the pair at PATH whatever there is.
template_of() {
  mkdir -p "$DOKKU_LIB_ROOT/data/nginx-vhosts/app-$1"
  cat >"$DOKKU_LIB_ROOT/data/nginx-vhosts/app-$1/nginx.conf.sigil" <<VHOST
server { listen 80; listen 443 ssl; server_name $1.example.test; ssl_certificate $2/server.crt; ssl_certificate_key $2/server.key; include $DOKKU_ROOT/$1/nginx.conf.d/*.conf; location / { return 200 "hello from $1\\n"; } }
VHOST
  assert_runs dokku proxy:build-config "$1"
}
no_template_of() { rm -r "$DOKKU_LIB_ROOT/data/nginx-vhosts/app-$1"; dokku proxy:build-config "$1" >/dev/null 2>&1; }

# Each try leaves nginx nothing to load for a moment: one an hour.
own_template() {
  local mark
  as_before
  template_of shop "$root/tls"
  assert_exits 1 dokku letsencrypt:disable shop
  assert_contains "$err" "The vhost of shop still loads the certificate" "stderr"
  nginx_loads
  mark=$(trigger_mark)
  assert_runs dokku letsencrypt:retry blog
  assert_runs dokku letsencrypt:retry blog
  the_minute
  assert_eq 0 "$(triggers_since "$mark" | grep -c 'post-certs-remove.*shop' || true)" "tries within the hour"
  assert_runs at_time +61m dokku letsencrypt:retry blog
  assert_eq 1 "$(triggers_since "$mark" | grep -c 'post-certs-remove.*shop' || true)" "tries after it"
  nginx_loads
  no_template_of shop
  assert_runs dokku letsencrypt:disable shop
  assert_absent "$removing"
  nginx_loads
}

revoked_under_template() {
  as_before
  template_of shop "$root/tls"
  run_and_capture dokku letsencrypt:revoke shop
  assert_contains "$err" "The revoked certificate is still served" "stderr"
  assert_not_contains "$err" "certs:remove" "stderr"
  nginx_loads
  no_template_of shop
  assert_runs dokku letsencrypt:revoke shop
  assert_absent "$root/tls"
  assert_absent "$removing"
  save_certificate
}

another_template() {
  as_before
  template_of blog "$root/tls"
  assert_exits 1 dokku letsencrypt:disable shop
  assert_contains "$err" "Another vhost than that of shop loads its certificate" "stderr"
  assert_file "$root/tls/server.crt"
  nginx_loads
  assert_runs sh -c "$(grep -o 'grep -rl .*' <<<"$err")"
  assert_contains "$out" "$DOKKU_ROOT/blog/nginx.conf" "files that are found"
  no_template_of blog
  assert_runs dokku letsencrypt:disable shop
  assert_absent "$root/tls"
  nginx_loads
}

# --- a remover that is suspended

suspended() {
  local pid disabling hook=$PLUGIN_ENABLED_PATH/zz-deadly/post-certs-remove
  deadly_hook
  as_before
  sed -i '$a [[ ! -e /run/slow ]] || sleep 3' "$hook"
  touch /run/slow
  dokku letsencrypt:disable shop >/run/disabling 2>&1 & disabling=$!
  wait_until 20 test ! -e "$root/tls"
  pid=$(pgrep -f letsencrypt/subcommands/disable | head -n 1)
  kill -STOP "$pid"
  rm /run/slow
  ! nginx_loads || fail "nginx loads without the pair"
  assert_runs dokku proxy:build-config blog
  nginx_loads
  assert_runs dokku letsencrypt:enable blog --force
  sleep 3
  kill -CONT "$pid"
  wait $disabling || fail "disable failed: $(cat /run/disabling)"
  assert_absent "$root/tls"
  assert_absent "$removing"
  nginx_loads
  # One that hangs is named instead.
  as_before
  touch /run/slow
  sed -i 's/sleep 3/sleep 20/' "$hook"
  dokku letsencrypt:disable shop >/run/disabling 2>&1 & disabling=$!
  wait_until 20 test ! -e "$root/tls"
  assert_exits 1 dokku letsencrypt:enable blog --force
  assert_contains "$err" "A command that removes that certificate has come to no end" "stderr"
  assert_not_contains "$err" "certs:remove" "stderr"
  rm /run/slow
  wait $disabling || fail "disable failed: $(cat /run/disabling)"
  nginx_loads
}

scenario "two apps with certificates" two_apps
scenario "a pair that a template names stays, and is tried again in an hour" own_template
scenario "so does one that is revoked" revoked_under_template
scenario "a pair that another vhost loads comes back" another_template
scenario "a remover that is suspended, and one that hangs" suspended
