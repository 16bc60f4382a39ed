#!/usr/bin/env bash
# Files of letsencrypt are damaged by a disk, a power cut or a hand, on the first day and on later ones:
# what they were for goes on, or the scheduled run and `status` say what is wrong.
# shellcheck source-path=SCRIPTDIR
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

log=/var/log/dokku/letsencrypt.log
days=(+0s +1d +30d +89d)

# replace_with TEXT FILE: in one step, as what belongs to the plugin's user.
replace_with() {
  rm -rf "$2"
  printf %s "$1" >"$2"
  chown "$DOKKU_SYSTEM_USER" "$2"
  chmod 0600 "$2"
}
half_of() { replace_with "$(head -c 30 "$1")" "$1"; }
put_aside() { find "$(global_folder)/state" -name "$1.damaged-*" "${@:2}" | wc -l; }
log_since() { tail -c "+$(($1 + 1))" $log; }

# minute OFFSET: cron at that time; sets said, what it wrote to the log.
minute() {
  local before=0
  [[ ! -e $log ]] || before=$(stat -c %s $log)
  at_time "$1" world-cron letsencrypt/cron || true
  said=$(log_since "$before")
}

# cause_at OFFSET APP CAUSE STATUS: by `status`, which ends with 1.
cause_at() {
  assert_exits 1 at_time "$1" dokku letsencrypt:status "$2" --format json
  assert_eq "$4 $3" "$(jq -r '.names[0] | .status + " " + .cause' <<<"$out")" "status and cause of $2 at $1"
}

# status_at OFFSET APP NAME
status_at() {
  { at_time "$1" dokku letsencrypt:status "$2" --format json || true; } |
    jq -r --arg name "$3" '.names[] | select(.name == $name) | .status'
}

prepare() {
  local app
  given an_email
  for app in ours later shut; do
    new_app "$app" "$app.example.test"
    assert_runs dokku letsencrypt:enable "$app"
  done
  new_app bare bare.example.test
  self_signed_pair own.example.test /run/own
  new_app own own.example.test
  dokku certs:add own /run/own.crt /run/own.key >/dev/null 2>&1
}

# One scheduled run for each day, with every fault of a state at once.
states() {
  local day served later text='{"form": 99, "enabled": true}' shut
  given prepare
  later=$(served_fingerprint later.example.test) shut=$(<"$(state_file shut)")
  for day in "${days[@]}"; do
    served=$(served_fingerprint ours.example.test)
    half_of "$(state_file ours)"
    replace_with '[]' "$(state_file bare)"
    replace_with '' "$(state_file own)"
    replace_with "$text" "$(state_file later)"
    # The disk says no.
    rm -f "$(state_file shut)"
    mkfifo "$(state_file shut)"
    cause_at "$day" bare state-damaged action-required
    assert_exits 1 at_time "$day" dokku letsencrypt:auto-renew --scheduled

    # A certificate of letsencrypt: enabled, served, renewed when it is due.
    assert_contains "$err" "What letsencrypt knew of ours was damaged on the disk; its certificate is of letsencrypt, so it counts as enabled" "stderr at $day"
    assert_eq true "$(jq .enabled "$(state_file ours)")" "ours is enabled"
    assert_runs at_time "$day" dokku letsencrypt:status ours
    tls_verify ours.example.test
    [[ $day != +89d ]] || assert_ne "$served" "$(served_fingerprint ours.example.test)" "certificate at $day"
    [[ $day == +89d ]] || assert_eq "$served" "$(served_fingerprint ours.example.test)" "certificate at $day"

    # Nothing: an operator has to say.
    cause_at "$day" bare state-damaged action-required
    assert_contains "$out" "dokku letsencrypt:enable bare" "status of bare"
    # A custom one: none of ours.
    assert_runs at_time "$day" dokku letsencrypt:status own

    # What is of a later version, or cannot be read, is told and not touched.
    assert_eq "$text" "$(<"$(state_file later)")" "state of later"
    [[ -p $(state_file shut) ]] || fail "the pipe is gone"
    for app in later shut; do
      assert_exits 1 at_time "$day" dokku letsencrypt:status "$app"
      assert_contains "$err" "state/$app.json" "status of $app"
    done
    assert_eq "$later" "$(served_fingerprint later.example.test)" "certificate of later"
    assert_eq 0 "$(put_aside later)" "states of later put aside"
  done
  assert_eq "3 3 3" "$(put_aside ours) $(put_aside bare) $(put_aside own)" "states put aside"
  assert_eq 0 "$(find "$(global_folder)/state" -name '*.damaged-*' ! -perm 600 | wc -l)" "states put aside that others can read"
  # What was only shut goes on as it was.
  replace_with "$shut" "$(state_file shut)"
  assert_runs at_time +89d dokku letsencrypt:auto-renew shut --scheduled
  assert_runs at_time +89d dokku letsencrypt:status shut
  replace_with '{}' "$(state_file later)"
}

