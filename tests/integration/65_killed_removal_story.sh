#!/usr/bin/env bash
# The pair of an app is taken away or exchanged, and who does it is killed: at no moment is nginx left
# with a vhost whose files are missing, for longer than until the next hook or run of any app. And files
# that are missing otherwise. scripts/soak removals is the full size.
# shellcheck source-path=SCRIPTDIR
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
# shellcheck source-path=SCRIPTDIR
source "$(dirname "${BASH_SOURCE[0]}")/removals.sh"

kills=${KILLS:-6} seed=${KILL_SEED:-$$}

# --- kills

# microseconds_of COMMAND...: how long it takes when it is not killed.
microseconds_of() {
  local started
  as_before
  started=${EPOCHREALTIME/./}
  "$@" >/dev/null 2>&1
  echo $((${EPOCHREALTIME/./} - started))
}

# Sums of two are spread over a second and more.
random_below() { echo $(((RANDOM * 32768 + RANDOM) % $1)); }
sleep_microseconds() { ((${1} == 0)) || sleep "$(printf '%d.%06d' $(($1 / 1000000)) $(($1 % 1000000)))"; }

nobody_in() { ! pgrep -g "$1" >/dev/null; }

# killed_after MICROSECONDS WHOM COMMAND...: `all` that the command started, or `ours` alone, after which
# what it had started goes on to its end. With BEGINS set, the time counts from when that file is there.
killed_after() {
  local microseconds=$1 whom=$2 group deadline
  shift 2
  setsid "$@" >/run/killed 2>&1 </dev/null & group=$!
  if [[ -n ${BEGINS-} ]]; then
    deadline=$((SECONDS + 60))
    until [[ -e $BEGINS || ! -e /proc/$group ]] || ((SECONDS > deadline)); do :; done
  fi
  sleep_microseconds "$microseconds"
  if [[ $whom == all ]]; then
    kill -KILL -- "-$group" 2>/dev/null || true
  else
    pkill -KILL -g "$group" -f "/letsencrypt/subcommands/|/run/real/" || true
  fi
  wait $group 2>/dev/null || true
  wait_until 60 nobody_in "$group"
}

next_hook() { dokku proxy:build-config blog >/dev/null 2>&1 || true; }
next_run() {
  case $1 in
    0) dokku letsencrypt:auto-renew --scheduled ;;
    1) dokku letsencrypt:enable blog ;;
    2) dokku letsencrypt:retry blog ;;
  esac >/run/next 2>&1 || { cat /run/next; return 1; }
}

# What must hold after a kill, whatever was killed when.
all_well() {
  local what=$1
  if ! nginx_loads; then
    if ((RANDOM % 2)); then next_hook; else next_run $((RANDOM % 3)); fi
    nginx_loads || { fail "$what: nginx -t: $(/usr/sbin/nginx -t 2>&1)"; return 1; }
    mended=$((mended + 1))
  fi
  next_run $((RANDOM % 3)) || { fail "$what: the next run failed"; return 1; }
  assert_sound shop || { fail "$what: after the next run"; return 1; }
  assert_absent "$removing"
  assert_eq "" "$(find "$root" -maxdepth 1 -name '.tls*')" "leftovers after $what"
  if [[ -e $root/tls ]]; then
    assert_runs dokku certs:remove shop
  else
    assert_exits 1 dokku certs:remove shop
    assert_contains "$err" "An app-specific SSL endpoint is not defined" "$what"
  fi
  nginx_loads
  ! names_pair || fail "$what: the vhost still names the pair"
}

# often_killed NAME MICROSECONDS COMMAND...
often_killed() {
  local name=$1 length=$2 i after whom mended=0 finished=0
  shift 2
  RANDOM=$seed
  echo "  KILL_SEED=$seed, $kills kills within $((length / 1000)) ms of $name"
  for ((i = 1; i <= kills; i++)); do
    as_before
    after=$(random_below "$length") whom=all
    ((RANDOM % 3)) || whom=ours
    killed_after "$after" $whom "$@"
    [[ -e $root/tls ]] || finished=$((finished + 1))
    all_well "kill $i of $name after $after us ($whom)"
  done
  echo "  nginx could not load $mended times before the next hook or run; $finished times the pair was away"
}

disable_killed() { often_killed disable $(($(microseconds_of dokku letsencrypt:disable shop) * 11 / 10)) dokku letsencrypt:disable shop; }
revoke_killed() {
  often_killed revoke $(($(microseconds_of dokku letsencrypt:revoke shop) * 11 / 10)) dokku letsencrypt:revoke shop
  save_certificate
}

