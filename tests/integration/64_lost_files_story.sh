#!/usr/bin/env bash
# Files of certificates are lost: a folder that was removed, a backup that was restored without links or
# by root. The scheduled run of each day answers for every app that is enabled: HTTPS is there when it
# ends, or it fails and `status` says why.
# shellcheck source-path=SCRIPTDIR
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

faults=(store-gone dangling-link plain-folder pair-gone all-gone state-gone state-and-pair-gone nothing-left)

# do_store_gone APP ...: what happens to an app's files.
do_store_gone() { rm -rf "$DOKKU_ROOT/$1/letsencrypt"; }
do_dangling_link() { rm -r "$(readlink "$DOKKU_ROOT/$1/letsencrypt/certs/current")"; }
do_plain_folder() {
  as_dokku cp -rL "$DOKKU_ROOT/$1/letsencrypt" "$DOKKU_ROOT/$1/backup"
  rm -r "$DOKKU_ROOT/$1/letsencrypt"
  mv "$DOKKU_ROOT/$1/backup" "$DOKKU_ROOT/$1/letsencrypt"
}
do_pair_gone() { rm -rf "$DOKKU_ROOT/$1/tls"; }
do_all_gone() { rm -rf "$DOKKU_ROOT/$1/tls" "$DOKKU_ROOT/$1/letsencrypt"; }
do_state_gone() { rm -rf "$DOKKU_ROOT/$1/letsencrypt" "$(state_file "$1")"; }

do_state_and_pair_gone() { rm -rf "$DOKKU_ROOT/$1/tls" "$(state_file "$1")"; }
do_nothing_left() { rm -rf "$DOKKU_ROOT/$1/tls" "$DOKKU_ROOT/$1/letsencrypt" "$(state_file "$1")"; }

# expired_pair NAME FILE: a certificate of a person's that ended an hour ago.
expired_pair() {
  mkdir -p /run/expired
  : >/run/expired/index
  printf '%s\n' '[ca]' 'default_ca = own' '[own]' 'new_certs_dir = /run/expired' 'database = /run/expired/index' \
    'rand_serial = yes' 'default_md = sha256' 'policy = any' 'copy_extensions = copy' '[any]' 'commonName = supplied' >/run/expired/config
  openssl ecparam -name prime256v1 -genkey -noout -out "$2.key"
  openssl req -new -key "$2.key" -subj "/CN=$1" -addext "subjectAltName=DNS:$1" -out "$2.csr"
  openssl ca -config /run/expired/config -batch -notext -selfsign -keyfile "$2.key" -in "$2.csr" -out "$2.crt" \
    -startdate "$(date -u -d '-30 days' +%Y%m%d%H%M%SZ)" -enddate "$(date -u -d '-1 hour' +%Y%m%d%H%M%SZ)" 2>/dev/null
  chmod 0644 "$2.key" "$2.crt"
}

set_up() {
  local app
  given an_email
  for app in "${faults[@]}" root-owned own; do new_app "$app" "$app.example.test"; done
  assert_runs dokku letsencrypt:enable --all
  expired_pair own.example.test /run/own
  # One that never had a certificate: its own schedule looks at its DNS, and no run fails for it.
  new_app fresh fresh.example.test
  leads_elsewhere fresh.example.test
  run_and_capture dokku letsencrypt:enable fresh
  assert_eq 1 "$code" "exit code of enable"
  assert_eq true "$(jq .enabled "$(state_file fresh)")" "enabled"
}

# reported OFFSET APP TEXT: by `status` and its exit code, also once the retry job has looked again.
reported() {
  assert_exits 1 at_time "$1" dokku letsencrypt:status "$2"
  assert_contains "$out" "$2 letsencrypt status: failing" "status"
  assert_contains "$out" "$3" "status"
  run_and_capture at_time "$1" dokku letsencrypt:retry "$2"
  assert_exits 1 at_time "$1" dokku letsencrypt:status "$2"
  assert_contains "$out" "$3" "status after another look"
}

