# The Dokku stand-in of a world. Sourced by tests/world/init.
# shellcheck shell=bash

# Links every trigger and subcommand of a core plugin to the one script that holds them all, and
# gives 20_events its link for each trigger.
link_core_plugin() {
  local plugin=$1 name
  [[ -e $plugin/main ]] || return 0
  chmod 0755 "$plugin/main"
  while read -r name; do
    ln -s main "$plugin/$name"
    [[ $plugin == */20_events ]] || ln -sf main "$plugin/../20_events/$name"
  done < <(sed -nE 's/^on:([a-z0-9-]+)\(\).*/\1/p' "$plugin/main")
  while read -r name; do
    mkdir -p "$plugin/subcommands"
    ln -s ../main "$plugin/subcommands/$name"
  done < <(sed -nE 's/^cmd:([a-z0-9-]+)\(\).*/\1/p' "$plugin/main")
}

make_dokku() {
  export DOKKU_ROOT=$WORLD_HOME DOKKU_LIB_ROOT=$WORLD/lib/dokku
  local lib=$DOKKU_LIB_ROOT plugin name
  mkdir -p "$DOKKU_ROOT/.dokkurc" "$lib"/{config,data,plugins/available,plugins/enabled,core-plugins/enabled}
  mv /usr/local/lib/world/core-plugins "$lib/core-plugins/available"
  # Stored under another name: Dokku runs each file called `commands` below a plugin's folder, and
  # this project is one.
  mv "$lib/core-plugins/available/00_dokku-standard/commands.sh" "$lib/core-plugins/available/00_dokku-standard/commands"
  touch "$lib/plugins/config.toml" "$lib/core-plugins/config.toml"
  for plugin in "$lib"/core-plugins/available/*/; do
    plugin=${plugin%/} name=${plugin##*/}
    link_core_plugin "$plugin"
    ln -s "$plugin" "$lib/core-plugins/enabled/$name"
    ln -s "$plugin" "$lib/plugins/available/$name"
    ln -s "$lib/plugins/available/$name" "$lib/plugins/enabled/$name"
  done
  # Triggers that no core plugin implements but 20_events knows.
  for name in nginx-pre-reload user-auth-app cron-entries cron-write pre-delete pre-deploy post-domains-update post-certs-update post-certs-remove; do
    ln -sf main "$lib/core-plugins/available/20_events/$name"
  done
  printf 'export DOKKU_ROOT=%q\nexport DOKKU_LIB_PATH=%q\nexport DOKKU_SYSTEM_USER=%q\nexport DOKKU_SYSTEM_GROUP=%q\n' \
    "$DOKKU_ROOT" "$lib" "$DOKKU_SYSTEM_USER" "$DOKKU_SYSTEM_GROUP" >/etc/default/dokku
  printf 'export LEGO_CA_CERTIFICATES=%q\n' "$WORLD/pebble/ca.pem" >"$DOKKU_ROOT/.dokkurc/LEGO_CA_CERTIFICATES"
  mkdir -p "$lib/config/letsencrypt/--global"
  printf 'https://%s:%s/dir' "$ca_address" "$ca_port" >"$lib/config/letsencrypt/--global/server"
  local resolver=$dns_address
  [[ -z $WORLD_ROUND_TRIP ]] || resolver=$far_dns_address
  [[ $WORLD_DNS == zones ]] || printf '%s:53' "$resolver" >"$lib/config/letsencrypt/--global/dns-resolvers"
  chmod 0600 "$lib"/config/letsencrypt/--global/*
  # nginx's workers are another user and need no way in.
  chmod 0700 "$DOKKU_ROOT"
  [[ -n $WORLD_ROOTLESS ]] || chown -R dokku:dokku "$DOKKU_ROOT" "$lib"
}

install_plugin() {
  [[ -n $WORLD_PLUGIN_DIR ]] || return 0
  cp -rL "$WORLD_PLUGIN_DIR" "$DOKKU_LIB_ROOT/plugins/available/letsencrypt"
  chown -R 0:0 "$DOKKU_LIB_ROOT/plugins/available/letsencrypt"
  ln -s "$DOKKU_LIB_ROOT/plugins/available/letsencrypt" "$DOKKU_LIB_ROOT/plugins/enabled/letsencrypt"
  dokku plugin:install >"$WORLD_LOGS/plugin-install.log" 2>&1 </dev/null || {
    cat "$WORLD_LOGS/plugin-install.log" >&2
    fail "the plugin's install trigger failed"
  }
}

export_world() {
  export PLUGIN_PATH=$DOKKU_LIB_ROOT/plugins
  export PLUGIN_AVAILABLE_PATH=$PLUGIN_PATH/available PLUGIN_ENABLED_PATH=$PLUGIN_PATH/enabled
  export PLUGIN_CORE_PATH=$DOKKU_LIB_ROOT/core-plugins
  export PLUGIN_CORE_AVAILABLE_PATH=$PLUGIN_CORE_PATH/available PLUGIN_CORE_ENABLED_PATH=$PLUGIN_CORE_PATH/enabled
  export PEBBLE_DIRECTORY=https://$ca_address:$ca_port/dir PEBBLE_MANAGEMENT=https://$ca_address:$pebble_management_port
  export PEBBLE_ROOT_PEM=$WORLD/pebble/root.pem PEBBLE_CA_PEM=$WORLD/pebble/ca.pem PEBBLE_LOG=$WORLD_LOGS/pebble.log
  unset CHALLTESTSRV_URL
  [[ $WORLD_DNS == zones ]] || export CHALLTESTSRV_URL=http://$dns_address:$challtestsrv_port
  export NGINX_LOG=/var/log/nginx/error.log HTTP_PORT=80 HTTPS_PORT=443
}