# The exchange is short beside the order before it: counted from its mark.
exchange_killed() {
  local BEGINS=$removing
  often_killed "the exchange" 40000 dokku letsencrypt:enable shop --force
}

# Who holds keys cannot be watched by another process of the same user, only by root.
watch=(strace)
[[ ! -e /run/world/become-root ]] || watch=(/run/world/become-root --reuid 0 --regid 0 --clear-groups -- strace -u "$DOKKU_SYSTEM_USER")

# A file system that cannot exchange two folders in one step: for enable, with what else strace is told.
in_two_steps() {
  mkdir -p /run/real
  [[ -e /run/real/enable ]] || mv "$plugin/subcommands/enable" /run/real/enable
  printf '#!/bin/bash\nexec %s -qq -s 4096 -o /run/record -e trace=rename,renameat2 -e inject=renameat2:error=EINVAL %s /run/real/enable "$@"\n' \
    "${watch[*]}" "${1-}" >"$plugin/subcommands/enable"
  chmod 0755 "$plugin/subcommands/enable"
  : >/run/record
  chmod 0666 /run/record
}

# Between the two of them nginx finds no pair at all.
two_steps_killed() {
  local number
  in_two_steps
  as_before
  assert_runs dokku letsencrypt:enable shop --force
  tls_verify shop.example.test
  number=$(awk '/^rename\(/ { count++ } /^rename\(.*letsencrypt-new".*tls"/ { print count; exit }' /run/record)
  [[ -n $number ]] || { fail "no second step in: $(cat /run/record)"; return 1; }
  in_two_steps "-e inject=rename:signal=KILL:when=$number"
  as_before
  assert_exits 137 dokku letsencrypt:enable shop --force
  assert_absent "$root/tls"
  ! nginx_loads || fail "nginx loads without the pair"
  next_hook
  nginx_loads
  assert_sound shop
  tls_verify shop.example.test
  in_two_steps
  BEGINS=$removing often_killed "an exchange in two steps" 60000 dokku letsencrypt:enable shop --force
  mv /run/real/enable "$plugin/subcommands/enable"
}

hook_puts_back() {
  deadly_hook
  as_before
  killed_away dokku letsencrypt:disable shop
  assert_eq true "$(jq .switched_off "$(state_file shop)")" "switched off"
  assert_runs dokku proxy:build-config blog
  nginx_loads
  assert_eq "" "$(find "$root" -maxdepth 1 -name '.tls*')" "leftovers"
  tls_verify blog.example.test
  # cron's next minutes do what the command did not come to.
  at_time +5m world-cron letsencrypt/cron
  assert_contains "$(tail -n 20 /var/log/dokku/letsencrypt.log)" "The certificate of shop was being removed when that command ended too early" "log"
  assert_absent "$root/tls"
  assert_absent "$root/letsencrypt"
  assert_absent "$removing"
  nginx_loads
  assert_eq "hello from shop" "$(http_body http://shop.example.test/)" "the app over HTTP"
  assert_eq null "$(jq .due "$(state_file shop)")" "due"
}

# An app that was enabled again, or got another pair, after the kill keeps what it has.
later_wishes_hold() {
  as_before
  killed_away dokku letsencrypt:disable shop
  self_signed_pair shop.example.test /run/own
  dokku certs:add shop /run/own.crt /run/own.key >/dev/null 2>&1
  assert_runs dokku letsencrypt:auto-renew --scheduled
  assert_eq "$(sha256sum </run/own.crt)" "$(sha256sum <"$root/tls/server.crt")" "pair"
  assert_absent "$removing"
  as_before
  killed_away dokku letsencrypt:revoke shop
  assert_runs dokku letsencrypt:enable shop
  tls_verify shop.example.test
  assert_absent "$removing"
  save_certificate
}

removed_at() {
  as_before
  at_time "$1" killed_away dokku letsencrypt:disable shop
  assert_runs at_time "$1" dokku letsencrypt:auto-renew --scheduled
  nginx_loads
  assert_absent "$root/tls"
  assert_absent "$removing"
  assert_runs at_time "$1" dokku letsencrypt:status shop
}

# --- files that are missing otherwise

# A certificate that is due as well is renewed by the same run; later ones are of another day then.
missing_at() {
  as_before
  rm -r "$root/tls"
  ! nginx_loads || fail "nginx loads without the pair"
  assert_runs at_time "$1" dokku letsencrypt:auto-renew --scheduled
  assert_contains "$err" "The certificate files of shop are missing ($root/tls)" "stderr"
  assert_sound shop
  assert_runs at_time "$1" dokku letsencrypt:status shop
  at_time "$1" http_body https://shop.example.test/ | grep -q "hello from shop"
}

