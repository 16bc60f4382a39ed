#!/usr/bin/env bash
# `cleanup` and `cron-job`, renamed and cloned apps, and what `install` moves over from old versions.
# shellcheck source-path=SCRIPTDIR
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

certs=$DOKKU_ROOT/shop/letsencrypt/certs

cleanup() {
  local old current
  given an_email
  new_app shop shop.example.test
  assert_exits 1 dokku letsencrypt:cleanup shop
  assert_lines "$err" " !     Cannot resolve the 'current' certificate directory!"
  dokku letsencrypt:enable shop >/dev/null 2>&1
  old=$(basename "$(readlink "$certs/current")")
  dokku domains:add shop www.example.test >/dev/null 2>&1
  dokku letsencrypt:enable shop >/dev/null 2>&1
  current=$(basename "$(readlink "$certs/current")")
  assert_ne "$old" "$current" "folder"
  assert_runs dokku letsencrypt:cleanup shop
  assert_eq "=====> Cleaning up stale certificate directories for shop
----->   - current config hash $current
----->   - stale directory $old" "$out" "stdout"
  assert_absent "$certs/$old"
  assert_file "$certs/$current/fullchain.pem"
  assert_eq true "$(dokku letsencrypt:active shop)" "active"
  assert_runs dokku --app shop letsencrypt:cleanup
  assert_not_contains "$out" "stale directory " "second run"
  assert_exits 20 dokku letsencrypt:cleanup nosuch
}

crontab_of_dokku() { crontab -l -u "$DOKKU_SYSTEM_USER" 2>/dev/null || true; }

cron_job() {
  given cleanup
  assert_runs dokku letsencrypt:cron-job
  assert_eq "=====> Auto-renew cron job is enabled
       Run 'dokku letsencrypt:cron-job --remove' to disable." "$out" "after install"
  assert_eq true "$(dokku letsencrypt:report shop --letsencrypt-autorenew)" "report"
  assert_contains "$(crontab_of_dokku)" " dokku letsencrypt:auto-renew --scheduled --timestamps &>> /var/log/dokku/letsencrypt.log" "crontab"
  assert_runs dokku letsencrypt:cron-job --remove
  assert_eq "-----> Removed cron job from dokku's crontab.
       The retry job is off as well: names that wait, and what failed, are not tried again." "$out" "--remove"
  assert_not_contains "$(crontab_of_dokku)" letsencrypt "crontab"
  assert_runs dokku letsencrypt:cron-job --remove
  assert_runs dokku letsencrypt:cron-job
  assert_eq "=====> Auto-renew cron job is not enabled
       Run 'dokku letsencrypt:cron-job --add' to enable." "$out" "after --remove"
  # Off for good: no install or update of any plugin switches it on again.
  dokku plugin:install >/dev/null 2>&1
  assert_not_contains "$(crontab_of_dokku)" letsencrypt "crontab after install"
  assert_runs dokku letsencrypt:cron-job --add
  assert_eq "-----> Added cron job to dokku's crontab." "$out" "--add"
  assert_runs dokku letsencrypt:cron-job --add
  assert_eq 1 "$(crontab_of_dokku | grep -c 'letsencrypt:auto-renew')" "lines"
  assert_exits 1 dokku letsencrypt:cron-job --what
  assert_eq " !     Invalid flag '--what', specify --add, --remove, or no flag to display status." "$err" "stderr"
}

# A crontab that an operator removed, or wrote anew, comes back with the next install of any plugin.
lost_crontab() {
  local before
  before=$(crontab_of_dokku)
  assert_contains "$before" "letsencrypt:auto-renew --scheduled" "crontab"
  crontab -r -u "$DOKKU_SYSTEM_USER"
  assert_eq "" "$(crontab_of_dokku)" "crontab"
  assert_runs dokku plugin:install
  assert_eq "$before" "$(crontab_of_dokku)" "crontab after plugin:install"
  echo "@daily /bin/true" | crontab -u "$DOKKU_SYSTEM_USER" -
  assert_runs "$PLUGIN_AVAILABLE_PATH/letsencrypt/update" letsencrypt
  assert_eq "$before" "$(crontab_of_dokku)" "crontab after update"
  mark=$(trigger_mark)
  assert_runs dokku plugin:install
  assert_not_contains "$(triggers_since "$mark")" scheduler-cron-write "triggers with all lines there"
}

# What cron runs, in cron's environment.
scheduled_run() {
  given cleanup
  dokku letsencrypt:set shop graceperiod $((80 * 86400)) >/dev/null
  rm -f /var/log/dokku/letsencrypt.log
  world-cron auto-renew
  wait_until 10 grep -q 'Finished auto-renewal' /var/log/dokku/letsencrypt.log
  assert_contains "$(</var/log/dokku/letsencrypt.log)" "shop still has" "log"
  assert_eq "" "$(grep -vE '^20[0-9]{2}-[0-9-]{5}T[0-9:]{8}Z ' /var/log/dokku/letsencrypt.log || true)" "lines without a time"
  dokku letsencrypt:set shop graceperiod >/dev/null
}

