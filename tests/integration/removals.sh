# Two apps for stories that take the pair of one away: shop, and blog beside it.
# shellcheck shell=bash source-path=SCRIPTDIR
source "$(dirname "${BASH_SOURCE[0]}")/deadly_hook.sh"

# shellcheck disable=SC2034
plugin=$PLUGIN_AVAILABLE_PATH/letsencrypt
root=$DOKKU_ROOT/shop removing=$(global_folder)/state/removing/shop saved=/run/saved

names_pair() { grep -q "$root/tls/server" "$root/nginx.conf"; }

# --- an app that is as it was before each kill, without an order

two_apps() {
  given an_email
  new_app shop shop.example.test
  new_app blog blog.example.test
  assert_runs dokku letsencrypt:enable blog
  save_certificate
}

# A new one of shop's. One that the CA has revoked would not come back.
save_certificate() {
  assert_runs dokku letsencrypt:enable shop --force
  rm -rf $saved
  mkdir $saved
  cp -a "$root/tls" "$root/letsencrypt" "$(state_file shop)" $saved/
}

as_before() {
  given two_apps
  rm -rf "$root"/tls "$root"/letsencrypt "$root"/.tls* "$removing"
  cp -a $saved/tls $saved/letsencrypt "$root/"
  cp -a $saved/shop.json "$(state_file shop)"
  rm -f "$(global_folder)/state/due"
  dokku proxy:build-config shop >/dev/null 2>&1
  assert_sound shop
  names_pair
}

# --- the worst moment of all, on purpose

# killed_away COMMAND...
killed_away() {
  deadly_hook
  killed_by_hook "$@"
  assert_absent "$root/tls"
  ! nginx_loads || fail "nginx loads without the pair"
}
