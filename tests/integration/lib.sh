# What stories are told with. A story file sources this inside a world (scripts/world), defines one
# function per scenario and calls `scenario "sentence" function` for each. A scenario runs in a
# subshell with errexit on: the first failing command or assertion ends it.
# shellcheck shell=bash
set -euo pipefail

integration_directory=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck disable=SC2034
checkout=$(cd "$integration_directory/../.." && pwd)
# shellcheck source-path=SCRIPTDIR
source "$integration_directory/ca.sh"
# shellcheck source-path=SCRIPTDIR
source "$integration_directory/elsewhere.sh"
scenarios_run=0 scenarios_failed=0

# scenario NAME FUNCTION [ARGUMENT...]. STORY_SCENARIOS (tests/integration/run) is a pattern of names:
# no other scenario is told.
scenario() {
  local name=$1 code started=$SECONDS
  shift
  # shellcheck disable=SC2053 # a pattern
  [[ $name == ${STORY_SCENARIOS:-*} ]] || return 0
  scenarios_run=$((scenarios_run + 1))
  set +e
  (
    set -eE
    unset STORY_SCENARIOS  # what it starts itself is told whole
    trap 'echo "  failed at ${BASH_SOURCE[0]##*/}:$LINENO: $BASH_COMMAND" >&2' ERR
    "$@"
  )
  code=$?
  set -e
  echo "  took $((SECONDS - started)) s"
  if ((code == 0)); then
    echo "ok - $name"
  else
    scenarios_failed=$((scenarios_failed + 1))
    echo "not ok - $name"
  fi
}

finish_story() {
  local code=$?
  # Background probes of a scenario that failed.
  [[ -z $(jobs -p) ]] || kill $(jobs -p) 2>/dev/null || true
  if ((code == 0 && scenarios_run == 0)) && [[ -z ${STORY_SCENARIOS-} ]]; then
    echo "not ok - the story ran no scenario"
    exit 1
  fi
  ((scenarios_failed == 0)) || exit 1
  exit "$code"
}
trap finish_story EXIT

fail() {
  echo "  $*" >&2
  return 1
}

# --- assertions; the last argument may say what was looked at

assert_eq() {
  [[ $1 == "$2" ]] || fail "${3:-value}: expected '$1', got '$2'"
}

assert_ne() {
  [[ $1 != "$2" ]] || fail "${3:-value}: did not expect '$1'"
}

assert_contains() {
  [[ $1 == *"$2"* ]] || fail "${3:-text}: expected to contain '$2', is: $1"
}

assert_not_contains() {
  [[ $1 != *"$2"* ]] || fail "${3:-text}: expected not to contain '$2', is: $1"
}

assert_matches() {
  [[ $1 =~ $2 ]] || fail "${3:-text}: expected to match '$2', is: $1"
}

assert_at_most() {
  (($2 <= $1)) || fail "${3:-number}: expected at most $1, got $2"
}

assert_at_least() {
  (($2 >= $1)) || fail "${3:-number}: expected at least $1, got $2"
}