# good OFFSET APP: served, where renewals look for it, and nothing is said against it.
good() {
  assert_runs at_time "$1" dokku letsencrypt:status "$2"
  assert_eq true "$(dokku letsencrypt:active "$2")" "active: $2"
  assert_eq true "$(jq .enabled "$(state_file "$2")")" "enabled: $2"
  [[ -L $DOKKU_ROOT/$2/letsencrypt/certs/current ]] || fail "certs/current of $2 is no link"
  assert_sound "$2"
  tls_verify "$2.example.test"
}

# day OFFSET: all of it happens on that day; what the runs of that day make of it.
day() {
  given set_up
  local offset=$1 app
  for app in "${faults[@]}"; do "do_${app//-/_}" "$app"; done
  # As after a backup that root has restored; the certificate in tls is good.
  chown -R root:root "$DOKKU_ROOT/root-owned/letsencrypt"
  assert_exits 1 at_time "$offset" dokku letsencrypt:auto-renew --scheduled
  for app in "${faults[@]}"; do good "$offset" "$app"; done
  reported "$offset" root-owned "host: writing to $DOKKU_ROOT/root-owned/letsencrypt: Permission denied. Give it back with: sudo chown -R $DOKKU_SYSTEM_USER:$DOKKU_SYSTEM_GROUP $DOKKU_ROOT/root-owned"
  tls_verify root-owned.example.test
  chown -R "$DOKKU_SYSTEM_USER:$DOKKU_SYSTEM_GROUP" "$DOKKU_ROOT/root-owned/letsencrypt"
  assert_runs at_time "$offset" dokku letsencrypt:auto-renew --scheduled
  assert_runs at_time "$offset" dokku letsencrypt:retry root-owned
  good "$offset" root-owned
  # A person's certificate that has expired; none of ours is kept, and none can be had.
  assert_runs dokku certs:add own /run/own.crt /run/own.key
  rm -r "$DOKKU_ROOT/own/letsencrypt"
  leads_elsewhere own.example.test
  assert_exits 1 at_time "$offset" dokku letsencrypt:auto-renew --scheduled
  reported "$offset" own "other-server"
  leads_here own.example.test
  assert_runs at_time "$offset" dokku letsencrypt:auto-renew --scheduled
  good "$offset" own
}

on_the_first_day() {
  given set_up
  local mark
  mark=$(pebble_mark)
  day +0s
  # What is served, or lies there, needs no order: only what is gone altogether, and what had expired.
  assert_eq 3 "$(orders_since "$mark")" "orders"
}

a_day_later() { day +1d; }
a_month_later() { day +30d; }
a_day_before_the_end() { day +89d; }

# A typed run keeps to the official set: who lost the files is not in it.
typed_run() {
  given set_up
  do_store_gone store-gone
  assert_exits 1 dokku letsencrypt:status store-gone
  assert_contains "$out" "in-use" "status"
  assert_contains "$out" "host: the certificate is not in letsencrypt/certs/current, so that it cannot be renewed" "status"
  assert_runs dokku letsencrypt:auto-renew
  assert_not_contains "$out" "store-gone" "stdout"
  assert_runs dokku letsencrypt:auto-renew --scheduled --dry-run
  assert_contains "$out" "-----> store-gone would be put right or get a certificate now" "stdout of the plan"
  assert_absent "$DOKKU_ROOT/store-gone/letsencrypt"
  assert_runs dokku letsencrypt:auto-renew --scheduled
  good +0s store-gone
}

# Nothing is left to serve, and there is no other to be had: the operator hears of it each time.
no_way_back() {
  given set_up
  leads_elsewhere all-gone.example.test
  do_all_gone all-gone
  assert_exits 1 at_time +89d dokku letsencrypt:auto-renew --scheduled
  reported +89d all-gone other-server
  assert_exits 1 at_time +90d dokku letsencrypt:auto-renew --scheduled
  reported +90d all-gone other-server
  leads_here all-gone.example.test
  assert_runs at_time +90d dokku letsencrypt:auto-renew --scheduled
  good +90d all-gone
}

