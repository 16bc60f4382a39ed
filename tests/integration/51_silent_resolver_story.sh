#!/usr/bin/env bash
# No name server answers, while certificates are due for renewal and new names want their first.
# shellcheck source-path=SCRIPTDIR
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

# Takes questions at port 5353 of loopback, answers none, and writes down what they were about.
silent_server() {
  python3 -c '
import socket
taken = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
taken.bind(("127.0.0.1", 5353))
while True:
    question = taken.recv(4096)
    name, at = [], 12
    while question[at]:
        name.append(question[at + 1:at + 1 + question[at]].decode())
        at += 1 + question[at]
    print(".".join(name), file=open("/run/silent-questions", "a"), flush=True)
' &
  silent_pid=$!
}

# status_of NAME OFFSET APP: status and cause.
status_of() {
  { at_time "$2" dokku letsencrypt:status "$3" --format json || true; } |
    jq -r --arg name "$1" '.names[] | select(.name == $name) | .status + " " + (.cause // "")'
}

renewals_go_on() {
  local i before
  given an_email
  dokku letsencrypt:set --global lego-args '--dns-timeout 3' >/dev/null
  for i in 1 2 3 4; do
    new_app "app$i" "app$i.example.test"
    assert_runs dokku letsencrypt:enable "app$i"
  done
  before=$(served_fingerprint app4.example.test)
  : >/run/silent-questions
  silent_server
  trap 'kill $silent_pid' EXIT
  dokku letsencrypt:set --global dns-resolvers 127.0.0.1:5353 >/dev/null
  # Two names more, which the CA could well validate; but no operator is there to see it.
  printf '%s.example.test\n' new newer >>"$DOKKU_ROOT/app4/VHOST"
  assert_runs at_time +80d dokku letsencrypt:auto-renew --scheduled
  # All six names are asked for side by side, each as often as its time allows; then the servers are left alone. So
  # silence costs the run the time of one question.
  assert_at_most 9000 "$milliseconds" "milliseconds"
  assert_at_most 6 "$(sort -u /run/silent-questions | wc -l)" "names that were asked for"
  for i in 1 2 3 4; do
    assert_eq "in-use " "$(status_of "app$i.example.test" +80d "app$i")" "status of app$i"
  done
  assert_ne "$before" "$(served_fingerprint app4.example.test)" "certificate of app4"
  for i in new newer; do
    assert_eq "pending-dns resolver-silent" "$(status_of "$i.example.test" +80d app4)" "status of $i"
  done
}

# One name alone, at which no operator looks: a refused validation would not tell why.
the_only_name_waits() {
  given renewals_go_on
  dokku letsencrypt:set --global auto-issue true >/dev/null
  dokku apps:create alone >/dev/null 2>&1
  at_time +80d dokku domains:add alone alone.example.test >/dev/null 2>&1
  assert_eq "pending-dns resolver-silent" "$(status_of alone.example.test +80d alone)" "status of alone"
  assert_eq 0 "$(jq '[.names[].refusals // 0] | add' "$(state_file alone)")" "refused validations"
}

and_then_they_answer() {
  given renewals_go_on
  dokku letsencrypt:set --global dns-resolvers >/dev/null
  at_time +81d world-cron letsencrypt/cron || true
  assert_eq "in-use in-use " "$(status_of new.example.test +81d app4)$(status_of newer.example.test +81d app4)" "status of the new names"
}

scenario "renewals go on, and take no time; new names wait" renewals_go_on
scenario "a name that is alone waits as well" the_only_name_waits
scenario "what waited follows once a name server answers" and_then_they_answer
