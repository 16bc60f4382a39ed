#!/usr/bin/env bash
# also: sanitized
# `plugin:uninstall`: nginx and the crontab forget the plugin, the operator's things stay.
# shellcheck source-path=SCRIPTDIR
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
source "$(dirname "${BASH_SOURCE[0]}")/install.sh"

data=$DOKKU_LIB_ROOT/data/letsencrypt
snippet=$DOKKU_ROOT/shop/nginx.conf.d/letsencrypt.conf

another_name() {
  local before hook
  given an_email
  new_app shop shop.example.test
  new_app blog blog.example.test
  assert_runs dokku letsencrypt:set shop challenge-route permanent
  assert_runs dokku letsencrypt:enable shop
  provide_auto_renew
  assert_at_least 1 "$(our_cron_lines)" "lines in the crontab"
  make_other_plugin "$WORLD/other"
  assert_runs dokku plugin:install "file://$WORLD/other" --name other
  before=$(files_now)
  mark=$(reload_mark)
  assert_runs dokku plugin:uninstall other
  assert_contains "$out" "other plugin asked about other"
  for hook in "" letsencrypt2 LETSENCRYPT ../letsencrypt; do
    assert_runs "$available/uninstall" "$hook"
    assert_eq "" "$out$err" "output for '$hook'"
  done
  assert_eq "$before" "$(files_now)" "files"
  assert_eq 0 "$(reloads_since "$mark")" "reloads"
  assert_at_least 1 "$(our_cron_lines)" "lines in the crontab"
}

kept_files() {
  find "$DOKKU_ROOT"/*/tls "$DOKKU_ROOT"/*/letsencrypt "$DOKKU_LIB_ROOT/config/letsencrypt" "$data/--global/accounts" "$data/--global/state" \
    "$data/--global/autorenew" -type f -exec sha256sum {} + 2>/dev/null | sort
}

our_name() {
  given another_name
  local before mark
  # A server block of a run that was killed, and an operator's snippet of the same name.
  echo 'server { listen 80; server_name left.example.test; return 404; }' >"$data/--global/nginx/left.conf"
  mkdir -p "$DOKKU_ROOT/blog/nginx.conf.d"
  echo '# mine' >"$DOKKU_ROOT/blog/nginx.conf.d/letsencrypt.conf"
  cp -r "$available" "$WORLD/plugin"
  before=$(kept_files)
  mark=$(reload_mark)
  assert_runs dokku plugin:uninstall letsencrypt
  assert_eq "" "$err" "stderr"
  assert_lines "$out" "-----> Removing letsencrypt from nginx and from the crontab" \
    "       Certificates stay and are served, but nobody renews them:" \
    "         $DOKKU_ROOT/<app>/tls and $DOKKU_ROOT/<app>/letsencrypt" \
    "       To delete those of an app: dokku certs:remove <app>; rm -r $DOKKU_ROOT/<app>/letsencrypt" \
    "       Accounts and properties stay. To delete them: rm -r $DOKKU_LIB_ROOT/data/letsencrypt $DOKKU_LIB_ROOT/config/letsencrypt" \
    "-----> Plugin letsencrypt uninstalled"
  assert_absent "$available"
  assert_absent "$snippet"
  assert_absent /etc/nginx/conf.d/letsencrypt.conf
  assert_absent "$data/--global/nginx/left.conf"
  assert_eq "# mine" "$(<"$DOKKU_ROOT/blog/nginx.conf.d/letsencrypt.conf")" "the operator's snippet"
  assert_eq 0 "$(our_cron_lines)" "lines in the crontab"
  assert_eq 1 "$(reloads_since "$mark")" "reloads"
  assert_eq "$before" "$(kept_files)" "certificates, accounts, state and properties"
  assert_sound shop
  tls_verify shop.example.test
  wait_until 5 app_gets_challenges
  # What Dokku does next has nothing of ours to stumble over.
  assert_runs dokku proxy:build-config shop
  assert_runs dokku domains:add shop www.example.test
}
app_gets_challenges() { [[ $(http_body https://shop.example.test/.well-known/acme-challenge/token) == "hello from shop" ]]; }

back_again() {
  given our_name
  cp -r "$WORLD/plugin" "$available"
  ln -s "$available" "$PLUGIN_ENABLED_PATH/letsencrypt"
  # Until install has run nothing is written to the crontab, and every command says so.
  assert_runs dokku letsencrypt:list
  assert_eq " !     letsencrypt was uninstalled but its folder is still here, so nothing is renewed. Run: sudo dokku plugin:install" "$err"
  assert_contains "$out" shop
  assert_runs dokku plugin:install
  assert_set_up
  assert_at_least 1 "$(our_cron_lines)" "lines in the crontab"
  assert_runs dokku letsencrypt:active shop
  assert_eq true "$out"
  assert_runs dokku letsencrypt:enable shop --force
  tls_verify www.example.test
  assert_file "$snippet"
}

nothing_twice() {
  given another_name
  local mark
  assert_runs "$available/uninstall" letsencrypt
  mark=$(reload_mark)
  assert_runs "$available/uninstall" letsencrypt
  assert_eq "" "$err" "stderr of the second run"
  assert_eq 0 "$(reloads_since "$mark")" "reloads of the second run"
  # Switched off by the operator: it stays off through both.
  rm "$data/--global/autorenew"
  touch "$data/--global/autorenew.off"
  assert_runs dokku plugin:install
  assert_absent "$data/--global/autorenew"
  assert_eq 0 "$(our_cron_lines)" "lines in the crontab"
}

with_nginx_broken() {
  given another_name
  assert_runs dokku letsencrypt:enable shop --force
  assert_file "$snippet"
  mkdir -p "$DOKKU_ROOT/blog/nginx.conf.d"
  echo 'nonsense;' >"$DOKKU_ROOT/blog/nginx.conf.d/broken.conf"
  assert_runs "$available/uninstall" letsencrypt
  assert_contains "$err" "nginx keeps the routes of letsencrypt until it reloads, and it cannot: unknown directive \"nonsense\" in $DOKKU_ROOT/blog/nginx.conf.d/broken.conf:1"
  assert_absent "$snippet"
}

# Links that Dokku's user has put into its own folders.
through_links() {
  given another_name
  local global=$data/--global
  assert_runs dokku plugin:install
  mkdir -p /etc/victim
  echo important >/etc/victim/a.conf
  as_dokku bash -c "mv '$global/nginx' '$global/nginx.old'; ln -s /etc/victim '$global/nginx'
    rm -f '$global/installation'; ln -s /etc/victim/installation '$global/installation'"
  run_and_capture "$available/uninstall" letsencrypt
  assert_eq important "$(</etc/victim/a.conf)" "root's file"
  assert_eq a.conf "$(ls /etc/victim)" "files of root's folder"
  as_dokku bash -c "rm '$global/nginx'; mv '$global/nginx.old' '$global/nginx'; mv '$global' '$global.old'; ln -s /etc/victim '$global'"
  run_and_capture "$available/uninstall" letsencrypt
  assert_eq a.conf "$(ls /etc/victim)" "files of root's folder"
  as_dokku bash -c "rm '$global'; mv '$global.old' '$global'"
}

scenario "an uninstall of another plugin is not for us" another_name
scenario "our own takes include, routes and cron lines along, and keeps what cost an order" our_name
scenario "installed again, all is as it was" back_again
scenario "twice is once, and a scheduled run that was switched off stays off" nothing_twice
scenario "links in folders of Dokku's user lead root nowhere" through_links
scenario "a broken nginx is named and not reloaded" with_nginx_broken
