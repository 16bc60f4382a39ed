#!/usr/bin/env bash
# world: --no-plugin
# The plugin as a Debian package, beside a dummy package `dokku`; dpkg works on a layer of its own.
# shellcheck source-path=SCRIPTDIR
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
source "$(dirname "${BASH_SOURCE[0]}")/install.sh"

export DEBIAN_FRONTEND=noninteractive
aside=/var/lib/dokku/replaced-plugins

use_own_dpkg() {
  layer_over /var/lib
  layer_over /usr/share/doc
  mkdir -p /var/lib/dokku
  mount --bind "$DOKKU_LIB_ROOT" /var/lib/dokku
  mkdir -p "$WORLD/dummy/DEBIAN"
  printf 'Package: dokku\nVersion: 0.38.27\nArchitecture: all\nMaintainer: nobody <nobody@example.test>\nDescription: dummy\n' \
    >"$WORLD/dummy/DEBIAN/control"
  dpkg-deb --root-owner-group --build "$WORLD/dummy" "$WORLD/dokku.deb" >/dev/null
}

needs_dokku() {
  assert_eq dokku "$(dpkg-deb -f "$package" Depends | cut -d, -f1)" "first dependency"
  assert_contains "$(dpkg-deb -f "$package" Depends)" "libcurl4" "dependencies"
  assert_exits 1 dpkg --install "$package"
  assert_contains "$err" "depends on dokku"
  dpkg --purge dokku-letsencrypt >/dev/null 2>&1
  assert_absent "$available"
}

over_the_official_plugin() {
  local kept
  install_official_plugin "$WORLD/official"
  assert_runs dpkg --install "$WORLD/dokku.deb" "$package"
  kept=$(echo "$aside"/letsencrypt-*)
  assert_contains "$err" "the plugin that was here before is now in $kept"
  assert_file "$kept/subcommands/list"
  assert_not_contains "$kept" "/plugins/"
  assert_file "$available/libexec/setup"
  assert_eq "$available" "$(readlink "$PLUGIN_ENABLED_PATH/letsencrypt")" "link of the enabled plugin"
  assert_set_up
  new_app shop shop.example.test
  assert_runs dokku letsencrypt:enable shop
  tls_verify shop.example.test
}

installed_again() {
  given over_the_official_plugin
  local before
  provide_auto_renew
  assert_at_least 1 "$(our_cron_lines)" "lines in the crontab"
  before=$(cd "$available" && find . -type f -exec sha256sum {} + | sort)
  assert_runs dpkg --install "$package"
  assert_not_contains "$err" " !     " "stderr"
  assert_eq "$before" "$(cd "$available" && find . -type f -exec sha256sum {} + | sort)" "files"
  assert_eq 1 "$(ls -d "$aside"/letsencrypt-* | wc -l)" "folders moved aside"
  assert_set_up
  assert_at_least 1 "$(our_cron_lines)" "lines in the crontab"
}

switched_off_stays_off() {
  given over_the_official_plugin
  assert_runs dokku plugin:disable letsencrypt
  assert_runs dpkg --install "$package"
  assert_absent "$PLUGIN_ENABLED_PATH/letsencrypt"
  assert_runs dokku plugin:enable letsencrypt
  assert_runs dokku plugin:install
  assert_set_up
}

removed_and_back() {
  given over_the_official_plugin
  local kept
  provide_auto_renew
  kept=$(kept_files)
  assert_runs dpkg --remove dokku-letsencrypt
  assert_contains "$out" "-----> Removing letsencrypt from nginx and from the crontab"
  # The story's own stand-in for a command would keep the folder.
  rm -rf "$available"
  assert_absent "$PLUGIN_ENABLED_PATH/letsencrypt"
  assert_absent /etc/nginx/conf.d/letsencrypt.conf
  assert_eq 0 "$(our_cron_lines)" "lines in the crontab"
  assert_eq "$kept" "$(kept_files)" "certificates, accounts, properties"
  tls_verify shop.example.test
  assert_runs dokku plugin:install
  assert_runs dpkg --install "$package"
  assert_set_up
  assert_eq "$available" "$(readlink "$PLUGIN_ENABLED_PATH/letsencrypt")" "link of the enabled plugin"
  assert_runs dokku letsencrypt:active shop
  assert_eq true "$out"
}
kept_files() { find "$DOKKU_ROOT" "$DOKKU_LIB_ROOT/config/letsencrypt" "$DOKKU_LIB_ROOT/data/letsencrypt/--global/accounts" -type f -exec sha256sum {} + | sort; }

removed_after_uninstall() {
  given over_the_official_plugin
  assert_runs dokku plugin:uninstall letsencrypt
  assert_absent "$available"
  assert_runs dpkg --purge dokku-letsencrypt
  assert_runs dpkg --purge dokku-letsencrypt
  assert_eq "" "$(dpkg --audit)" "dpkg --audit"
  dpkg --purge dokku >/dev/null
}

make_packages
use_own_dpkg
scenario "the package asks for dokku and for its libraries" needs_dokku
scenario "it takes the official plugin's place and keeps that one outside the plugins folder" over_the_official_plugin
scenario "installed again, it changes nothing" installed_again
scenario "a plugin that was switched off stays off through an upgrade" switched_off_stays_off
scenario "removed, it leaves nginx and the crontab, and finds all as it was when it comes back" removed_and_back
scenario "it can be purged after plugin:uninstall took its folder" removed_after_uninstall