# assert_lines TEXT LINE...: the text has these whole lines in this order; others may stand between.
assert_lines() {
  local text=$1 line at=0 lines=()
  shift
  mapfile -t lines <<<"$text"
  for line in "$@"; do
    while ((at < ${#lines[@]})) && [[ ${lines[at]} != "$line" ]]; do at=$((at + 1)); done
    ((at < ${#lines[@]})) || { fail "no line '$line' in its place in: $text"; return 1; }
    at=$((at + 1))
  done
}

assert_file() { [[ -f $1 ]] || fail "expected a file $1"; }
assert_absent() { [[ ! -e $1 && ! -L $1 ]] || fail "expected nothing at $1"; }
assert_mode() { assert_eq "$1" "$(stat -c %a "$2")" "mode of $2"; }

# run_and_capture COMMAND...: sets out, err, code and milliseconds; never fails itself.
run_and_capture() {
  local directory started=${EPOCHREALTIME/./}
  directory=$(mktemp -d)
  code=0
  "$@" >"$directory/out" 2>"$directory/err" </dev/null || code=$?
  milliseconds=$(((${EPOCHREALTIME/./} - started) / 1000))
  out=$(<"$directory/out") err=$(<"$directory/err")
  rm -r "$directory"
}

# assert_runs COMMAND...: as run_and_capture, and the exit code is 0.
assert_runs() {
  run_and_capture "$@"
  ((code == 0)) || fail "exit code $code of: $*"$'\n'"$out"$'\n'"$err"
}

# assert_exits CODE COMMAND...
assert_exits() {
  local wanted=$1
  shift
  run_and_capture "$@"
  ((code == wanted)) || fail "exit code $code instead of $wanted of: $*"$'\n'"$out"$'\n'"$err"
}

# wait_until SECONDS COMMAND...: until the command succeeds; fails when the time is over.
wait_until() {
  local end=$((${EPOCHREALTIME/./} + $1 * 1000000)) seconds=$1
  shift
  until "$@" >/dev/null 2>&1; do
    ((${EPOCHREALTIME/./} < end)) || { fail "not within $seconds s: $*"; return 1; }
    sleep 0.02
  done
}

# --- what happened since a mark

pebble_mark() { wc -l <"$PEBBLE_LOG"; }
pebble_lines_since() { tail -n "+$(($1 + 1))" "$PEBBLE_LOG"; }
pebble_requests_since() { pebble_lines_since "$1" | grep -c -- '-> calling handler()' || true; }

# Without the questions when to renew, of which a run asks one for each certificate.
acme_requests_since() { pebble_lines_since "$1" | grep -- '-> calling handler()' | grep -cv ' GET .*enewal' || true; }

orders_since() { pebble_lines_since "$1" | grep -c '^Pebble .* Added order' || true; }

reload_mark() { wc -l <"$WORLD_LOGS/reloads.log"; }
reloads_since() { echo $(($(reload_mark) - $1)); }

sudo_mark() { wc -l <"$WORLD_LOGS/sudo.log"; }
sudo_lines_since() { tail -n "+$(($1 + 1))" "$WORLD_LOGS/sudo.log" | cut -f4-; }

# triggers.log has, tab-separated: time, pid, milliseconds, exit code, who fired, trigger, arguments.
# triggers_since MARK lists "trigger arguments", in the order in which the firings ended;
# plugin_triggers_since only those that an executable of the plugin letsencrypt fired itself.
trigger_mark() { wc -l <"$WORLD_LOGS/triggers.log"; }
triggers_since() { tail -n "+$(($1 + 1))" "$WORLD_LOGS/triggers.log" | cut -f6-; }
plugin_triggers_since() {
  tail -n "+$(($1 + 1))" "$WORLD_LOGS/triggers.log" | awk -F '\t' '$5 ~ /(^|>)[^>]*\/letsencrypt\/[^>]*$/' | cut -f6-
}

# hooks.log has: time, pid, milliseconds, exit code, plugin, trigger, arguments.
hook_mark() { wc -l <"$WORLD_LOGS/hooks.log"; }
hooks_since() { tail -n "+$(($1 + 1))" "$WORLD_LOGS/hooks.log" | sort -s -t $'\t' -k1,1n | cut -f5-; }
rebuilds_since() {
  tail -n "+$(($1 + 1))" "$WORLD_LOGS/triggers.log" | cut -f6 | grep -c '^nginx-pre-reload$' || true
}

# Every file of apps, properties, data and nginx: type, mode, owner, time, link target, checksum.
files_now() {
  {
    find "$DOKKU_ROOT" "$DOKKU_LIB_ROOT/config" "$DOKKU_LIB_ROOT/data" /etc/nginx ! -type f -printf '%p %y %m %u %T@ %l\n'
    find "$DOKKU_ROOT" "$DOKKU_LIB_ROOT/config" "$DOKKU_LIB_ROOT/data" /etc/nginx -type f -printf '%p %y %m %u %T@ ' -exec sha256sum {} \;
  } | LC_ALL=C sort
}

# but_for_state APP: leaves out what is known of the app, and when it is looked at again.
but_for_state() {
  local global
  global=$(global_folder)
  grep -vE "^$global(/state(/$1.json|/due)?|/locks(/\.states(/$1)?|/\.due)?) "
}

# --- apps and names

# new_app APP DOMAIN...: created, with domains, deployed and answering.
new_app() {
  local app=$1
  shift
  dokku apps:create "$app" >/dev/null 2>&1
  dokku domains:add "$app" "$@" >/dev/null 2>&1
  world-deploy "$app" >/dev/null 2>&1
  [[ $1 == \** ]] || wait_until 5 app_answers "$app" "$1"
}

# make_apps COUNT: app1, app2, ... with one name each, app1.example.test, and no deploy.
make_apps() {
  local i
  for ((i = 1; i <= $1; i++)); do
    dokku apps:create "app$i" >/dev/null 2>&1
    dokku domains:add "app$i" "app$i.example.test" >/dev/null 2>&1
  done
}

app_answers() { [[ $(http_body "http://$2/") == "hello from $1" ]]; }

http_body() { nginx_settled; curl -s --noproxy '*' --max-time 5 --cacert "$PEBBLE_ROOT_PEM" "$@"; }
http_status() { nginx_settled; curl -s --noproxy '*' --max-time 5 --cacert "$PEBBLE_ROOT_PEM" -o /dev/null -w '%{http_code}' "$@"; }

# challtestsrv PATH JSON, e.g. add-a '{"host":"x.test","addresses":["192.0.2.2"]}'
challtestsrv() { curl -sf --noproxy '*' --max-time 5 -d "$2" "$CHALLTESTSRV_URL/$1"; }

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

global_folder() { echo "$DOKKU_LIB_ROOT/data/letsencrypt/--global"; }
state_file() { echo "$(global_folder)/state/$1.json"; }

# --- what letsencrypt:status says

status_json() { dokku letsencrypt:status "$1" --format json || true; }
# name_status APP NAME, name_cause APP NAME
name_status() { status_json "$1" | jq -r --arg name "$2" '.names[] | select(.name == $name) | .status'; }
name_cause() { status_json "$1" | jq -r --arg name "$2" '.names[] | select(.name == $name) | .cause'; }
# name_has APP NAME STATUS [CAUSE]
name_has() { [[ $(name_status "$1" "$2") == "$3" && (-z ${4-} || $(name_cause "$1" "$2") == "$4") ]]; }
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
# The names in the certificate that is served for a name, sorted.
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

# --- what nginx serves

# A reload returns before the new workers serve: waits until every worker that takes connections was
# started after the last one. A reload that nginx did not take changes no worker; so not for ever.
nginx_settled() {
  local deadline=$((SECONDS + 3))
  until every_worker_is_new; do
    ((SECONDS < deadline)) || return 0
    sleep 0.02
  done
}

every_worker_is_new() {
  local master pid line fields started
  local -r reload=$(awk -F'\t' '$3 == 0 { at = $1 } END { print at }' "$WORLD_LOGS/reloads.log" 2>/dev/null)
  [[ -n $reload ]] || return 0
  master=$(cat /run/nginx.pid 2>/dev/null) || return 0
  for pid in $(pgrep -P "$master" -f 'nginx: worker process$'); do
    line=$(cat "/proc/$pid/stat" 2>/dev/null) || continue
    read -ra fields <<<"${line##*) }"
    # In hundredths of a second since the machine started.
    started=$(awk -v now="$EPOCHREALTIME" -v ticks="${fields[19]}" '{ printf "%.3f", now - $1 + ticks / 100 }' /proc/uptime)
    awk -v started="$started" -v reload="$reload" 'BEGIN { exit !(started >= reload - 0.05) }' || return 1
  done
}

# served_chain HOST [ADDRESS]: the PEM chain that nginx serves for a name.
served_chain() {
  nginx_settled
  timeout 5 openssl s_client -connect "${2:-192.0.2.1}:$HTTPS_PORT" -servername "$1" -showcerts </dev/null 2>/dev/null |
    sed -n '/-----BEGIN CERTIFICATE-----/,/-----END CERTIFICATE-----/p'
}
served_certificate() { served_chain "$@" | openssl x509; }
served_fingerprint() { served_chain "$@" | openssl x509 -noout -fingerprint -sha256 2>/dev/null; }
served_names() { served_chain "$@" | openssl x509 -noout -ext subjectAltName | grep -o 'DNS:[^,]*\|IP Address:[^,]*' | cut -d: -f2- | sort | xargs; }

# tls_verify HOST [ADDRESS]: the served chain ends at Pebble's root and covers the name, now; or from its
# first moment on, where the story's CA issued it on a day to come.
tls_verify() {
  local said now from
  now=$(date +%s) from=$(date -d "$(served_certificate "$@" | openssl x509 -noout -startdate | cut -d= -f2)" +%s)
  said=$(timeout 5 openssl s_client -connect "${2:-192.0.2.1}:$HTTPS_PORT" -servername "$1" -verify_hostname "$1" \
    -verify_return_error -attime $((from > now ? from : now)) -CAfile "$PEBBLE_ROOT_PEM" -no-CApath </dev/null 2>&1) || { fail "TLS to $1: $(grep -m1 -i 'verify error\|error' <<<"$said")"; return 1; }
  grep -q 'Verification: OK\|Verify return code: 0 (ok)' <<<"$said" || fail "TLS to $1 is not verified: $said"
}

# --- zero downtime

# probe_start HOST [OPTION...] in the background; probe_stop sets requests, failed and http_per_second.
probe_start() {
  probe_output=$(mktemp -p "$WORLD")
  "$integration_directory/../world/probe" "$@" >"$probe_output" 2>"$probe_output.err" &
  probe_pid=$!
  wait_until 5 test -s "$probe_output.err"
}
probe_stop() {
  kill -TERM "$probe_pid" 2>/dev/null || true
  wait "$probe_pid" 2>/dev/null || true
  requests=$(sed -n 's/^requests=\([0-9]*\) .*/\1/p' "$probe_output")
  failed=$(sed -n 's/.* failed=\([0-9]*\).*/\1/p' "$probe_output")
  # shellcheck disable=SC2034
  http_per_second=$(sed -n 's/.* http_per_second=\([0-9]*\).*/\1/p' "$probe_output.err")
  [[ -n $requests ]] || { fail "the probe said nothing: $(cat "$probe_output.err")"; return 1; }
  ((failed == 0)) || cat "$probe_output.err" >&2
}