# lost_with_its_vhost APP: Dokku has written the vhost since.
lost_with_its_vhost() {
  rm -r "$DOKKU_ROOT/$1/tls"
  dokku proxy:build-config "$1" >/dev/null 2>&1
  if tls_verify "$1.example.test"; then fail "$1 still has https"; fi
}

# A certificate that is in place is not HTTPS yet: another app keeps nginx from loading it.
not_loaded() {
  given set_up
  lost_with_its_vhost pair-gone
  echo 'nonsense;' >"$DOKKU_ROOT/store-gone/nginx.conf.d/bad.conf"
  chown "$DOKKU_SYSTEM_USER:" "$DOKKU_ROOT/store-gone/nginx.conf.d/bad.conf"
  assert_exits 1 dokku letsencrypt:auto-renew --scheduled
  assert_exits 1 dokku letsencrypt:status pair-gone
  assert_contains "$out" "pair-gone letsencrypt status: failing" "status"
  assert_contains "$out" "not-served: the vhost could not be rebuilt: The trigger proxy-build-config for pair-gone ended with exit code 1" "status"
  assert_contains "$out" "store-gone/nginx.conf.d/bad.conf" "status"
  assert_exits 1 dokku letsencrypt:enable pair-gone
  assert_exits 1 dokku letsencrypt:auto-renew --scheduled
  rm "$DOKKU_ROOT/store-gone/nginx.conf.d/bad.conf"
  # The retry job goes on with it.
  run_and_capture at_time +1h dokku letsencrypt:retry --due
  good +1h pair-gone
}

# The order succeeds, and Dokku cannot write the vhost then.
not_rebuilt_after_the_order() {
  given set_up
  lost_with_its_vhost all-gone
  do_all_gone all-gone
  mkdir "$PLUGIN_ENABLED_PATH/00-failing"
  printf '#!/bin/sh\nexit 3\n' >"$PLUGIN_ENABLED_PATH/00-failing/proxy-build-config"
  chmod +x "$PLUGIN_ENABLED_PATH/00-failing/proxy-build-config"
  assert_exits 1 dokku letsencrypt:auto-renew --scheduled
  rm -r "$PLUGIN_ENABLED_PATH/00-failing"
  assert_exits 1 dokku letsencrypt:status all-gone
  assert_contains "$out" "not-served: the vhost could not be rebuilt: The trigger proxy-build-config for all-gone ended with exit code 3" "status"
  run_and_capture at_time +10m dokku letsencrypt:retry --due
  good +10m all-gone
}

# Dokku took the app for one without https before its key came back.
half_a_pair() {
  given set_up
  rm "$DOKKU_ROOT/pair-gone/tls/server.key"
  dokku proxy:build-config pair-gone >/dev/null 2>&1
  if tls_verify pair-gone.example.test; then fail "pair-gone still has https"; fi
  assert_exits 1 dokku letsencrypt:status pair-gone
  assert_contains "$out" "not-served: " "status"
  "$@"
  good +0s pair-gone
}

# killed_before_it_is_loaded: the run ends while Dokku rebuilds the vhost.
killed_before_it_is_loaded() {
  given set_up
  local trigger=$PLUGIN_ENABLED_PATH/zz-slow
  lost_with_its_vhost pair-gone
  mkdir "$trigger"
  printf '#!/bin/sh\n[ "$1" = pair-gone ] && kill -9 "${DOKKU_LETSENCRYPT_RUN##*:}"\nexit 1\n' >"$trigger/proxy-build-config"
  chmod +x "$trigger/proxy-build-config"
  mv "$trigger" "$PLUGIN_ENABLED_PATH/00-slow"
  run_and_capture dokku letsencrypt:auto-renew --scheduled
  rm -r "$PLUGIN_ENABLED_PATH/00-slow"
  assert_exits 1 dokku letsencrypt:status pair-gone
  run_and_capture at_time +1h dokku letsencrypt:retry --due
  good +1h pair-gone
}

