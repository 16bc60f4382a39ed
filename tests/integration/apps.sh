# Apps, their names, files and status. Sourced by lib.sh.
# shellcheck shell=bash

# --- apps and names

# undeployed_app APP [DOMAIN...]: created, with its domains.
undeployed_app() {
  dokku apps:create "$1" >/dev/null 2>&1
  (($# == 1)) || dokku domains:add "$@" >/dev/null 2>&1
}

# deployed_app APP [DOMAIN...]: whether the names lead here or not.
deployed_app() {
  undeployed_app "$@"
  world-deploy "$1" >/dev/null 2>&1
}

# new_app APP DOMAIN...: deployed and answering.
new_app() {
  deployed_app "$@"
  [[ $2 == \** ]] || wait_until 5 app_answers "$1" "$2"
}

# make_apps COUNT: app1, app2, ... with one name each, app1.example.test, and no deploy.
make_apps() {
  local i
  for ((i = 1; i <= $1; i++)); do undeployed_app "app$i" "app$i.example.test"; done
}

# What most scenarios find, as in: given enabled_app shop.

# an_email: with which the host's accounts are registered.
an_email() { dokku letsencrypt:set --global email you@example.test >/dev/null; }

# enabled_app APP: with the name APP.example.test and a certificate.
enabled_app() {
  given an_email
  new_app "$1" "$1.example.test"
  assert_runs dokku letsencrypt:enable "$1"
}

# auto_issue_for_all: of the host's apps, also those that were never enabled.
auto_issue_for_all() {
  given an_email
  dokku letsencrypt:set --global auto-issue true >/dev/null
}

as_dokku() { sudo -u "$DOKKU_SYSTEM_USER" -E -H "$@"; }

# new_account APP: the app's next order is by an account that has proved no name yet. Pebble goes on with
# what an account has proved in one of a hundred orders, even when told never to.
new_account() { dokku letsencrypt:set "$1" email "$1-$RANDOM@example.test" >/dev/null; }

self_signed_pair() {
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days "${3:-30}" -subj "/CN=$1" \
    -addext "subjectAltName=DNS:$1" -keyout "$2.key" -out "$2.crt" 2>/dev/null
  chmod 0644 "$2.key" "$2.crt"
}

# --- letsencrypt's files

# installed_certificate APP [OPTION...]: the one in tls, by openssl.
installed_certificate() { openssl x509 -in "$DOKKU_ROOT/$1/tls/server.crt" "${@:2}"; }
fingerprint_of() { installed_certificate "$1" -noout -fingerprint -sha256; }

global_folder() { echo "$DOKKU_LIB_ROOT/data/letsencrypt/--global"; }
state_file() { echo "$(global_folder)/state/$1.json"; }

# --- what letsencrypt:status says

status_json() { dokku letsencrypt:status "$1" --format json || true; }
# name_status APP NAME, name_cause APP NAME
name_status() { status_json "$1" | jq -r --arg name "$2" '.names[] | select(.name == $name) | .status'; }
name_cause() { status_json "$1" | jq -r --arg name "$2" '.names[] | select(.name == $name) | .cause'; }
# name_has APP NAME STATUS [CAUSE]
name_has() { [[ $(name_status "$1" "$2") == "$3" && (-z ${4-} || $(name_cause "$1" "$2") == "$4") ]]; }
# assert_name APP NAME STATUS [CAUSE]
assert_name() { name_has "$@" || fail "status of $1: $(status_json "$1")"; }
summary_of() { status_json "$1" | jq -r .summary; }
# seconds_until_due APP: until the time that its state has.
seconds_until_due() { echo $(($(date -d "$(jq -r .due "$(state_file "$1")")" +%s) - EPOCHSECONDS)); }
# assert_waits_for_renewal APP: nothing else is to be done for it.
assert_waits_for_renewal() {
  assert_matches "$(jq -r .due "$(state_file "$1")")" "^20..-" "due time of $1"
  assert_eq "$(jq .renew_at "$(state_file "$1")")" "$(jq .due "$(state_file "$1")")" "due time of $1"
}
# No run of ours is at work; hooks that wait for one count as well.
no_run_at_work() { ! pgrep -f "/letsencrypt/(libexec/|subcommands/|cron|post-)" >/dev/null; }
# due_apps: the apps that the index of the states has, one a line. The last line of an app holds.
due_apps() {
  awk 'NR > 1 && NF == 2 { at[$2] = $1 } END { for (app in at) if (at[app] != "-") print app }' "$(global_folder)/state/due"
}
# the_minute: what cron does each minute, with what it appends to the log, without the times there, in
# `minute_log`.
the_minute() {
  local log=/var/log/dokku/letsencrypt.log before=0
  [[ ! -e $log ]] || before=$(stat -c %s "$log")
  world-cron letsencrypt/cron || true
  # shellcheck disable=SC2034
  minute_log=$(tail -c "+$((before + 1))" "$log" 2>/dev/null | sed -E 's/^20[0-9-]{8}T[0-9:]{8}Z //' || true)
}
# cron_when_due APP: the same at the app's own time, and nothing else.
cron_when_due() {
  local left
  left=$(seconds_until_due "$1")
  at_time "+$((left > 0 ? left + 1 : 0))s" world-cron letsencrypt/cron
}

# assert_sound APP: nginx would start, and the key in tls belongs to the certificate there.
assert_sound() {
  local tls=$DOKKU_ROOT/$1/tls
  /usr/sbin/nginx -t 2>/dev/null || { fail "nginx -t: $(/usr/sbin/nginx -t 2>&1)"; return 1; }
  [[ ! -e $tls ]] || assert_eq "$(openssl x509 -in "$tls/server.crt" -noout -pubkey)" \
    "$(openssl pkey -in "$tls/server.key" -pubout)" "public key of $tls"
}

assert_no_route() {
  assert_absent "$DOKKU_ROOT/$1/nginx.conf.d/letsencrypt.conf"
  assert_absent "$(global_folder)/nginx/$1.conf"
}