# Until an operator says it.
a_word_is_enough() {
  given prepare
  assert_runs dokku letsencrypt:enable bare
  assert_runs dokku letsencrypt:status bare
  tls_verify bare.example.test
  replace_with '' "$(state_file bare)"
  assert_runs dokku letsencrypt:disable bare
  assert_runs dokku letsencrypt:status bare
  assert_eq true "$(jq .switched_off "$(state_file bare)")" "switched off"
  dokku apps:destroy bare force >/dev/null 2>&1
  assert_eq 0 "$(put_aside bare)" "states put aside of an app that is gone"
}

# The index is lost while a name waits for its DNS: it is looked at in time all the same.
the_index() {
  given prepare
  local due name i damages=(rm empty of_before half_of)
  due=$(global_folder)/state/due
  new_app waits waits.example.test
  dokku letsencrypt:set waits auto-issue true >/dev/null
  for i in "${!days[@]}"; do
    name=day$i.example.test
    leads_elsewhere "$name"
    assert_runs at_time "${days[i]}" dokku domains:add waits "$name"
    wait_until 15 no_run_at_work
    assert_eq pending-dns "$(status_at "${days[i]}" waits "$name")" "status of $name"
    leads_here "$name"
    "${damages[i]}" "$due"
    minute "+$(($(seconds_of "${days[i]}") + 120))s"
    assert_matches "$(head -n 1 "$due")" '^2 +(-|[0-9]+)( +[0-9]+){2}$' "first line after ${damages[i]}"
    assert_eq in-use "$(status_at "${days[i]}" waits "$name")" "status of $name after ${damages[i]}"
  done
  minute +0s
  assert_eq "" "$said" "log of an idle minute"
}
empty() { replace_with '' "$1"; }
of_before() { replace_with '1700000000 gone' "$1"; }

# The CA tells whose key it is; no account is made anew.
the_account() {
  given prepare
  local day mark file accounts
  file=$(find "$(global_folder)/accounts" -path '*you@example.test/account.json')
  accounts=$(find "$(global_folder)/accounts" -name account.json | wc -l)
  for day in "${days[@]}"; do
    replace_with '{"email": "you@exa' "$file"
    mark=$(front_requests)
    assert_runs at_time "$day" dokku letsencrypt:enable ours --force
    assert_eq '{"onlyReturnExisting":true}' \
      "$(front_requests_since "$mark" | jq -c 'select(.path | contains("sign-me-up")).payload | if type == "string" then fromjson else . end')" "what was asked about accounts at $day"
    assert_eq valid "$(jq -r .registration.body.status "$file")" "account.json at $day"
    tls_verify ours.example.test
  done
  assert_eq "$accounts" "$(find "$(global_folder)/accounts" -name account.json | wc -l)" "accounts"
}

# What could not be kept is not ordered.
nothing_to_write_on() {
  given prepare
  local day mark record served
  record=$(global_folder)/state/issued.jsonl
  served=$(served_fingerprint ours.example.test)
  for day in "${days[@]}"; do
    mv "$record" "$record.kept"
    as_dokku mkdir "$record"
    mark=$(pebble_mark)
    assert_exits 1 at_time "$day" dokku letsencrypt:enable ours --force
    assert_contains "$err" "A certificate for ours could not be kept, so none is ordered" "stderr at $day"
    assert_contains "$err" "$record" "stderr at $day"
    assert_eq 0 "$(orders_since "$mark")" "orders at $day"
    rmdir "$record"
    mv "$record.kept" "$record"
  done
  assert_eq "$served" "$(served_fingerprint ours.example.test)" "certificate"
}

# No run waits for a pipe or reads half a gigabyte.
pipes_and_giants() {
  given prepare
  local file kept
  for file in "$DOKKU_ROOT/ours/VHOST" "$DOKKU_LIB_ROOT/config/letsencrypt/--global/email" "$(global_folder)/ledger.jsonl" \
    "$(state_file ours)" "$DOKKU_ROOT/ours/tls/server.crt"; do
    kept=/run/kept
    mv "$file" "$kept"
    for made in 'mkfifo' 'truncate -s 500M'; do
      $made "$file"
      chown "$DOKKU_SYSTEM_USER" "$file"
      run_and_capture timeout 20 dokku letsencrypt:status ours
      assert_ne 124 "$code" "exit code of status with $made $file"
      run_and_capture timeout 60 dokku letsencrypt:auto-renew --dry-run
      assert_ne 124 "$code" "exit code of auto-renew --dry-run with $made $file"
      minute +0s
      rm "$file"
    done
    mv "$kept" "$file"
  done
  assert_runs dokku letsencrypt:status ours
}

scenario "states: what tls/ tells is believed, the rest is told, at each time" states
scenario "somebody says whether the app is enabled" a_word_is_enough
scenario "an index that was lost is made anew by the next minute" the_index
scenario "an account is recovered from the CA" the_account
scenario "what could not be kept is not ordered" nothing_to_write_on
scenario "nobody waits for a pipe or reads a giant" pipes_and_giants
