#!/usr/bin/env bash
# A certificate of the app's own wins while it is good, and ours takes its place when it ends. What a
# person removes does not come back by itself.
# shellcheck source-path=SCRIPTDIR
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

# Signed by itself, good for so many seconds from now on.
short_pair() {
  local now
  openssl ecparam -name prime256v1 -genkey -noout -out "$2.key"
  openssl req -new -key "$2.key" -subj "/CN=$1" -addext "subjectAltName=DNS:$1" -out "$2.csr"
  mkdir -p /run/short
  : >/run/short/index
  [[ -e /run/short/config ]] || cat >/run/short/config <<'CONF'
[ca]
default_ca = own
[own]
new_certs_dir = /run/short
database = /run/short/index
rand_serial = yes
default_md = sha256
policy = any
copy_extensions = copy
[any]
commonName = supplied
CONF
  now=$(date +%s)
  openssl ca -config /run/short/config -batch -notext -selfsign -keyfile "$2.key" -in "$2.csr" -out "$2.crt" \
    -startdate "$(date -u -d "@$((now - 3600))" +%Y%m%d%H%M%SZ)" -enddate "$(date -u -d "@$((now + $3))" +%Y%m%d%H%M%SZ)" 2>/dev/null
  chmod 0644 "$2.key" "$2.crt"
}

# add_own APP FILE: as an operator does.
add_own() { assert_runs dokku certs:add "$1" "$2.crt" "$2.key"; }

# rests APP NAME: all that happens without a command for the app leaves its own certificate alone.
rests() {
  local app=$1 name=$2 mark pair
  mark=$(pebble_mark)
  pair=$(fingerprint_of "$app")
  assert_eq false "$(dokku letsencrypt:active "$app")" "active"
  assert_runs dokku letsencrypt:status "$app"
  assert_name "$app" "$name" not-used custom-certificate
  assert_runs dokku domains:add "$app" "more.$name"
  assert_not_contains "$err" "letsencrypt:enable" "stderr of domains:add"
  the_minute
  assert_runs at_time +2d world-cron letsencrypt/cron
  assert_runs dokku letsencrypt:auto-renew
  assert_runs dokku letsencrypt:auto-renew "$app"
  assert_runs dokku letsencrypt:enable --all
  assert_contains "$out" "$app has a certificate of its own, which is kept" "stdout of enable --all"
  the_minute
  assert_eq 0 "$(pebble_requests_since "$mark")" "requests to the CA"
  assert_eq "$pair" "$(fingerprint_of "$app")" "certificate in tls"
  assert_eq "$pair" "$(served_fingerprint "$name")" "served certificate"
  assert_eq false "$(dokku letsencrypt:active "$app")" "active"
  assert_name "$app" "more.$name" not-used custom-certificate
  assert_eq not-used "$(summary_of "$app")" "summary"
  assert_runs dokku letsencrypt:status "$app"
}

# replaced APP NAME...: ours is there and covers the names; nothing is left to be done.
replaced() {
  local app=$1 name
  shift
  for name in "$@"; do
    tls_verify "$name"
    assert_eq in-use "$(name_status "$app" "$name")" "status of $name"
  done
  assert_eq true "$(dokku letsencrypt:active "$app")" "active"
  assert_eq ok "$(summary_of "$app")" "summary"
}

own_pair_after_enable() {
  given enabled_app shop
  self_signed_pair shop.example.test /run/own-shop
  add_own shop /run/own-shop
  rests shop shop.example.test
}

own_pair_where_all_are_issued() {
  given an_email
  new_app blog blog.example.test
  self_signed_pair blog.example.test /run/own-blog
  add_own blog /run/own-blog
  given auto_issue_for_all
  rests blog blog.example.test
}

# Of two apps, one was enabled, the other never: both fall under auto-issue.
removed_pair_is_replaced() {
  given own_pair_after_enable
  given own_pair_where_all_are_issued
  local mark app
  for app in shop blog; do
    mark=$(pebble_mark)
    assert_runs dokku certs:remove "$app"
    assert_eq 0 "$(pebble_requests_since "$mark")" "requests while it is removed"
    the_minute
    replaced "$app" "$app.example.test" "more.$app.example.test"
    assert_eq 1 "$(orders_since "$mark")" "orders for $app"
  done
}

# A pair of a few seconds: the clock is not moved. The other app's lasts for 30 days.
expired_pair_is_replaced() {
  given auto_issue_for_all
  local mark app
  for app in brief wiki; do
    dokku apps:create "$app" >/dev/null 2>&1
    assert_runs dokku domains:add "$app" "$app.example.test"
    wait_until 20 dokku letsencrypt:status "$app"
  done
  self_signed_pair wiki.example.test /run/own-wiki
  add_own wiki /run/own-wiki
  short_pair brief.example.test /run/own-brief 6
  add_own brief /run/own-brief
  mark=$(pebble_mark)
  the_minute
  assert_eq 0 "$(orders_since "$mark")" "orders before its end"
  name_has brief brief.example.test not-used custom-certificate
  wait_until 10 bash -c '! openssl x509 -in /run/own-brief.crt -noout -checkend -1'
  the_minute
  replaced brief brief.example.test
  assert_runs at_time +29d world-cron letsencrypt/cron
  name_has wiki wiki.example.test not-used custom-certificate
  assert_runs at_time +31d world-cron letsencrypt/cron
  replaced wiki wiki.example.test
  # What was issued before is still good.
  assert_eq 0 "$(orders_since "$mark")" "orders"
}

