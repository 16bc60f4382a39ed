# What the stories about installing share. Sourced after lib.sh, inside a world.
# shellcheck shell=bash disable=SC2154,SC2164

available=$PLUGIN_AVAILABLE_PATH/letsencrypt
# git and dpkg write below the home folder of root; the machine's own is not for them.
export HOME=$WORLD/root-home
mkdir -p "$HOME"
git config --global user.email story@example.test
git config --global user.name story
git config --global init.defaultBranch master
git config --global advice.detachedHead false
git config --global --add safe.directory '*'

# make_repository FOLDER: the checkout as it is now, committed or not, as a git repository.
make_repository() {
  mkdir -p "$1"
  (
    cd "$checkout"
    if ! git ls-files -z --cached --others --exclude-standard >"$1.files" 2>/dev/null; then
      find . \( -path ./build -o -path ./dist -o -path ./.git \) -prune -o -type f -print0 -o -type l -print0 >"$1.files"
    fi
    tar --null --verbatim-files-from --ignore-failed-read -T "$1.files" -cf - 2>/dev/null
  ) | tar xf - -C "$1"
  commit_all "$1" "all of it"
}

commit_all() {
  [[ -d $1/.git ]] || git -C "$1" init --quiet
  git -C "$1" add --all
  git -C "$1" commit --quiet -m "$2"
}

# A repository of some other plugin, whose install hook says so.
make_other_plugin() {
  mkdir -p "$1"
  printf '[plugin]\ndescription = "another"\nversion = "1"\n[plugin.config]\n' >"$1/plugin.toml"
  printf '#!/bin/sh\necho "other plugin set up"\n' >"$1/install"
  printf '#!/bin/sh\necho "other plugin asked about $1"\n' >"$1/uninstall"
  chmod 0755 "$1/install" "$1/uninstall"
  commit_all "$1" "another plugin"
}

# What the official plugin leaves on a host, as far as installing meets it: a checkout whose hooks
# do nothing, properties and an account.
install_official_plugin() {
  local folder=$1
  mkdir -p "$folder/subcommands"
  printf '[plugin]\ndescription = "official"\nversion = "0.25.1"\n[plugin.config]\n' >"$folder/plugin.toml"
  printf '#!/bin/sh\nexit 0\n' >"$folder/install"
  printf '#!/bin/sh\necho "official list"\n' >"$folder/subcommands/list"
  chmod 0755 "$folder/install" "$folder/subcommands/list"
  commit_all "$folder" "the official plugin"
  dokku plugin:install "file://$folder" --name letsencrypt >/dev/null 2>&1
  assert_eq "official list" "$(dokku letsencrypt:list)" "official plugin"
  data=$DOKKU_LIB_ROOT/data/letsencrypt
  mkdir -p "$data/--global/accounts/ca.test/you@example.test" "$data/gone"
  echo '{}' >"$data/--global/accounts/ca.test/you@example.test/account.json"
  # Its scheduled run was switched on: a marker, and a line that it puts into the crontab itself.
  : >"$data/--global/autorenew"
  echo "@daily $PLUGIN_AVAILABLE_PATH/letsencrypt/cron-job" | crontab -u "$DOKKU_SYSTEM_USER" -
  chmod 0700 "$data/gone" "$data/--global"
  [[ -n ${WORLD_ROOTLESS-} ]] || chown -R "$DOKKU_SYSTEM_USER:$DOKKU_SYSTEM_GROUP" "$data"
  mkdir -p "$DOKKU_LIB_ROOT/config/letsencrypt/--global"
  echo -n you@example.test >"$DOKKU_LIB_ROOT/config/letsencrypt/--global/email"
}

# assert_set_up: what the hook install prepares is there, with its modes and owner.
assert_set_up() {
  local data=$DOKKU_LIB_ROOT/data/letsencrypt
  assert_mode 755 "$data"
  assert_mode 755 "$data/--global"
  assert_mode 700 "$data/--global/accounts"
  assert_mode 700 "$data/--global/state"
  assert_file "$data/--global/autorenew"
  assert_file /etc/nginx/conf.d/letsencrypt.conf
  assert_eq "$DOKKU_SYSTEM_USER" "$(stat -c %U "$data/--global/state")" "owner of the data"
  assert_contains "$(crontab -l -u "$DOKKU_SYSTEM_USER")" "letsencrypt:auto-renew --scheduled" "crontab"
  assert_not_contains "$(crontab -l -u "$DOKKU_SYSTEM_USER")" "letsencrypt/cron-job" "crontab"
  assert_runs dokku letsencrypt:help
  assert_eq "" "$err" "stderr of a command"
}

# The prebuilt forms, made once from the release build of the checkout: sets tarball and package.
make_packages() {
  local lines
  mapfile -t lines < <("$checkout/scripts/package" --build "$checkout/build/release" --output "$WORLD/dist")
  tarball=${lines[0]} package=${lines[1]}
  assert_file "$tarball"
  assert_file "$package"
}

# A PATH with everything but the named programs.
path_without() {
  local folder=$WORLD/path-without name file
  rm -rf "$folder"
  mkdir -p "$folder"
  for file in /usr/local/sbin/* /usr/local/bin/* /usr/sbin/* /usr/bin/* /sbin/* /bin/*; do
    name=${file##*/}
    [[ " $* " == *" $name "* || -e $folder/$name ]] || ln -s "$file" "$folder/$name"
  done
  echo "$folder"
}

# Puts a writable layer of the world over a folder of the machine.
layer_over() {
  local layer=$WORLD/layers/story${1//\//-}
  mkdir -p "$layer/upper" "$layer/work"
  mount -t overlay story -o "lowerdir=$1,upperdir=$layer/upper,workdir=$layer/work" "$1"
}

# The crontab has a line of ours only if the command it names is there.
provide_auto_renew() {
  [[ -e $available/subcommands/auto-renew ]] || install -m 0755 /bin/true "$available/subcommands/auto-renew"
  dokku plugin:trigger scheduler-cron-write >/dev/null
}
our_cron_lines() { crontab -u dokku -l 2>/dev/null | grep -c letsencrypt || true; }

executables_now() { (cd "$available" && find . -path ./.git -prune -o -type f -perm -u+x -printf '%p %i %T@ %s\n' | LC_ALL=C sort); }
