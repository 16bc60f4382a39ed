#!/usr/bin/env bash
# enable is killed, without a chance to clean up, before each step that the disk sees: nginx stays
# sound, key and certificate in tls belong together, and the next plain enable puts all right. Once
# the CA has the order, that costs no second one.
# shellcheck source-path=SCRIPTDIR
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

binary=$PLUGIN_AVAILABLE_PATH/letsencrypt/subcommands/enable
record=/run/enable-record kill_at=/run/enable-kill-at
changes=rename,renameat,renameat2,unlink,unlinkat

# Who holds keys cannot be watched by another process of the same user, only by root.
watch=(strace)
[[ ! -e /run/world/become-root ]] || watch=(/run/world/become-root --reuid 0 --regid 0 --clear-groups -- strace -u "$DOKKU_SYSTEM_USER")

# From now on a file says what becomes of enable: nothing, a record of its changes, or death on
# entering the N-th call of one kind, which is then not carried out.
put_under_control() {
  mkdir -p /run/real
  cp "$binary" /run/real/enable
  : >$record
  : >$kill_at
  chmod 0666 $record
  rm "$binary"
  cat >"$binary" <<WRAPPER
#!/bin/bash
read -r mode call number <$kill_at
case \$mode in
  record) exec ${watch[*]} -qq -s 4096 -e trace=$changes -o $record /run/real/enable "\$@" ;;
  kill) exec ${watch[*]} -qq -o /dev/null -e trace=\$call -e inject=\$call:signal=KILL:when=\$number /run/real/enable "\$@" ;;
esac
exec /run/real/enable "\$@"
WRAPPER
  chmod 0755 "$binary"
}

# place_of PATTERN: kind and number of the first recorded change that matches.
place_of() {
  awk -v pattern="$1" '{ call = $0; sub(/\(.*/, "", call); count[call]++ } $0 ~ pattern { print call, count[call]; exit }' $record
}

record_first() {
  put_under_control
  given an_email
  new_app shop shop.example.test
  # The account and the directory are there already in all later runs.
  assert_runs dokku letsencrypt:enable shop
  assert_runs dokku letsencrypt:disable shop
  echo record >$kill_at
  assert_runs dokku letsencrypt:enable shop
  cp $record /run/first-record
  assert_runs dokku letsencrypt:enable shop --force
  cp $record /run/renewal-record
  grep -q RENAME_EXCHANGE /run/renewal-record
  echo >$kill_at
}

# killed_before PATTERN ORDERS: kills a run there; the next one needs ORDERS new orders.
killed_before() {
  local pattern=$1 orders=$2 place mark
  shift 2
  place=$(place_of "$pattern")
  [[ -n $place ]] || { fail "no change like $pattern in: $(cat $record)"; return 1; }
  echo "kill $place" >$kill_at
  assert_exits 137 dokku letsencrypt:enable shop "$@"
  echo >$kill_at
  assert_sound shop
  nginx_loads
  assert_runs dokku nginx:reload
  if [[ -n $* ]]; then tls_verify shop.example.test; fi
  mark=$(pebble_mark)
  assert_runs dokku letsencrypt:enable shop
  assert_contains "$out" "-----> Done" "next run after a kill before $pattern"
  assert_eq "$orders" "$(orders_since "$mark")" "orders after a kill before $pattern"
  assert_sound shop
  tls_verify shop.example.test
  assert_eq "$(fingerprint_of shop)" "$(served_fingerprint shop.example.test)" "served certificate"
  assert_no_route shop
  assert_eq null "$(jq .order "$(state_file shop)")" "journal"
  assert_eq true "$(dokku letsencrypt:active shop)" "active"
  assert_eq "" "$(find "$DOKKU_ROOT/shop" "$DOKKU_LIB_ROOT/data" -name '.*.tmp' -o -name '.tls*')" "leftovers after a kill before $pattern"
  assert_runs dokku letsencrypt:enable shop
  assert_contains "$out" "-----> Certificate is still valid for shop" "run after that"
}

first_issue() {
  cp /run/first-record $record
  assert_runs dokku letsencrypt:disable shop
  killed_before "$@"
}
renewal() {
  cp /run/renewal-record $record
  killed_before "$@" --force
}

every_step() {
  given record_first
  local run=$1 exchange=$2
  $run 'nginx\.conf\.d/letsencrypt\.conf"\)' 1
  $run 'certificates/shop\.example\.test\.key"\)' 0
  $run 'certificates/shop\.example\.test\.crt"\)' 0
  $run 'issued|certs/current"\)' 0
  $run "$exchange" 0
  $run 'certs/[0-9a-f]*/key\.pem"\)' 0
  $run '^unlink.*nginx\.conf\.d/letsencrypt\.conf"' 0
}

# What a run leaves that is killed between its route's files and nginx's reload.
route_was_never_loaded() {
  given record_first
  local route=$DOKKU_ROOT/shop/nginx.conf.d/letsencrypt.conf run reloads
  dokku letsencrypt:enable shop --force >/run/out 2>&1 & run=$!
  wait_until 10 cp -p "$route" /run/route
  wait $run
  assert_no_route shop
  cp -p /run/route "$route"
  reloads=$(reload_mark)
  assert_runs dokku letsencrypt:enable shop --force
  assert_eq 2 "$(reloads_since "$reloads")" "reloads"
  assert_no_route shop
  tls_verify shop.example.test
}

scenario "a run can be watched and killed at any change of the disk" record_first
scenario "a first issue that is killed before a step is finished by the next run" every_step first_issue '\.tls\.letsencrypt-new".*/tls"\)'
scenario "so is a renewal, on both sides of the exchange" every_step renewal RENAME_EXCHANGE
scenario "a route that was written and never loaded is loaded" route_was_never_loaded
