#!/usr/bin/env bash
# What an enable costs: requests to the CA, trigger calls, rebuilds, reloads, programs started.
# shellcheck source-path=SCRIPTDIR
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

# measure COMMAND...: sets requests, triggers (one a line), rebuilds and reloads.
measure() {
  local pebble trigger reload
  pebble=$(pebble_mark) trigger=$(trigger_mark) reload=$(reload_mark)
  assert_runs "$@"
  requests=$(pebble_requests_since "$pebble") rebuilds=$(rebuilds_since "$trigger") reloads=$(reloads_since "$reload")
  triggers=$(plugin_triggers_since "$trigger")
}

assert_triggers_at_most() { assert_at_most "$1" "$(grep -c . <<<"$triggers")" "trigger calls ($triggers)"; }

cold_start() {
  given an_email
  new_app shop shop.example.test
  measure dokku letsencrypt:enable shop
  assert_at_most 11 "$requests" "requests to the CA"
  assert_at_least 7 "$requests" "requests to the CA"
  assert_triggers_at_most 6
  assert_eq 1 "$rebuilds" "rebuilds"
  assert_at_most 2 "$reloads" "reloads"
  tls_verify shop.example.test
}

second_app() {
  given cold_start
  new_app blog blog.example.test
  measure dokku letsencrypt:enable blog
  assert_at_most 9 "$requests" "requests to the CA"
  assert_triggers_at_most 6
  assert_eq 1 "$rebuilds" "rebuilds"
  assert_at_most 2 "$reloads" "reloads"
  tls_verify blog.example.test
}

renewal() {
  given cold_start
  measure dokku letsencrypt:enable shop --force
  assert_at_most 9 "$requests" "requests to the CA"
  assert_eq 0 "$rebuilds" "rebuilds"
  assert_at_most 2 "$reloads" "reloads"
  # It is known that nginx serves the app only by asking.
  assert_eq $'proxy-type\tshop\npost-certs-update\tshop' "$triggers" "triggers"
  measure dokku letsencrypt:enable shop
  assert_eq "0 0 0 " "$requests $rebuilds $reloads $triggers" "costs with nothing to do"
}

changed_names() {
  given cold_start
  dokku letsencrypt:set shop auto-issue false >/dev/null
  dokku domains:add shop www.example.test >/dev/null 2>&1
  measure dokku letsencrypt:enable shop
  assert_at_most 12 "$requests" "requests to the CA" # one authorization and one challenge more
  assert_triggers_at_most 6
  assert_eq 1 "$rebuilds" "rebuilds"
  assert_at_most 2 "$reloads" "reloads"
  tls_verify www.example.test
}

# programs_of FILE PROGRAM: what the process that runs PROGRAM starts, from strace's record of
# processes; what those programs start themselves is theirs. A parent that waits for its child's
# execve (vfork) is recorded after it, so the file is read twice.
programs_of() {
  awk -v program="/$2" '
    { pid = $1; sub(/^[0-9]+ +/, "") }
    NR == FNR {
      if (/^(<\.\.\. )?(clone|clone3|fork|vfork)[ (]/ && match($0, / = [0-9]+$/)) parent[substr($0, RSTART + 3)] = pid
      next
    }
    /^execve\("/ && !/ = -1 / {
      path = $0; sub(/^execve\("/, "", path); sub(/".*/, "", path)
      words = $0; sub(/^[^\[]*\[/, "", words); sub(/\].*/, "", words)
      mine = owner[pid] == "ours" || (owner[pid] == "" && owner[parent[pid]] == "ours")
      if (substr(path, length(path) - length(program) + 1) == program) { owner[pid] = "ours"; next }
      if (mine) print words
      owner[pid] = "other"
    }' "$1" "$1"
}

# traced WORD...: runs dokku under strace; the record is in $record.
traced() {
  record=$(mktemp)
  assert_runs strace -f -qq -s 4096 -e trace=execve,clone,clone3,fork,vfork -o "$record" dokku "$@"
}

enable_starts_no_tools() {
  given an_email
  local programs
  new_app wiki wiki.example.test
  traced letsencrypt:enable wiki
  assert_contains "$(<"$record")" '/letsencrypt/subcommands/enable"' "record"
  programs=$(programs_of "$record" letsencrypt/subcommands/enable)
  assert_contains "$programs" '"plugn", "trigger", "post-certs-update", "wiki"' "programs"
  assert_eq "" "$(grep -vE '^"(plugn|sudo)"' <<<"$programs" || true)" "programs other than plugn and sudo"
  assert_eq "" "$(grep -E 'docker"|openssl|curl' <<<"$programs" || true)" "tools"
  assert_at_most 10 "$(grep -c . <<<"$programs")" "programs ($programs)"
  tls_verify wiki.example.test
}

light_commands_start_nothing() {
  given cold_start
  local words name
  while read -r -a words; do
    name=${words[0]#letsencrypt:}
    traced "${words[@]}"
    assert_eq 1 "$(grep -c "execve(\"[^\"]*/letsencrypt/subcommands/$name\"" "$record")" "${words[*]}: programs named $name"
    assert_eq "" "$(programs_of "$record" "letsencrypt/subcommands/$name")" "${words[*]}: programs"
  done <<'COMMANDS'
letsencrypt:active shop
letsencrypt:report shop
letsencrypt:report --global
letsencrypt:report
letsencrypt:list
letsencrypt:set shop graceperiod 864000
letsencrypt:help
COMMANDS
}

# What the crontab calls each minute. Its libraries are read as any program's are. The first one after
# a change may have read all of the index, and nothing else.
idle_cron_reads_one_file() {
  given cold_start
  local record read cron
  cron=$(crontab -u dokku -l | grep -o '/[^ ]*/letsencrypt/cron')
  record=$(mktemp)
  assert_runs "$cron"
  assert_runs strace -f -qq -e trace=open,openat,execve -o "$record" "$cron"
  assert_eq 1 "$(grep -c execve "$record")" "programs"
  read=$(sed -n 's/.*open[a-z]*([^"]*"\([^"]*\)".*= [0-9]*$/\1/p' "$record" | grep -vE '\.so(\.[0-9]+)*$|^/etc/ld\.so\.|^/proc/self/|/locale' || true)
  assert_eq "$(global_folder)/state/due" "$read" "files"
}

scenario "a cold start costs at most 11 requests, 6 trigger calls, one rebuild and two reloads" cold_start
scenario "a second app in a new process costs at most 9 requests" second_app
scenario "a renewal with the same names rebuilds nothing" renewal
scenario "more names cost one rebuild" changed_names
scenario "enable starts plugn and sudo, and no docker, openssl or curl" enable_starts_no_tools
scenario "cron reads one file while nothing is due" idle_cron_reads_one_file
scenario "active, report, list, set and help start nothing" light_commands_start_nothing