on_each_day() {
  local day
  for day in +0d +1d +30d +89d; do
    removed_at $day
    missing_at $day
  done
}

# Also where that run orders nothing.
another_run_mends() {
  local words
  for words in "enable blog" "retry blog" "auto-renew blog" "auto-renew shop" "enable blog --force"; do
    missing_key_mended "letsencrypt:${words%% *}" "${words#* }"
  done
}
missing_key_mended() {
  as_before
  rm "$root/tls/server.key"
  # shellcheck disable=SC2086
  assert_runs dokku $1 $2
  assert_contains "$err" "The certificate files of shop are missing" "stderr"
  assert_sound shop
  tls_verify shop.example.test
  tls_verify blog.example.test
}

# Killed between its own removal and the rebuild, by Dokku's hands.
real_certs_remove_killed() {
  as_before
  killed_away dokku certs:remove shop
  assert_runs dokku letsencrypt:retry blog
  assert_contains "$err" "Its vhost is rebuilt without https" "stderr"
  nginx_loads
  assert_absent "$root/tls"
}

# What no run can mend is told by the scheduled run.
scheduled_run_tells() {
  local own=$DOKKU_ROOT/blog/nginx.conf.d/own.conf
  as_before
  mkdir -p "${own%/*}"
  echo 'nonsense;' >"$own"
  assert_exits 1 dokku letsencrypt:auto-renew --scheduled
  assert_contains "$err" "nginx's configuration is broken already by app blog ($own:1)" "stderr"
  rm "$own"
  assert_runs dokku letsencrypt:auto-renew --scheduled
}

# `certs:remove` was killed once it had told us: no certificate is wanted any more.
killed_certs_remove() {
  as_before
  rm -r "$root/tls"
  as_dokku "$PLUGIN_ENABLED_PATH/letsencrypt/post-certs-remove" shop
  assert_runs dokku letsencrypt:auto-renew --scheduled
  assert_contains "$err" "Its vhost is rebuilt without https" "stderr"
  assert_absent "$root/tls"
  nginx_loads
  assert_eq "hello from shop" "$(http_body http://shop.example.test/)" "the app over HTTP"
}

# An operator's: there is no other copy of it here.
custom_pair_is_gone() {
  given two_apps
  new_app own own.example.test
  self_signed_pair own.example.test /run/own
  dokku certs:add own /run/own.crt /run/own.key >/dev/null 2>&1
  rm -r "$DOKKU_ROOT/own/tls"
  ! nginx_loads || fail "nginx loads without the pair"
  assert_runs dokku letsencrypt:auto-renew --scheduled
  nginx_loads
  assert_eq "hello from own" "$(http_body http://own.example.test/)" "the app over HTTP"
  assert_runs dokku certs:add own /run/own.crt /run/own.key
  assert_runs dokku certs:remove own
}

# The hook looks into one folder, and starts nothing.
costs_nothing() {
  as_before
  assert_runs dokku proxy:build-config blog
  strace -f -qq -e trace=execve,openat -o /run/calls sudo -u "$DOKKU_SYSTEM_USER" -E -H \
    "$PLUGIN_ENABLED_PATH/letsencrypt/nginx-pre-reload" blog "" ""
  assert_eq 1 "$(grep -c 'state/removing' /run/calls)" "looks into state/removing"
  assert_eq "" "$(grep -o 'state/removing/[^"]*' /run/calls || true)" "files in it"
  assert_eq 0 "$(grep execve /run/calls | grep -c 'letsencrypt/\(libexec\|subcommands\)' || true)" "programs started"
}

scenario "two apps with certificates" two_apps
scenario "disable is killed $kills times" disable_killed
scenario "revoke is killed $kills times" revoke_killed
scenario "an exchange is killed $kills times" exchange_killed
scenario "so is one that needs two steps" two_steps_killed
scenario "the hook of another app puts a pair back, and the retry job goes on removing it" hook_puts_back
scenario "what was wanted after the kill holds" later_wishes_hold
scenario "whatever the day is: removals are finished, missing files come back" on_each_day
scenario "a run for another app mends what is missing" another_run_mends
scenario "after a killed certs:remove the vhost is rebuilt" killed_certs_remove
scenario "so it is by any run after a certs:remove that was really killed" real_certs_remove_killed
scenario "what nginx refuses is told by the scheduled run" scheduled_run_tells
scenario "so it is where a person's certificate is missing" custom_pair_is_gone
scenario "where nothing is being removed the hook costs one look" costs_nothing
