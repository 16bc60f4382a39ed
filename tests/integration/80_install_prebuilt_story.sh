#!/usr/bin/env bash
# world: --no-plugin
# The plugin from the prebuilt .tar.gz.
# shellcheck source-path=SCRIPTDIR
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
source "$(dirname "${BASH_SOURCE[0]}")/install.sh"

one_top_folder() {
  assert_matches "${tarball##*/}" '^letsencrypt-[0-9.]+-[a-z]+[0-9.]*-[a-z0-9]+\.tar\.gz$' "name"
  assert_eq letsencrypt "$(tar tzf "$tarball" | cut -d/ -f1 | sort -u)" "top folders"
  assert_eq "" "$(tar tzf "$tarball" | grep -E 'CMakeLists|\.cpp$|/debian/' || true)" "sources"
  # The same sources give the same file.
  "$checkout/scripts/package" --build "$checkout/build/release" --output "$WORLD/again" >/dev/null
  cmp "$tarball" "$WORLD/again/${tarball##*/}"
}

over_the_official_plugin() {
  local account
  install_official_plugin "$WORLD/official"
  account=$(find "$data/--global/accounts" -type f -exec sha256sum {} +)
  assert_exits 1 dokku plugin:install "file://$tarball" --name letsencrypt
  assert_eq "official list" "$(dokku letsencrypt:list)" "the plugin in place"
  assert_runs dokku plugin:uninstall letsencrypt
  assert_runs dokku plugin:install "file://$tarball" --name letsencrypt
  assert_not_contains "$out$err" "letsencrypt:" "output"
  assert_set_up
  assert_mode 755 "$data/gone"
  assert_eq "$account" "$(find "$data/--global/accounts" -type f -exec sha256sum {} +)" "account"
  new_app shop shop.example.test
  assert_runs dokku letsencrypt:enable shop
  tls_verify shop.example.test
}

second_install() {
  given over_the_official_plugin
  local before
  before=$(executables_now)
  assert_runs dokku plugin:install
  assert_not_contains "$out$err" "letsencrypt:" "output"
  assert_runs dokku plugin:update letsencrypt
  assert_contains "$out" "Plugin (letsencrypt) not managed by git"
  assert_eq "$before" "$(executables_now)" "executables"
}

missing_library() {
  given over_the_official_plugin
  local library package
  library=$(ldd "$available/subcommands/enable" | sed -n 's/.*libidn2.so.0 => \([^ ]*\).*/\1/p')
  layer_over "${library%/*}"
  rm -f "${library%/*}"/libidn2.so.0*
  assert_runs "$available/install"
  assert_lines "$err" " !     letsencrypt: certificates cannot be ordered yet, since libraries are missing." \
    " !     letsencrypt: Install them: apt-get install libidn2-0"
  # What needs none of them works on.
  assert_runs dokku letsencrypt:list
  assert_contains "$out" shop
  umount --lazy "${library%/*}"
  assert_runs "$available/install"
  assert_eq "" "$err"
}

make_packages
scenario "the archive holds one folder and no sources, and is made alike twice" one_top_folder
scenario "it takes the official plugin's place, and what that left is used" over_the_official_plugin
scenario "further installs and updates of any plugin change nothing" second_install
scenario "a library that the host lacks is named by its package" missing_library
