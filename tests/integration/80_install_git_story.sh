#!/usr/bin/env bash
# world: --no-plugin
# begins first
# The plugin from a git repository: built once, for real, and kept by digest.
# shellcheck source-path=SCRIPTDIR
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
source "$(dirname "${BASH_SOURCE[0]}")/install.sh"

repository=$WORLD/dokku-letsencrypt

# Of other builds on this machine as well.
build_folders() { ls -d /tmp/tmp.*/build 2>/dev/null || true; }

built_and_set_up() {
  local started=$SECONDS folders
  folders=$(build_folders)
  make_repository "$repository"
  # The other stories that are told meanwhile look at how long things take.
  assert_runs nice dokku plugin:install "file://$repository" --name letsencrypt
  echo "# built and set up in $((SECONDS - started)) s"
  assert_lines "$out" "-----> Plugin letsencrypt enabled" "-----> letsencrypt: 10 %" "-----> letsencrypt: 50 %" \
    "-----> letsencrypt: 100 %"
  assert_matches "$out" "-----> letsencrypt: built in [0-9]+ s" "stdout"
  assert_not_contains "$err" "letsencrypt:" "stderr"
  assert_eq "" "$(git -C "$available" status --porcelain)" "git status"
  assert_set_up
  # What is built is what the release build of the checkout has.
  diff <(cd "$checkout/build/release/payload" && find . -type f -perm -u+x -printf '%P\n' | sort) \
    <(cd "$available" && { sed 1d .stamp; printf '%s\n' install uninstall update plugin/check-libraries; } | sort)
  assert_eq "$folders" "$(build_folders)" "what the build left"
}

gets_a_certificate() {
  given built_and_set_up
  given an_email
  new_app shop shop.example.test
  assert_runs dokku letsencrypt:enable shop
  tls_verify shop.example.test
}

# install_milliseconds: of our hook in the last `plugin:install`.
install_milliseconds() { awk -F '\t' '$5 == "letsencrypt" && $6 == "install" { ms = $3 } END { print ms }' "$WORLD_LOGS/hooks.log"; }

second_run_is_free() {
  given built_and_set_up
  local before best=100000 milliseconds _
  before=$(executables_now)
  find "$available" -name '*.cpp' -exec touch {} +
  for _ in 1 2 3 4 5; do
    assert_runs dokku plugin:install
    assert_not_contains "$out$err" "letsencrypt:" "output"
    milliseconds=$(install_milliseconds)
    ((milliseconds >= best)) || best=$milliseconds
  done
  assert_eq "$before" "$(executables_now)" "executables"
  echo "# second install: $best ms"
  assert_at_most 200 "$best" "milliseconds"
}

update_without_new_sources() {
  given built_and_set_up
  local before
  before=$(executables_now)
  echo "another line" >>"$repository/README.md"
  commit_all "$repository" "another line"
  assert_runs dokku plugin:update letsencrypt
  assert_eq "another line" "$(tail -n 1 "$available/README.md")" "README.md"
  assert_not_contains "$out$err" "building" "output"
  assert_eq "$before" "$(executables_now)" "executables"
  assert_eq "" "$(git -C "$available" status --porcelain)" "git status"
}

# fake_cmake SCRIPT: what `cmake --build` does; configuring works at once.
fake_cmake() {
  local folder=$WORLD/fake-cmake
  mkdir -p "$folder"
  # shellcheck disable=SC2016
  printf '#!/bin/bash\n[[ $1 == --build ]] || exit 0\n%s\n' "$1" >"$folder/cmake"
  chmod 0755 "$folder/cmake"
  echo "$folder:$PATH"
}

killed_build_keeps_the_old() {
  given gets_a_certificate
  local before path pid
  before=$(executables_now)
  echo "// changed" >>"$repository/src/base/text.cpp"
  commit_all "$repository" "a new source"
  git -C "$available" pull --quiet
  path=$(fake_cmake 'echo "[1/4] Building"; touch '"$WORLD/building"'; exec sleep 1000')
  for signal in TERM KILL; do
    rm -f "$WORLD/building"
    setsid env PATH="$path" "$available/install" >"$WORLD/aborted" 2>&1 &
    pid=$!
    wait_until 10 test -e "$WORLD/building"
    kill -s "$signal" -- "-$pid"
    { wait "$pid" || true; } 2>/dev/null
    assert_contains "$(<"$WORLD/aborted")" "-----> letsencrypt: 20 %"
    assert_eq "$before" "$(executables_now)" "executables after $signal"
    assert_absent "$available/.staged"
    assert_runs dokku letsencrypt:active shop
    assert_eq true "$out"
  done
}

failed_build_keeps_the_old() {
  given killed_build_keeps_the_old
  local before path
  before=$(executables_now)
  path=$(fake_cmake 'echo "[1/4] Building text.cpp"; echo "src/base/text.cpp:9: error: this is no C++"; exit 1')
  assert_runs env PATH="$path" dokku plugin:install
  assert_contains "$err" "src/base/text.cpp:9: error: this is no C++"
  assert_lines "$err" " !     letsencrypt: the build failed; its last lines are above." \
    " !     letsencrypt: the executables of before stay in place"
  assert_eq "$before" "$(executables_now)" "executables"
  assert_runs dokku letsencrypt:active shop
  assert_eq true "$out"
}

scenario "plugin:install of the repository builds it, shows progress and sets the host up" built_and_set_up
scenario "the plugin just built gets a certificate" gets_a_certificate
scenario "the next install builds nothing, whatever the files' times, and takes under 0.2 s" second_run_is_free
scenario "an update that changes no source pulls and builds nothing" update_without_new_sources
scenario "a build that is killed leaves the executables that work" killed_build_keeps_the_old
scenario "so does a build that fails, and it shows the compiler's words" failed_build_keeps_the_old
