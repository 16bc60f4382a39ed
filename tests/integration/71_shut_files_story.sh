#!/usr/bin/env bash
# What a run has to write, or to read first, is shut: nothing is ordered in vain, the scheduled run
# ends with 1, and `status` says why at once. Opened again, all goes on by itself.
# shellcheck source-path=SCRIPTDIR
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

# assert_host OFFSET WORDS: a scheduled run orders nothing, and `status` names what is in the way.
assert_host() {
  local mark
  mark=$(pebble_mark)
  assert_exits 1 at_time "$1" dokku letsencrypt:auto-renew --scheduled
  assert_eq 0 "$(orders_since "$mark")" "orders while $2 is shut"
  assert_exits 1 at_time "$1" dokku letsencrypt:status shop --format json
  assert_eq host "$(jq -r '.names[0].cause' <<<"$out")" "cause while $2 is shut"
  assert_contains "$(jq -r '.names[0].reason' <<<"$out")" "$2" "reason"
}

# With nothing due, and when the renewal is.
shut_records() {
  given enabled_app shop
  local global file kept=/run/kept day
  global=$(global_folder)
  for day in +1d +80d; do
    mv "$global/state/due" $kept
    as_dokku mkdir -p "$global/state/due/a folder"
    assert_host $day "$global/state/due"
    rm -r "$global/state/due"
    mv $kept "$global/state/due"
  done
  for file in state locks/shop ledger.jsonl; do
    touch "$global/$file"
    chown root:root "$global/$file"
    chmod go=rX "$global/$file"
    assert_host +80d "$global/$file"
    chmod go= "$global/$file"
    chown "$DOKKU_SYSTEM_USER": "$global/$file"
  done
}

no_trust() {
  given enabled_app shop
  local named=$DOKKU_ROOT/.dokkurc/LEGO_CA_CERTIFICATES
  cp -p "$named" /run/named
  echo 'export LEGO_CA_CERTIFICATES=/nowhere/ca.pem' >"$named"
  assert_host +80d /nowhere/ca.pem
  cp -p /run/named "$named"
}

# A full disk takes new files, but nothing into them.
full_disk() {
  given enabled_app shop
  local global
  global=$(global_folder)
  mount_full "$DOKKU_ROOT/shop/letsencrypt"
  assert_host +80d "No space left on device"
  umount "$DOKKU_ROOT/shop/letsencrypt"

  new_app bare bare.example.test
  as_dokku touch "$(state_file bare)"
  mount_full "$global/state"
  for _ in 1 2; do
    assert_exits 1 at_time +1d dokku letsencrypt:auto-renew --scheduled
    assert_exits 1 at_time +1d dokku letsencrypt:status bare --format json
    assert_eq state-damaged "$(jq -r '.names[0].cause' <<<"$out")" "cause of bare"
  done
  umount "$global/state"
  as_dokku rm "$(state_file bare)"
}

# mount_full FOLDER: its content on a small disk without room.
mount_full() {
  cp -a "$1" /run/full
  mount -t tmpfs -o size=256k tmpfs "$1"
  cp -a /run/full/. "$1/"
  chown --reference=/run/full "$1"
  chmod --reference=/run/full "$1"
  rm -r /run/full
  as_dokku dd if=/dev/zero of="$1/.fill" bs=1k 2>/dev/null || true
}

opened_again() {
  given shut_records
  local before
  before=$(served_fingerprint shop.example.test)
  assert_runs at_time +80d dokku letsencrypt:auto-renew --scheduled
  assert_runs at_time +80d dokku letsencrypt:status shop
  assert_ne "$before" "$(served_fingerprint shop.example.test)" "certificate"
}

scenario "records and locks that cannot be written" shut_records
scenario "a file of CAs that is gone" no_trust
scenario "a full disk" full_disk
scenario "opened again, the renewal comes" opened_again
