#!/usr/bin/env bash
# The official plugin takes over, and ours comes back: what was done meanwhile holds, and no app loses
# HTTPS, whatever Dokku does with it next.
# shellcheck source-path=SCRIPTDIR
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
source "$(dirname "${BASH_SOURCE[0]}")/install.sh"
source "$(dirname "${BASH_SOURCE[0]}")/official.sh"

global=$(global_folder)
ours=$WORLD/ours

# Commands of the official plugin are played by official.sh; its folder only has to be in our place.
official_comes() {
  mkdir -p "$available"
  printf '[plugin]\ndescription = "official"\nversion = "0.25.1"\n[plugin.config]\n' >"$available/plugin.toml"
  ln -sfn "$available" "$PLUGIN_ENABLED_PATH/letsencrypt"
}
ours_comes() {
  rm -rf "$available"
  cp -r "$ours" "$available"
  ln -sfn "$available" "$PLUGIN_ENABLED_PATH/letsencrypt"
  assert_runs "$@" dokku plugin:install
  assert_eq "" "$err" "stderr of install"
}

recorded() {
  local fingerprint
  fingerprint=$(installed_certificate "$1" -outform DER | sha256sum | cut -d' ' -f1)
  grep -q "$fingerprint" "$global/state/issued.jsonl"
}
# in_use APP NAME: with HTTPS and for everybody to see.
in_use() {
  tls_verify "$2"
  assert_name "$1" "$2" in-use
}
all_cron_lines() { world-cron letsencrypt >/dev/null 2>&1 || true; }

official_after_ours() {
  given an_email
  cp -r "$available" "$ours"
  for app in shop blog own; do
    new_app "$app" "$app.example.test"
    assert_runs dokku letsencrypt:enable "$app"
  done
  new_app late late.example.test
  assert_runs dokku plugin:uninstall letsencrypt
  assert_lines "$out" "       Certificates stay and are served, but nobody renews them:" \
    "       With the official plugin in our place, switch its renewals on: dokku letsencrypt:cron-job --add"
  assert_matches "$(<"$global/absent-since")" '^20[0-9-]{8}T[0-9:]{8}Z$' "absent-since"
  official_comes
  tls_verify shop.example.test
}

meanwhile() {
  given official_after_ours
  local before
  before=$(served_fingerprint shop.example.test)
  official_enable shop shop.example.test
  assert_ne "$before" "$(served_fingerprint shop.example.test)" "certificate of shop"
  official_enable late late.example.test
  official_disable blog
  self_signed_pair own.example.test "$WORLD/own"
  assert_runs dokku certs:add own "$WORLD/own.crt" "$WORLD/own.key"
}

ours_after_official() {
  given meanwhile
  local requests
  requests=$(pebble_mark)
  ours_comes env
  assert_lines "$out" "-----> letsencrypt was switched off for blog meanwhile. To get a certificate again: dokku letsencrypt:enable blog"
  assert_not_contains "$out" "for shop meanwhile" "stdout"
  assert_absent "$global/absent-since"
  assert_eq 0 "$(pebble_requests_since "$requests")" "requests to the CA"
  recorded shop
  recorded late
  ! recorded own
  in_use shop shop.example.test
  in_use late late.example.test
  assert_eq not-used "$(summary_of own)" "summary of own"
  assert_eq off "$(summary_of blog)" "summary of blog"
  # Once more: nothing is said, recorded or switched off again.
  requests=$(wc -l <"$global/state/issued.jsonl")
  assert_runs dokku plugin:install
  assert_not_contains "$out" "meanwhile" "stdout"
  assert_eq "$requests" "$(wc -l <"$global/state/issued.jsonl")" "records"
}

# Right after: no run of ours has seen the app yet.
renamed_after_take_over() {
  given ours_after_official
  local mark
  assert_runs dokku apps:rename late later
  tls_verify late.example.test
  in_use later late.example.test
  mark=$(pebble_mark)
  the_minute
  assert_eq 1 "$(orders_since "$mark")" "orders"
  in_use later late.example.test
  assert_eq true "$(dokku letsencrypt:active later)" "active"
}

renamed_after_official_renewal() {
  given ours_after_official
  rm -r "$available"
  official_comes
  official_enable shop shop.example.test
  ours_comes env
  assert_runs dokku apps:rename shop store
  in_use store shop.example.test
  the_minute
  in_use store shop.example.test
  assert_eq true "$(dokku letsencrypt:active store)" "active"
}

# Swapped without `uninstall`: that no scheduled run came tells as much.
swapped_folder() {
  given renamed_after_official_renewal
  assert_runs dokku letsencrypt:auto-renew --scheduled
  rm -r "$available"
  official_comes
  official_disable store
  ours_comes at_time +40h
  assert_lines "$out" "-----> letsencrypt was switched off for store meanwhile. To get a certificate again: dokku letsencrypt:enable store"
  for offset in 0 1 30 89; do
    at_time "+${offset}d" all_cron_lines
    assert_absent "$DOKKU_ROOT/store/tls"
    assert_eq off "$(at_time "+${offset}d" summary_of store)" "summary at +$offset days"
    assert_runs at_time "+${offset}d" dokku letsencrypt:status store
  done
  assert_runs dokku letsencrypt:enable store
  in_use store shop.example.test
}

# Without an absence the same is damage, and no operator's wish.
no_absence() {
  given renamed_after_official_renewal
  assert_runs dokku letsencrypt:auto-renew --scheduled
  mkdir -p "$WORLD/store"
  mv "$DOKKU_ROOT/store/tls" "$DOKKU_ROOT/store/letsencrypt" "$WORLD/store/"
  assert_runs dokku plugin:install
  mv "$WORLD/store/"* "$DOKKU_ROOT/store/"
  assert_not_contains "$out" "switched off for store" "stdout"
  assert_eq true "$(jq .enabled "$(state_file store)")" "enabled"
  in_use store shop.example.test
}

# Each of these lost HTTPS for good: it had no certificate store, and its certificate was in no record. While
# that is good its store is made again from it; then it is renewed.
whenever_it_is_looked_at() {
  given ours_after_official
  local day fingerprint
  rm -r "$available"
  official_comes
  for day in 0 1 30 89; do
    new_app "of$day" "of$day.example.test"
    official_enable "of$day" "of$day.example.test"
  done
  ours_comes env
  for day in 0 1 30 89; do
    assert_runs dokku apps:rename "of$day" "our$day"
    fingerprint=$(served_fingerprint "of$day.example.test")
    at_time "+${day}d" all_cron_lines
    assert_eq true "$(dokku letsencrypt:active "our$day")" "active at +$day days"
    ((day < 89)) || assert_ne "$fingerprint" "$(served_fingerprint "of$day.example.test")" "certificate at +$day days"
    at_time "+${day}d" name_has "our$day" "of$day.example.test" in-use || fail "at +$day days: $(at_time "+${day}d" status_json "our$day")"
    assert_runs at_time "+${day}d" dokku letsencrypt:status "our$day"
  done
}

scenario "uninstall says that nobody renews now, and what to type" official_after_ours
scenario "meanwhile the official plugin renews, enables and disables" meanwhile
scenario "back again, its certificates are ours, and what it switched off stays off" ours_after_official
scenario "a rename right after the take-over keeps HTTPS" renamed_after_take_over
scenario "so does one after the official plugin has renewed" renamed_after_official_renewal
scenario "a swapped folder counts as an absence, and what is off stays off" swapped_folder
scenario "without an absence missing files are no wish" no_absence
scenario "an app that was taken over and renamed is served at +0, +1, +30 and +89 days" whenever_it_is_looked_at
