#!/usr/bin/env bash
# world: --pebble-config .pebble.profiles.short={description:"30days",validityPeriod:2592000}
# A run of auto-renew over many apps is killed at random moments, with all that it started: at each of
# them every app's pair fits and nginx would start; the next run finishes what is left, and what was
# ordered is not ordered again. scripts/soak killed is its full size.
# shellcheck source-path=SCRIPTDIR
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

apps=${KILLED_APPS:-40} kills=${KILLS:-5}
# Orders that a run has under way at once: as many may be made in vain by a kill.
in_flight=16
# Old certificates are of 30 days, new ones of 90: only the former are due.
due=$((60 * 86400))

is_renewed() { installed_certificate "$1" -noout -checkend $due >/dev/null; }
count_left() {
  local i left=0
  for ((i = 1; i <= apps; i++)); do is_renewed "app$i" || left=$((left + 1)); done
  echo $left
}

all_sound() {
  local i tls
  /usr/sbin/nginx -t 2>/dev/null || { fail "nginx -t: $(/usr/sbin/nginx -t 2>&1)"; return 1; }
  for ((i = 1; i <= apps; i++)); do
    tls=$DOKKU_ROOT/app$i/tls
    assert_eq "$(openssl x509 -in "$tls/server.crt" -noout -pubkey)" "$(openssl pkey -in "$tls/server.key" -pubout)" "public key of $tls" || return 1
  done
}

short_certificates() {
  given an_email
  dokku letsencrypt:set --global profile short >/dev/null
  make_apps "$apps"
  assert_runs dokku letsencrypt:enable --all
  dokku letsencrypt:set --global profile default >/dev/null
  dokku letsencrypt:set --global graceperiod $due >/dev/null
  assert_eq "$apps" "$(count_left)" "certificates that are due"
}

ended_or_asked() {
  [[ ! -e /proc/$1 ]] || (($(pebble_requests_since "$begun") >= $2))
}

# killed_at REQUESTS: a run that is killed once the CA has got so many requests; sets hit.
killed_at() {
  local group begun
  begun=$(pebble_mark)
  : >/run/killed
  setsid dokku letsencrypt:auto-renew >/run/killed 2>&1 </dev/null & group=$!
  wait_until 300 ended_or_asked $group "$1"
  hit=0
  if kill -KILL -- "-$group" 2>/dev/null; then hit=1; fi
  wait $group 2>/dev/null || true
}

killed_often() {
  given short_certificates
  local mark i hits=0 left requests reached
  # A run has some eight requests for each app.
  local -r each=8
  RANDOM=${KILL_SEED:-$$}
  echo "  KILL_SEED=${KILL_SEED:-$$}"
  mark=$(pebble_mark)
  for ((i = 1; i <= kills; i++)); do
    left=$(count_left)
    # Spread over the orders that are left to the kills; every fourth before the first of them.
    requests=$((1 + RANDOM % (2 * each * apps / kills)))
    ((i % 4 != 0)) || requests=$((RANDOM % 2))
    killed_at $requests
    hits=$((hits + hit)) reached=$(grep -c 'renewed, valid until' /run/killed || true)
    echo "  kill $i: $left were due; after $requests requests, $reached renewed; orders so far: $(orders_since "$mark")"
    all_sound
  done
  assert_at_least $(((kills + 1) / 2)) "$hits" "runs that were killed"
  echo "$hits" >/run/hits
  run_and_capture dokku letsencrypt:auto-renew
  assert_eq 0 "$code" "exit code of the run that was not killed: $err"
  assert_eq 0 "$(count_left)" "certificates that are still due"
  all_sound
  echo "  $(orders_since "$mark") orders for $apps apps and $hits kills"
  assert_at_least "$apps" "$(orders_since "$mark")" "orders"
  assert_at_most $((apps + in_flight * hits)) "$(orders_since "$mark")" "orders"
}

all_in_use() {
  given killed_often
  local i
  for ((i = 1; i <= apps; i++)); do
    assert_eq "$(fingerprint_of "app$i")" "$(served_fingerprint "app$i.example.test")" "served certificate of app$i"
  done
  tls_verify app1.example.test
}

nothing_is_left_behind() {
  given killed_often
  assert_eq "" "$(find "$DOKKU_ROOT" "$DOKKU_LIB_ROOT/data" -name '.*.tmp' -o -name '.tls*')" "leftovers"
  assert_eq "" "$(find "$DOKKU_ROOT" -path '*/nginx.conf.d/letsencrypt.conf')" "routes"
  assert_eq "" "$(find "$(global_folder)/nginx" -name '*.conf' -size +0)" "routes"
  assert_eq "" "$(jq -r 'select(.order != null) | input_filename' "$(global_folder)"/state/app*.json)" "journals"
}

scenario "$apps apps have certificates that are due" short_certificates
scenario "auto-renew is killed $kills times: no pair is torn, little is ordered twice, and all is renewed in the end" killed_often
scenario "nginx serves what was renewed" all_in_use
scenario "nothing is left behind" nothing_is_left_behind