# The run over all apps comes first, and nginx is to show what it put in place.
expired_pair_is_replaced_by_the_scheduled_run() {
  given expired_pair_is_replaced
  local mark
  self_signed_pair wiki.example.test /run/own-wiki
  add_own wiki /run/own-wiki
  mark=$(pebble_mark)
  assert_runs at_time +31d dokku letsencrypt:auto-renew --scheduled
  assert_not_contains "$out" "changed meanwhile" "stdout"
  replaced wiki wiki.example.test
  assert_eq 0 "$(orders_since "$mark")" "orders"
}

# It was never enabled, and no hook of ours saw the pair come: it was there before auto-issue was on.
known_by_the_first_run() {
  given an_email
  local mark
  dokku letsencrypt:set --global auto-issue >/dev/null
  new_app old old.example.test
  self_signed_pair old.example.test /run/own-old
  add_own old /run/own-old
  mark=$(pebble_mark)
  # No operator asked for letsencrypt: not by itself, however the pair ends.
  assert_runs at_time +31d world-cron letsencrypt/cron
  dokku letsencrypt:set --global auto-issue true >/dev/null
  assert_eq 0 "$(pebble_requests_since "$mark")" "requests to the CA"
  assert_runs dokku domains:add old more.old.example.test
  assert_eq 0 "$(pebble_requests_since "$mark")" "requests to the CA"
  assert_runs at_time +31d world-cron letsencrypt/cron
  replaced old old.example.test more.old.example.test
  assert_eq 1 "$(orders_since "$mark")" "orders"
}

our_own_removed_stays_away() {
  given removed_pair_is_replaced
  local mark app
  dokku letsencrypt:set --global auto-issue >/dev/null
  for app in shop blog; do
    mark=$(pebble_mark)
    assert_eq true "$(dokku letsencrypt:active "$app")" "active"
    assert_runs dokku certs:remove "$app"
    the_minute
    the_minute
    assert_runs at_time +1d world-cron letsencrypt/cron
    assert_eq 0 "$(pebble_requests_since "$mark")" "requests to the CA for $app"
    assert_eq false "$(dokku letsencrypt:active "$app")" "active"
    assert_eq off "$(summary_of "$app")" "summary"
    # Also not with the next domain or deploy, not even where all apps are issued.
    dokku letsencrypt:set --global auto-issue true >/dev/null
  done
  assert_runs dokku domains:add blog again.blog.example.test
  assert_contains "$err" " !     Please run dokku letsencrypt:enable" "stderr of domains:add"
  world-deploy blog >/dev/null 2>&1
  the_minute
  assert_eq 0 "$(pebble_requests_since "$mark")" "requests to the CA"
  assert_runs dokku letsencrypt:enable blog
  tls_verify again.blog.example.test
}

typed_enable_replaces() {
  given enabled_app shop
  local kept
  self_signed_pair shop.example.test /run/own-shop
  add_own shop /run/own-shop
  assert_runs dokku letsencrypt:enable shop
  assert_contains "$err" "was not issued by letsencrypt; it is replaced." "stderr"
  replaced shop shop.example.test
  kept=("$DOKKU_ROOT"/shop/letsencrypt/replaced-*)
  assert_eq 1 "${#kept[@]}" "folders kept"
  assert_mode 700 "${kept[0]}"
  assert_mode 600 "${kept[0]}/server.key"
  cmp /run/own-shop.crt "${kept[0]}/server.crt"
  cmp /run/own-shop.key "${kept[0]}/server.key"
  # The way back is the one that was told.
  assert_runs dokku certs:add shop "${kept[0]}/server.crt" "${kept[0]}/server.key"
  name_has shop shop.example.test not-used custom-certificate
}

scenario "an own certificate that comes after enable is left alone" own_pair_after_enable
scenario "so is that of an app that was never enabled" own_pair_where_all_are_issued
scenario "once removed, ours takes its place within a minute" removed_pair_is_replaced
scenario "once expired as well" expired_pair_is_replaced
scenario "the scheduled run replaces one that has expired, and nginx shows ours" expired_pair_is_replaced_by_the_scheduled_run
scenario "a pair that was there before anyone asked for letsencrypt" known_by_the_first_run
scenario "ours, removed by a person, does not come back by itself" our_own_removed_stays_away
scenario "a typed enable replaces an own certificate and keeps it" typed_enable_replaces