rename() {
  given cleanup
  local fingerprint mark
  dokku letsencrypt:set shop lego-args --pem >/dev/null
  dokku letsencrypt:set shop auto-issue false >/dev/null
  fingerprint=$(served_fingerprint shop.example.test)
  assert_runs dokku apps:rename shop store
  assert_eq "--pem" "$(dokku letsencrypt:report store --letsencrypt-lego-args)" "property"
  assert_absent "$DOKKU_ROOT/store/letsencrypt"
  assert_absent "$(state_file shop)"
  assert_eq true "$(jq .enabled "$(state_file store)")" "enabled"
  assert_eq "$fingerprint" "$(served_fingerprint shop.example.test)" "served"
  assert_no_route store
  # Its first order under the new name, or no renewal would ever find it; auto-issue is about new names.
  mark=$(pebble_mark)
  the_minute
  assert_eq 1 "$(orders_since "$mark")" "orders"
  assert_eq true "$(dokku letsencrypt:active store)" "active"
  assert_ne "$fingerprint" "$(served_fingerprint shop.example.test)" "served"
  the_minute
  assert_eq 1 "$(orders_since "$mark")" "orders after the next minute"
  assert_contains "$(dokku letsencrypt:list)" store "list"
  assert_runs dokku letsencrypt:enable store
  assert_contains "$out" "-----> Certificate is still valid for store" "enable"
  dokku letsencrypt:set store auto-issue >/dev/null
}

clone() {
  given rename
  assert_runs dokku apps:clone store copy
  assert_eq "--pem" "$(dokku letsencrypt:report copy --letsencrypt-lego-args)" "property"
  assert_absent "$DOKKU_ROOT/copy/letsencrypt"
  assert_absent "$DOKKU_ROOT/copy/tls"
  assert_absent "$(state_file copy)"
  assert_eq false "$(dokku letsencrypt:active copy)" "active"
  assert_eq true "$(dokku letsencrypt:active store)" "the original"
  assert_sound store
}

migrations() {
  given rename
  local folder=$DOKKU_LIB_ROOT/config
  dokku config:set --no-restart store DOKKU_LETSENCRYPT_EMAIL=old@example.test DOKKU_LETSENCRYPT_GRACEPERIOD=1000 >/dev/null 2>&1
  printf %s --dns.disable-cp >"$folder/letsencrypt/store/lego-docker-args"
  mkdir -p "$DOKKU_LIB_ROOT/data/letsencrypt/gone" && chmod 0700 "$DOKKU_LIB_ROOT/data/letsencrypt/gone"
  chmod 0755 "$(global_folder)/accounts"
  : >"$DOKKU_LIB_ROOT/data/letsencrypt/autorenew"
  assert_runs dokku plugin:install
  assert_lines "$out" "-----> Migrating deprecated DOKKU_LETSENCRYPT_EMAIL to letsencrypt email property for store." \
    "-----> Migrating deprecated DOKKU_LETSENCRYPT_GRACEPERIOD to letsencrypt graceperiod property for store." \
    "-----> Migrating deprecated lego-docker-args property to lego-args for store."
  assert_eq old@example.test "$(dokku letsencrypt:report store --letsencrypt-email)" "email"
  assert_eq --dns.disable-cp "$(dokku letsencrypt:report store --letsencrypt-lego-args)" "lego-args"
  assert_eq "" "$(dokku config:get store DOKKU_LETSENCRYPT_EMAIL || true)" "variable"
  assert_absent "$folder/letsencrypt/store/lego-docker-args"
  assert_absent "$DOKKU_LIB_ROOT/data/letsencrypt/autorenew"
  assert_mode 755 "$DOKKU_LIB_ROOT/data/letsencrypt/gone"
  assert_mode 700 "$(global_folder)/accounts"
  assert_eq "$DOKKU_SYSTEM_USER" "$(stat -c %U "$DOKKU_LIB_ROOT/data/letsencrypt/gone")" "owner"
  assert_runs dokku plugin:install
  assert_not_contains "$out" "Migrating" "second install"
}

scenario "cleanup keeps what is current" cleanup
scenario "the scheduled run is switched on and off for good, by Dokku's own trigger" cron_job
scenario "a crontab that was lost is written anew" lost_crontab
scenario "cron's run works in cron's environment" scheduled_run
scenario "a renamed app takes properties and certificate along" rename
scenario "a clone has the properties and no certificate" clone
scenario "variables and properties of old versions are moved, modes are put right" migrations
