#!/usr/bin/env bash
# A certificate is revoked by the official plugin or elsewhere, and its pair taken away. What
# lies in certs/current does not come back: not by the retry job, not by the scheduled one, not
# before nginx reloads. One that was not revoked does.
# shellcheck source-path=SCRIPTDIR
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

apps=(moved kept good)

# revoke_elsewhere APP [OPTION]: by lego with the app's account, so that nothing here knows of it. Without
# --keep it takes what it revoked out of `certificates/`, as the official `revoke` does.
revoke_elsewhere() {
  local folder
  folder=$(readlink -f "$DOKKU_ROOT/$1/letsencrypt/certs/current")
  as_dokku ln -sfn "$(global_folder)/accounts" "$folder/accounts"
  LEGO_CA_CERTIFICATES=$WORLD/pebble/ca.pem as_dokku lego --path "$folder" --accept-tos --server "$PEBBLE_DIRECTORY" \
    --email you@example.test --domains "$1.example.test" revoke "${@:2}" >/run/lego 2>&1 || { cat /run/lego; return 1; }
  rm "$folder/accounts"
}

# pair_gone APP: as `certs:remove` does while this plugin is not installed, so that no hook of ours sees it.
pair_gone() {
  rm -r "$DOKKU_ROOT/$1/tls"
  dokku proxy:build-config "$1" >/dev/null 2>&1
}

set_up() {
  local app
  given an_email
  for app in "${apps[@]}"; do new_app "$app" "$app.example.test"; done
  assert_runs dokku letsencrypt:enable --all
}

# comes_back APP FINGERPRINT...: HTTPS is there, and not with any of these.
comes_back() {
  local served
  assert_sound "$1"
  tls_verify "$1.example.test"
  served=$(served_fingerprint "$1.example.test")
  [[ " ${*:2} " != *" $served "* ]] || fail "$1 is served with the certificate that was revoked"
}

# day OFFSET: revoked and taken away on that day; the scheduled run gets others.
day() {
  given set_up
  local offset=$1 moved kept
  moved=$(served_fingerprint moved.example.test) kept=$(served_fingerprint kept.example.test)
  revoke_elsewhere moved
  revoke_elsewhere kept --keep
  for app in "${apps[@]}"; do pair_gone "$app"; done
  assert_runs at_time "$offset" dokku letsencrypt:auto-renew --scheduled
  comes_back moved "$moved"
  comes_back kept "$kept"
  tls_verify good.example.test
  for app in "${apps[@]}"; do assert_runs at_time "$offset" dokku letsencrypt:status "$app"; done
}

on_the_first_day() {
  given set_up
  local mark good
  mark=$(pebble_mark) good=$(served_fingerprint good.example.test)
  day +0s
  assert_eq 2 "$(orders_since "$mark")" "orders"
  assert_eq "$good" "$(served_fingerprint good.example.test)" "the one that was not revoked"
}
a_day_later() { day +1d; }
a_month_later() { day +30d; }
a_day_before_the_end() { day +89d; }

# The app waits for something (a name whose DNS is not ready), so the retry job looks at it.
by_the_retry_job() {
  given set_up
  local app moved kept good mark
  for app in "${apps[@]}"; do assert_runs dokku letsencrypt:enable "$app" --force; done
  moved=$(served_fingerprint moved.example.test) kept=$(served_fingerprint kept.example.test)
  good=$(served_fingerprint good.example.test)
  revoke_elsewhere moved
  revoke_elsewhere kept --keep
  mark=$(pebble_mark)
  for app in "${apps[@]}"; do
    pair_gone "$app"
    assert_runs dokku letsencrypt:retry "$app"
  done
  comes_back moved "$moved"
  comes_back kept "$kept"
  assert_eq "$good" "$(served_fingerprint good.example.test)" "the one that was not revoked"
  assert_eq 2 "$(orders_since "$mark")" "orders"
}

# Known to be revoked, and its pair is damaged: nginx-pre-reload has two seconds and does not ask the CA.
not_before_a_reload() {
  given set_up
  local kept mark
  kept=$(served_fingerprint kept.example.test)
  as_dokku jq --arg fingerprint "$(jq -r .installed.fingerprint "$(state_file kept)")" '.revoked = $fingerprint' "$(state_file kept)" >/run/state
  cat /run/state >"$(state_file kept)"
  : >"$DOKKU_ROOT/kept/tls/server.key"
  mark=$(pebble_mark)
  run_and_capture dokku proxy:build-config kept
  assert_contains "$err" " !     The certificate of kept is damaged, and nginx will not load it: " "stderr"
  assert_not_contains "$err" "put back" "stderr"
  assert_eq 0 "$(pebble_requests_since "$mark")" "requests to the CA"
  assert_runs dokku certs:remove kept
  assert_runs dokku letsencrypt:enable kept
  comes_back kept "$kept"
}

scenario "apps with certificates" set_up
scenario "what somebody else revoked is ordered anew, what nobody revoked comes back" on_the_first_day
scenario "so it is a day later" a_day_later
scenario "and a month later" a_month_later
scenario "and the day before the certificates end" a_day_before_the_end
scenario "the retry job does not bring it back either" by_the_retry_job
scenario "nor does nginx-pre-reload" not_before_a_reload
