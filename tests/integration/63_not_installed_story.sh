#!/usr/bin/env bash
# The CA has issued, and the host cannot do its part: the disk is full, or nginx takes no configuration.
# What is served stays, and the next run needs no second order.
# shellcheck source-path=SCRIPTDIR
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

files=$DOKKU_ROOT/shop/letsencrypt

# A file system of its own for the app's certificates, with what lies there, and no byte left.
fill_the_disk() {
  local copy=$WORLD/copy
  cp -a "$files" "$copy"
  mount -t tmpfs -o size=256k story "$files"
  cp -a "$copy/." "$files"
  dd if=/dev/zero of="$files/fill" bs=4k 2>/dev/null || true
  [[ $(df --output=avail "$files" | tail -n 1 | tr -d ' ') == 0 ]] || fail "the disk is not full: $(df "$files")"
}

certificates_now() { find "$files/certs" "$DOKKU_ROOT/shop/tls" -type f -exec sha256sum {} + | sort; }

full_disk() {
  given enabled_app shop
  local served before
  fill_the_disk
  served=$(served_fingerprint shop.example.test) before=$(certificates_now)
  mark=$(pebble_mark)
  assert_exits 1 dokku letsencrypt:enable shop --force
  assert_contains "$out$err" "No space left on device" "output"
  assert_contains "$out$err" "$files/certs/" "output"
  assert_sound shop
  assert_eq "$served" "$(served_fingerprint shop.example.test)" "served certificate"
  tls_verify shop.example.test
  assert_eq "$before" "$(certificates_now)" "certificates"
  assert_eq true "$(dokku letsencrypt:active shop)" "active"
  assert_no_route shop
}

space_again() {
  given full_disk
  local served
  served=$(served_fingerprint shop.example.test)
  rm "$files/fill"
  assert_runs dokku letsencrypt:enable shop --force
  assert_contains "$out" "-----> Done" "stdout"
  assert_ne "$served" "$(served_fingerprint shop.example.test)" "served certificate"
  tls_verify shop.example.test
  assert_sound shop
  assert_eq null "$(jq .order "$(state_file shop)")" "journal"
  assert_eq "" "$(find "$files" "$DOKKU_ROOT/shop/tls" -name '.*.tmp')" "leftovers"
  cp -a "$files" "$WORLD/grown"
  umount "$files"
  cp -a "$WORLD/grown/." "$files"
}

# Another plugin, whose hook writes what nginx does not take when a certificate has changed.
add_spoiler() {
  local plugin=$PLUGIN_AVAILABLE_PATH/spoiler
  mkdir -p "$plugin"
  printf '[plugin]\ndescription = "spoiler"\nversion = "1"\n[plugin.config]\n' >"$plugin/plugin.toml"
  printf '#!/bin/sh\necho "nonsense;" >%s\n' "$spoiled" >"$plugin/post-certs-update"
  chmod 0755 "$plugin/post-certs-update"
  ln -s "$plugin" "$PLUGIN_ENABLED_PATH/spoiler"
}
spoiled=$DOKKU_ROOT/shop/nginx.conf.d/spoiled.conf

not_loaded() {
  given enabled_app shop
  local served
  add_spoiler
  as_dokku mkdir -p "${spoiled%/*}"
  served=$(served_fingerprint shop.example.test)
  assert_runs dokku letsencrypt:enable shop --force
  assert_file "$spoiled"
  assert_name shop shop.example.test installed not-served
  assert_exits 1 dokku letsencrypt:status shop
  assert_eq "$served" "$(served_fingerprint shop.example.test)" "served certificate"
  # As long as nginx takes nothing, it stays so, and costs no order.
  mark=$(pebble_mark)
  cron_when_due shop || true
  assert_name shop shop.example.test installed not-served
  assert_eq 0 "$(orders_since "$mark")" "orders"
}

loaded_by_itself() {
  given not_loaded
  local mark installed
  rm -r "$spoiled" "$PLUGIN_ENABLED_PATH/spoiler" "$PLUGIN_AVAILABLE_PATH/spoiler"
  installed=$(fingerprint_of shop)
  assert_ne "$installed" "$(served_fingerprint shop.example.test)" "served certificate"
  mark=$(pebble_mark)
  cron_when_due shop || true
  assert_eq "$installed" "$(served_fingerprint shop.example.test)" "served certificate"
  assert_name shop shop.example.test in-use
  assert_runs dokku letsencrypt:status shop
  assert_eq 0 "$(orders_since "$mark")" "orders"
  tls_verify shop.example.test
}

scenario "a full disk: the order fails, and what is served stays" full_disk
scenario "with space again, the next enable works" space_again
scenario "a certificate that nginx does not load is told of" not_loaded
scenario "once nginx is mended, the retry job has it served without an order" loaded_by_itself
