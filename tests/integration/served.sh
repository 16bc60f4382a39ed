# What nginx serves, and whether requests are lost. Sourced by lib.sh.
# shellcheck shell=bash

# --- what nginx serves

app_answers() { [[ $(http_body "http://$2/") == "hello from $1" ]]; }
http_body() { nginx_settled; curl -s --noproxy '*' --max-time 5 --cacert "$PEBBLE_ROOT_PEM" "$@"; }
http_status() { nginx_settled; curl -s --noproxy '*' --max-time 5 --cacert "$PEBBLE_ROOT_PEM" -o /dev/null -w '%{http_code}' "$@"; }

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

# nginx_loads: by its own test of the configuration.
nginx_loads() { as_dokku sudo /usr/sbin/nginx -t 2>/dev/null; }

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
