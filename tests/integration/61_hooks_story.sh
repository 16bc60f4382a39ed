#!/usr/bin/env bash
# What becomes of an app's certificate and files when it is switched off, cloned or destroyed, and
# what the hooks say.
# shellcheck source-path=SCRIPTDIR
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

data=$DOKKU_LIB_ROOT/data/letsencrypt

domain_hint() {
  local hint=" !     Please run dokku letsencrypt:enable to add https support to the new domain"
  given an_email
  dokku apps:create shop >/dev/null 2>&1
  assert_runs dokku domains:add shop shop.example.test
  assert_lines "$err" "$hint"
  assert_not_contains "$out" "letsencrypt" "stdout"
  assert_runs dokku domains:set shop shop.example.test
  assert_lines "$err" "$hint"
  assert_runs dokku domains:add shop www.example.test
  assert_runs dokku domains:remove shop www.example.test
  assert_not_contains "$err" "letsencrypt" "stderr of domains:remove"
  assert_runs as_dokku "$PLUGIN_ENABLED_PATH/letsencrypt/post-domains-update" shop
  assert_eq "" "$out$err" "hook without action"
  # An app that does not exist is no reason to stop the hooks after ours.
  assert_runs as_dokku "$PLUGIN_ENABLED_PATH/letsencrypt/post-domains-update" ../x add y.test
  assert_runs as_dokku "$PLUGIN_ENABLED_PATH/letsencrypt/nginx-pre-reload" ../x "" ""
  assert_runs as_dokku "$PLUGIN_ENABLED_PATH/letsencrypt/post-delete" ../x latest
}

# An entry is printed only if its executable lies there to be run.
cron_entries_are_runnable() {
  local program expected=0
  assert_runs as_dokku env "PLUGIN_ENABLED_PATH=$PLUGIN_ENABLED_PATH" "$PLUGIN_ENABLED_PATH/letsencrypt/cron-entries" docker-local
  assert_eq "" "$err" "stderr"
  assert_eq "" "$(grep -n '^$' <<<"$out" | grep -v '^1:$' || true)" "blank lines"
  while IFS=';' read -r _ program _; do
    case $program in
      '') ;;
      "dokku letsencrypt:auto-renew --scheduled --timestamps") [[ -x $PLUGIN_ENABLED_PATH/letsencrypt/subcommands/auto-renew ]] ;;
      "$PLUGIN_ENABLED_PATH/letsencrypt/cron --timestamps") [[ -x ${program% *} ]] ;;
      *) fail "an entry for '$program'" ;;
    esac
  done <<<"$out"
  for program in subcommands/auto-renew cron; do
    [[ ! -x $PLUGIN_ENABLED_PATH/letsencrypt/$program ]] || expected=$((expected + 1))
  done
  assert_eq "$expected" "$(grep -c . <<<"$out" || true)" "entries"
  assert_file "$data/--global/autorenew"
}

disable() {
  given domain_hint
  local mark properties
  world-deploy shop >/dev/null 2>&1
  assert_runs dokku letsencrypt:set shop graceperiod 864000
  assert_runs dokku letsencrypt:enable shop
  tls_verify shop.example.test
  properties=$(find "$DOKKU_LIB_ROOT/config/letsencrypt" -type f -exec sha256sum {} +)
  mark=$(trigger_mark)
  assert_runs dokku letsencrypt:disable shop
  assert_lines "$out" "-----> Disabling letsencrypt for app" "       Removing letsencrypt files for shop" \
    "       Removing SSL endpoint from shop" "-----> Done"
  assert_absent "$DOKKU_ROOT/shop/letsencrypt"
  assert_absent "$DOKKU_ROOT/shop/tls"
  assert_eq $'post-certs-remove\tshop\npost-domains-update\tshop' "$(plugin_triggers_since "$mark")" "triggers"
  assert_eq false "$(jq .enabled "$(state_file shop)")" "enabled"
  assert_eq "$properties" "$(find "$DOKKU_LIB_ROOT/config/letsencrypt" -type f -exec sha256sum {} +)" "properties"
  assert_eq false "$(dokku letsencrypt:active shop)" "active"
  wait_until 5 app_answers shop shop.example.test
  assert_sound shop
  assert_runs dokku letsencrypt:disable shop
  assert_contains "$out" "-----> Done" "second run"
  assert_runs dokku letsencrypt:enable shop
  tls_verify shop.example.test
}

destroy() {
  given disable
  local accounts issued
  accounts=$(find "$data/--global/accounts" -printf '%p %T@\n' | sort)
  issued=$(<"$data/--global/state/issued.jsonl")
  assert_runs dokku letsencrypt:set shop challenge-route permanent
  assert_runs dokku letsencrypt:enable shop --force
  issued=$(<"$data/--global/state/issued.jsonl")
  assert_runs dokku --force apps:destroy shop
  assert_absent "$DOKKU_ROOT/shop"
  assert_absent "$DOKKU_LIB_ROOT/config/letsencrypt/shop"
  assert_absent "$(state_file shop)"
  assert_absent "$data/shop"
  assert_absent "$data/--global/locks/shop"
  assert_absent "$data/--global/nginx/shop.conf"
  assert_eq "$accounts" "$(find "$data/--global/accounts" -printf '%p %T@\n' | sort)" "accounts"
  assert_eq "$issued" "$(<"$data/--global/state/issued.jsonl")" "record of what was issued"
  /usr/sbin/nginx -t 2>/dev/null
  assert_runs dokku letsencrypt:list
  assert_not_contains "$out" "shop" "list"
}

custom_pair_is_kept() {
  given an_email
  local kept
  new_app blog blog.example.test
  self_signed_pair blog.example.test /run/blog
  assert_runs dokku certs:add blog /run/blog.crt /run/blog.key
  assert_eq false "$(dokku letsencrypt:active blog)" "active"
  assert_runs dokku letsencrypt:enable --all
  cmp "$DOKKU_ROOT/blog/tls/server.crt" /run/blog.crt
  assert_runs dokku letsencrypt:enable blog
  kept=$(find "$DOKKU_ROOT/blog/letsencrypt" -maxdepth 1 -name 'replaced-*')
  assert_mode 700 "$kept"
  assert_mode 600 "$kept/server.key"
  cmp "$kept/server.crt" /run/blog.crt
  cmp "$kept/server.key" /run/blog.key
  assert_contains "$err" "dokku certs:add blog $kept/server.crt $kept/server.key" "stderr"
  tls_verify blog.example.test
  # It is the operator's: neither switching off nor another name of the app takes it away.
  assert_runs dokku letsencrypt:disable blog
  cmp "$kept/server.key" /run/blog.key
  assert_absent "$DOKKU_ROOT/blog/letsencrypt/certs"
  assert_runs dokku apps:rename blog journal
  cmp "${kept/blog/journal}/server.key" /run/blog.key
  assert_mode 600 "${kept/blog/journal}/server.key"
}

scenario "domains:add and domains:set hint at enable, and no hook ever fails" domain_hint
scenario "the crontab names only what is there" cron_entries_are_runnable
scenario "disable takes the certificate away and keeps the properties" disable
scenario "a destroyed app leaves nothing but the accounts and the record" destroy
scenario "a pair of the operator's is kept when enable replaces it" custom_pair_is_kept
