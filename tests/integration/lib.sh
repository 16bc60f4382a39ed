# What stories are told with. A story file sources this inside a world (scripts/world), defines one
# function per scenario and calls `scenario "sentence" function` for each. A scenario runs in a
# subshell with errexit on: the first failing command or assertion ends it. What it needs of the world
# it says with `given`, so that it passes alone as well (tests/integration/run --each).
#
# Telling (here)
#   scenario NAME FUNCTION [ARGUMENT...]      a sentence, and what shows that it is true
#   given FUNCTION [ARGUMENT...]              what a scenario finds in the world, made once
#   fail WORDS                                says them and fails
#   run_and_capture COMMAND...                sets out, err, code and milliseconds
#   wait_until SECONDS COMMAND...             until it succeeds
# Assertions (here); the last argument may say what was looked at
#   assert_eq WANTED GOT, assert_ne           the same text, another one
#   assert_contains TEXT PART, assert_not_contains
#   assert_matches TEXT PATTERN               of bash
#   assert_at_most LIMIT NUMBER, assert_at_least
#   assert_lines TEXT LINE...                 whole lines in this order
#   assert_file PATH, assert_absent PATH, assert_mode MODE PATH
#   assert_runs COMMAND...                    as run_and_capture, and it ends with 0
#   assert_exits CODE COMMAND...              or with that code
# What happened since a mark (marks.sh)
#   pebble_mark, pebble_lines_since MARK      lines of Pebble's log
#   pebble_requests_since MARK                how many requests; acme_requests_since: but for renewal windows
#   orders_since MARK, accounts_since MARK    how many orders and accounts Pebble made
#   reload_mark, reloads_since MARK           reloads of nginx
#   sudo_mark, sudo_lines_since MARK          commands by sudo
#   trigger_mark, triggers_since MARK         triggers fired; plugin_triggers_since: by our executables
#   rebuilds_since MARK                       vhosts rebuilt, of a trigger_mark
#   hook_mark, hooks_since MARK               hooks of plugins that ran
#   files_now                                 every file of apps, properties, data and nginx
#   but_for_state APP                         leaves out of these what is known of the app
# Apps (apps.sh)
#   an_email                                  of the host; for `given`
#   enabled_app APP                           APP.example.test with a certificate; for `given`
#   auto_issue_for_all                        switched on for the host; for `given`
#   new_app APP DOMAIN...                     deployed and answering
#   deployed_app APP [DOMAIN...]              wherever its names lead
#   undeployed_app APP [DOMAIN...]            without a container
#   make_apps COUNT                           app1, app2, ... undeployed
#   new_account APP                           its next order is by an account that proved nothing yet
#   self_signed_pair DOMAIN FILE [DAYS]       FILE.crt and FILE.key of a person's
#   as_dokku COMMAND...                       as Dokku's user
# What letsencrypt has of an app (apps.sh)
#   global_folder, state_file APP             paths
#   installed_certificate APP [OPTION...]     the one in tls, by openssl
#   fingerprint_of APP, serial_in_use APP     of that one (the serial in ca.sh)
#   status_json APP, summary_of APP           what status says
#   name_status APP NAME, name_cause APP NAME
#   name_has APP NAME STATUS [CAUSE]          is it so? assert_name: it is
#   seconds_until_due APP                     until the app is looked at
#   assert_waits_for_renewal APP              nothing else is to be done
#   assert_sound APP                          nginx would start, key and certificate match
#   assert_no_route APP                       for challenges
# Runs (apps.sh)
#   the_minute                                cron's next minute; sets minute_log
#   cron_when_due APP                         cron at the app's own time
#   due_apps                                  that the index has
#   no_run_at_work                            is it so?
# nginx (served.sh)
#   app_answers APP DOMAIN                    does it, over HTTP?
#   http_body OPTION... URL, http_status OPTION... URL
#   nginx_settled, nginx_loads                waits for new workers; does nginx take its configuration?
#   served_chain HOST [ADDRESS]               PEM; served_certificate, served_fingerprint, served_names
#   tls_verify HOST [ADDRESS]                 the chain is Pebble's and covers the name
#   probe_start HOST [OPTION...], probe_stop  sets requests, failed and http_per_second
# The CA (ca.sh)
#   ca_front MODE [DIRECTORY]                 works, limited, 500, hangs or down
#   ca_answers METHOD PATH KEY=VALUE...       what becomes of the next request that matches
#   ca_revokes APP [REASON]                   the certificate was revoked elsewhere
#   with_usual_serial APP [COMMAND...]        ordered anew while Pebble would refuse it as `replaces`
#   ca_renewal_info APP TEXT                  what it says about renewing it
#   ca_time SECONDS                           how far it is ahead
#   front_requests, front_requests_since MARK [DIRECTORY], front_orders MARK [DIRECTORY]
#   front_order ORDER JSON                    any other word to the front
# Other times and places (elsewhere.sh)
#   at_time OFFSET COMMAND...                 for this machine and the CA, e.g. +3d
#   wrong_clock OFFSET COMMAND...             for this machine alone
#   seconds_of OFFSET
#   leads_elsewhere NAME, leads_here NAME     where the DNS of challtestsrv says
#   challtestsrv PATH JSON                    any other word to it
#   other_server ADDRESS [DIRECTIVES]         another machine that answers there
# shellcheck shell=bash
set -euo pipefail

integration_directory=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck disable=SC2034
checkout=$(cd "$integration_directory/../.." && pwd)
# shellcheck source-path=SCRIPTDIR
source "$integration_directory/marks.sh"
# shellcheck source-path=SCRIPTDIR
source "$integration_directory/apps.sh"
# shellcheck source-path=SCRIPTDIR
source "$integration_directory/served.sh"
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
    mark_given "$@"
    echo "ok - $name"
  else
    scenarios_failed=$((scenarios_failed + 1))
    echo "not ok - $name"
  fi
}

# given FUNCTION [ARGUMENT...]: what a scenario finds in the world. The function makes it, alone or as a
# scenario of its own; once in a world, so that it costs nothing where it has been told before.
given() {
  [[ ! -e $(given_file "$@") ]] || return 0
  ("$@")
  mark_given "$@"
}
given_file() { echo "$WORLD/given/${*//\//:}"; }
mark_given() {
  [[ -n ${WORLD-} ]] || return 0
  mkdir -p "$WORLD/given"
  : >"$(given_file "$@")"
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
