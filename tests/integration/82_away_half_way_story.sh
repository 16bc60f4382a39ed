#!/usr/bin/env bash
# The plugin goes away while things are half done, Dokku renames and copies apps meanwhile, and it comes
# back: nginx loads at each moment, and what each app is to have holds.
# shellcheck source-path=SCRIPTDIR
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
source "$(dirname "${BASH_SOURCE[0]}")/install.sh"
source "$(dirname "${BASH_SOURCE[0]}")/deadly_hook.sh"

global=$(global_folder)
ours=$WORLD/ours

ours_comes() {
  rm -rf "$available"
  cp -r "$ours" "$available"
  ln -sfn "$available" "$PLUGIN_ENABLED_PATH/letsencrypt"
  assert_runs dokku plugin:install
}

goes_half_way() {
  given an_email
  cp -r "$available" "$ours"
  for app in rev off ren orig shut; do
    new_app "$app" "$app.example.test"
    assert_runs dokku letsencrypt:enable "$app"
  done
  assert_runs dokku letsencrypt:auto-renew --scheduled
  deadly_hook
  killed_by_hook dokku letsencrypt:revoke rev
  # A hook of ours puts the revoked pair back.
  assert_runs dokku proxy:build-config orig
  killed_by_hook dokku letsencrypt:disable off
  assert_absent "$DOKKU_ROOT/off/tls"
  assert_runs dokku plugin:uninstall letsencrypt
  for app in off rev; do
    assert_contains "$err" "The certificate of $app was being removed when that command was killed; it is still served. Remove it with: dokku certs:remove $app" "stderr"
  done
  nginx_loads
  assert_sound off
}

comes_back() {
  given goes_half_way
  assert_runs dokku proxy:build-config orig
  dokku apps:rename ren renamed >/dev/null 2>&1
  dokku apps:clone orig copy >/dev/null 2>&1
  chown root:root "$DOKKU_ROOT/shut"
  chmod 0700 "$DOKKU_ROOT/shut"
  sed -i 's/^20..-..-..T/2024-01-01T/' "$global/last-run"
  ours_comes
  chown "$DOKKU_SYSTEM_USER": "$DOKKU_ROOT/shut"
  chmod 0755 "$DOKKU_ROOT/shut"
  assert_contains "$out" "letsencrypt found ren renamed to renamed" "stdout"
  assert_not_contains "$out" "meanwhile" "stdout"
  assert_contains "$err" "shut: looking at $DOKKU_ROOT/shut/tls/server.crt: Permission denied" "stderr"
  nginx_loads
}

holds() {
  given comes_back
  at_time +5m world-cron letsencrypt/cron
  for app in off rev; do
    assert_absent "$DOKKU_ROOT/$app/tls"
    assert_absent "$global/state/removing/$app"
    assert_eq off "$(summary_of "$app")" "summary of $app"
  done
  assert_eq true "$(dokku letsencrypt:active renamed)" "renamed is active"
  assert_absent "$(state_file ren)"
  assert_eq false "$(dokku letsencrypt:active copy)" "copy is active"
  assert_eq off "$(summary_of copy)" "summary of copy"
  for offset in 0 30 89; do
    assert_runs at_time "+${offset}d" dokku letsencrypt:auto-renew --scheduled
    for app in orig renamed shut; do
      assert_runs at_time "+${offset}d" dokku letsencrypt:status "$app"
      assert_sound "$app"
    done
    tls_verify ren.example.test
    tls_verify shut.example.test
  done
  assert_absent "$DOKKU_ROOT/copy/letsencrypt/certs/current"
}

# The absence is over with the first `install` after it, whatever the last run says.
is_over() {
  given holds
  sed -i 's/^20..-..-..T/2024-01-01T/' "$global/last-run"
  assert_runs dokku plugin:uninstall letsencrypt
  ours_comes
  rm -r "$DOKKU_ROOT/shut/tls" "$DOKKU_ROOT/shut/letsencrypt"
  assert_runs dokku plugin:install
  assert_not_contains "$out" "switched off" "stdout"
  assert_eq true "$(jq .enabled "$(state_file shut)")" "enabled"
}

scenario "uninstall with removals that were cut short" goes_half_way
scenario "apps are renamed, copied and shut meanwhile" comes_back
scenario "what was to go goes, what was wanted stays" holds
scenario "an absence counts once" is_over