# nginx and Dokku take it for no certificate at all.
half_a_persons_pair() {
  given set_up
  self_signed_pair pair-gone.example.test /run/half-own
  assert_runs dokku certs:add pair-gone /run/half-own.crt /run/half-own.key
  half_a_pair_is_left
  assert_runs dokku letsencrypt:auto-renew --scheduled
  good +0s pair-gone
}
half_a_pair_is_left() {
  rm "$DOKKU_ROOT/pair-gone/tls/server.key"
  dokku proxy:build-config pair-gone >/dev/null 2>&1
  assert_exits 1 dokku letsencrypt:status pair-gone
  assert_contains "$out" "pair-gone letsencrypt status: failing" "status"
}

domains_gone() {
  given set_up
  mv "$DOKKU_ROOT/pair-gone/VHOST" /run/VHOST
  assert_exits 1 dokku letsencrypt:status pair-gone
  assert_contains "$out" "pair-gone letsencrypt status: failing" "status"
  assert_contains "$out" "Add this one with: dokku domains:add pair-gone pair-gone.example.test" "status"
  mv /run/VHOST "$DOKKU_ROOT/pair-gone/VHOST"
  assert_runs dokku letsencrypt:status pair-gone
}

ports_without_https() {
  given set_up
  dokku ports:set pair-gone http:80:5000 >/dev/null
  assert_exits 1 dokku letsencrypt:auto-renew --scheduled
  assert_exits 1 dokku letsencrypt:status pair-gone
  assert_contains "$out" "no-https-listener: no https listener for pair-gone.example.test: the app's ports have none. Add one with: dokku ports:add pair-gone https:443:5000" "status"
  assert_runs dokku ports:add pair-gone https:443:5000
  assert_runs dokku letsencrypt:auto-renew --scheduled
  good +0s pair-gone
}

# A hook that hides apps from users is asked on behalf of the user who types a command.
hidden_from_users() {
  given set_up
  local typed
  mkdir "$PLUGIN_ENABLED_PATH/hiding"
  printf '#!/bin/sh\nexit 0\n' >"$PLUGIN_ENABLED_PATH/hiding/user-auth-app"
  chmod +x "$PLUGIN_ENABLED_PATH/hiding/user-auth-app"
  run_and_capture dokku letsencrypt:auto-renew
  typed=$out
  run_and_capture dokku letsencrypt:auto-renew --scheduled
  rm -r "$PLUGIN_ENABLED_PATH/hiding"
  assert_eq 0 "$code" "exit code of the scheduled run: $err"
  assert_not_contains "$typed" "store-gone" "stdout of a typed run"
  assert_contains "$out" "store-gone still has" "stdout of the scheduled run"
}

scenario "apps with certificates, and one that waits for its first" set_up
scenario "what is lost today is put right, ordered anew or reported" on_the_first_day
scenario "a typed run and a plan change nothing of it" typed_run
scenario "what nginx cannot load is reported until it does" not_loaded
scenario "so is what Dokku could not write after an order" not_rebuilt_after_the_order
scenario "a vhost without https is written again by the scheduled run" half_a_pair dokku letsencrypt:auto-renew --scheduled
scenario "and by who types enable" half_a_pair dokku letsencrypt:enable pair-gone
scenario "and by a forced order" half_a_pair dokku letsencrypt:enable pair-gone --force
scenario "so it is after a run that was killed meanwhile" killed_before_it_is_loaded
scenario "half of a person's pair gives way to one of ours" half_a_persons_pair
scenario "an app that lost its domains is failing" domains_gone
scenario "ports without https are reported with the command for them" ports_without_https
scenario "the scheduled run sees apps that are hidden from users" hidden_from_users
scenario "so it is a day later" a_day_later
scenario "and a month later" a_month_later
scenario "and the day before the certificates end" a_day_before_the_end
scenario "what cannot be had again is reported by each run" no_way_back
