#!/usr/bin/env bash
# world: --no-plugin
# A host where the plugin cannot be built, and a folder that was just put in place.
# shellcheck source-path=SCRIPTDIR
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
source "$(dirname "${BASH_SOURCE[0]}")/install.sh"

repository=$WORLD/dokku-letsencrypt
release=$("$checkout/plugin/release-name")

without_compiler() {
  local path mark
  make_repository "$repository"
  path=$(path_without g++ c++ cmake)
  mark=$(hook_mark)
  assert_runs env PATH="$path" dokku plugin:install "file://$repository" --name letsencrypt
  assert_lines "$err" " !     letsencrypt: cannot be built on this host yet." \
    " !     letsencrypt: Install what it needs: apt-get install g++ cmake" \
    " !     letsencrypt: Then run: dokku plugin:install" \
    " !     letsencrypt: not built, so nothing was set up (see the lines above)"
  assert_contains "$err" "letsencrypt-1.0.0-$release.tar.gz: dokku plugin:install <url of that file> --name letsencrypt"
  assert_contains "$(hooks_since "$mark")" $'plugin\tinstall' "hooks after ours"
  assert_eq "" "$(git -C "$available" status --porcelain)" "git status"
  assert_absent /etc/nginx/conf.d/letsencrypt.conf
  assert_exits 1 dokku letsencrypt:list
}

without_a_library() {
  given without_compiler
  layer_over /usr/include
  rm /usr/include/idn2.h
  assert_runs dokku plugin:install
  assert_lines "$err" " !     letsencrypt: cannot be built on this host yet." \
    " !     letsencrypt: Install what it needs: apt-get install libidn2-dev"
  umount --lazy /usr/include
}

other_plugin_installs() {
  given without_compiler
  local path
  make_other_plugin "$WORLD/other"
  path=$(path_without g++ c++ cmake)
  assert_runs env PATH="$path" dokku plugin:install "file://$WORLD/other" --name other
  assert_contains "$out" "other plugin set up"
  assert_contains "$err" "letsencrypt: cannot be built on this host yet."
  assert_runs env PATH="$path" dokku plugin:update other
  # Executables of another machine, or half of them: nothing of ours may stop Dokku.
  mkdir -p "$available/libexec"
  printf 'not an executable' >"$available/libexec/setup"
  chmod 0755 "$available/libexec/setup"
  assert_runs env PATH="$path" dokku plugin:install
  assert_contains "$out" "other plugin set up"
  assert_contains "$err" "its executables were made for another machine"
  rm "$available/libexec/setup"
}

removed_unbuilt() {
  given without_compiler
  assert_runs dokku plugin:uninstall letsencrypt
  assert_contains "$out" "-----> Plugin letsencrypt uninstalled"
  assert_absent "$available"
}

swapped_directory() {
  local warning=" !     letsencrypt is not set up on this host: its install hook never ran. Run: sudo dokku plugin:install"
  install_official_plugin "$WORLD/official"
  rm -r "$available"
  cp -r "$checkout/build/release/payload" "$available"
  new_app shop shop.example.test
  assert_runs dokku letsencrypt:report shop
  assert_eq "$warning" "$err"
  assert_contains "$out" "you@example.test" "report"
  assert_runs dokku letsencrypt:enable shop
  assert_eq 1 "$(grep -cF "$warning" <<<"$err")" "warnings"
  tls_verify shop.example.test
  assert_runs dokku letsencrypt:list --help
  assert_eq "" "$err" "stderr of --help"
  assert_runs dokku plugin:install
  assert_set_up
  assert_mode 755 "$data/gone"
  assert_runs dokku letsencrypt:enable shop
  assert_eq "" "$err"
}

# Made for a newer system or another machine: a hook that cannot be loaded would stop every deploy.
wrong_machine() {
  given swapped_directory
  local file
  cp -r "$available" "$WORLD/right"
  while IFS= read -r file; do printf 'no program of this machine' >"$file"; done < <(
    find "$available" -type f -perm -u+x ! -path '*/plugin/*' ! -name install ! -name update ! -name uninstall)
  assert_runs dokku plugin:install
  assert_contains "$err" "its executables were made for another machine"
  assert_contains "$err" "its hooks are switched off until then"
  assert_runs dokku domains:add shop www.example.test
  assert_runs dokku proxy:build-config shop
  assert_runs dokku apps:create other
  assert_runs dokku apps:destroy other --force
  assert_eq "" "$(find "$available" -name commands)" "files that dokku help would run"
  assert_runs dokku help
}

# As after an upgrade of the system: the same files can run now, hooks that lie aside among them.
right_machine_again() {
  given wrong_machine
  local file
  for file in "$available"/libexec/unusable/*.off; do
    cp "$WORLD/right/$(basename "$file" .off)" "$file"
  done
  # An earlier version left them under their own names.
  mv "$available/libexec/unusable/commands.off" "$available/libexec/unusable/commands"
  cp "$WORLD/right/libexec/"* "$available/libexec/" 2>/dev/null || true
  cp "$WORLD/right/subcommands/"* "$available/subcommands/"
  assert_runs dokku plugin:install
  assert_contains "$out" "-----> letsencrypt: its hooks are switched on again"
  assert_absent "$available/libexec/unusable"
  assert_eq "$(cd "$WORLD/right" && find . -type f | sort)" "$(cd "$available" && find . -type f | sort)" "files"
  assert_set_up
  assert_runs dokku domains:add shop back.example.test
}

scenario "without a compiler the packages and the prebuilt file are named, and later hooks run" without_compiler
scenario "without a library its package is named" without_a_library
scenario "another plugin installs and updates while ours is broken" other_plugin_installs
scenario "a plugin that was never built can be removed" removed_unbuilt
scenario "a folder just put in place works, and says that install never ran" swapped_directory
scenario "executables of another machine stop nobody" wrong_machine
scenario "hooks that were switched off come back once they can run" right_machine_again
