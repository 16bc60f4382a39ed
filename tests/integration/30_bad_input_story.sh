#!/usr/bin/env bash
# What can be judged without the CA is judged before the first write: each mistake gets a message
# that says what to do and the official exit code, and nothing on disk has changed.
# shellcheck source-path=SCRIPTDIR
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

# refused CODE TEXT... -- WORD...: `dokku WORD...` ends with that code, says each TEXT on stderr,
# changes no file, asks the CA nothing and loads nothing into nginx.
refused() {
  local wanted=$1 texts=() text files requests reloads may_change=${may_change:-cat}
  shift
  while [[ $1 != -- ]]; do texts+=("$1"); shift; done
  shift
  files=$(files_now) requests=$(pebble_mark) reloads=$(reload_mark)
  assert_exits "$wanted" dokku "$@"
  for text in "${texts[@]}"; do assert_contains "$err" "$text" "stderr of $*"; done
  assert_eq "" "$(diff <($may_change <<<"$files") <(files_now | $may_change))" "files changed by $*"
  assert_eq 0 "$(pebble_requests_since "$requests")" "requests to the CA by $*"
  assert_eq 0 "$(reloads_since "$reloads")" "reloads by $*"
}

unknown_apps() {
  given new_app shop shop.example.test
  local name command
  for name in nowhere ../x ../shop shop/ . .. -x "" Shop "shop x"; do
    for command in enable disable active; do
      refused 20 " !     App $name does not exist" -- "letsencrypt:$command" "$name"
      assert_eq "" "$out" "stdout for '$name'"
    done
    refused 20 " !     App $name does not exist" -- letsencrypt:set "$name" email x@example.test
  done
  refused 20 " !     App  does not exist" -- letsencrypt:enable
  refused 20 " !     App nowhere does not exist" -- --app nowhere letsencrypt:enable
}

no_domains() {
  given new_app shop shop.example.test
  dokku apps:create bare >/dev/null 2>&1
  refused 1 " !     No domains detected for bare" "dokku domains:add bare" -- letsencrypt:enable bare
  assert_eq "" "$out" "stdout"
  dokku domains:set bare _ >/dev/null 2>&1
  refused 1 " !     No domains detected for bare" -- letsencrypt:enable bare
  dokku domains:disable shop >/dev/null 2>&1
  refused 1 " !     No domains detected for shop" -- letsencrypt:enable shop
  dokku domains:enable shop >/dev/null 2>&1
}

no_email() {
  given new_app shop shop.example.test
  refused 1 " !     ERROR: Cannot request a certificate without an e-mail address!
 !       please provide your e-mail address using
 !       dokku letsencrypt:set shop email <e-mail>" -- letsencrypt:enable shop
  assert_eq "=====> Enabling letsencrypt for shop" "$out" "stdout"
  given an_email
}

malformed_values() {
  given new_app shop shop.example.test
  refused 1 " !     Invalid value '30d' for graceperiod: it must be a whole number of seconds, type 2592000" \
    -- letsencrypt:set shop graceperiod 30d
  refused 1 "Invalid value 'abc' for graceperiod" -- letsencrypt:set --global graceperiod abc
  refused 1 "Invalid value '-5' for graceperiod" -- letsencrypt:set shop graceperiod -5
  refused 1 "Invalid value 'nobody' for email" -- letsencrypt:set shop email nobody
  refused 1 "Invalid value '../../x@y' for email" -- letsencrypt:set shop email ../../x@y
  refused 1 "Invalid value 'sometimes' for challenge-route: it must be momentary or permanent" \
    -- letsencrypt:set shop challenge-route sometimes
  refused 1 "dns-resolvers" -- letsencrypt:set shop dns-resolvers "not an address"
  assert_eq "" "$out" "stdout"
}

# A value that another hand wrote is met with the same words.
value_written_by_hand() {
  given new_app shop shop.example.test
  given an_email
  printf 30d >"$DOKKU_LIB_ROOT/config/letsencrypt/--global/graceperiod"
  refused 1 "graceperiod" "2592000" -- letsencrypt:enable shop
  rm "$DOKKU_LIB_ROOT/config/letsencrypt/--global/graceperiod"
}

unknown_keys() {
  given new_app shop shop.example.test
  local official=" !     Invalid key specified, valid keys include: dns-provider, dns-provider-*, email, graceperiod, server, lego-args, lego-docker-options"
  refused 1 "$official" -- letsencrypt:set shop colour blue
  refused 1 "$official" -- letsencrypt:set shop ../email x
  refused 1 "$official" -- letsencrypt:set shop dns-provider-../../x y
  refused 1 "$official" -- letsencrypt:set --global email/x y
  refused 1 " !     No key specified" -- letsencrypt:set shop
}

help_of_set() {
  assert_runs dokku letsencrypt:set --help
  local key
  for key in email graceperiod 'dns-provider-*' renew-concurrency EXEC_PATH; do assert_contains "$out" "    $key " "output"; done
  assert_eq "" "$err" "stderr"
}

server_without_https() {
  given new_app shop shop.example.test
  given an_email
  local server=$DOKKU_LIB_ROOT/config/letsencrypt/shop/server url
  for url in http://ca.example.test/dir ftp://ca.example.test/dir ca.example.test https:// file:///etc/passwd; do
    refused 1 "Invalid value '$url' for server: it must be default, staging, zerossl, google, sslcom, actalis or the https:// URL of an ACME directory" \
      -- letsencrypt:set shop server "$url"
  done
  dokku letsencrypt:set shop server staging >/dev/null
  printf http://ca.example.test/dir >"$server"
  refused 1 " !     The property server of shop is no https URL: http://ca.example.test/dir" \
    "dokku letsencrypt:set shop server default|staging|https://..." -- letsencrypt:enable shop
  rm "$server"
}

other_proxies() {
  given new_app shop shop.example.test
  given an_email
  dokku proxy:set shop type caddy >/dev/null
  refused 1 " !     shop is served by caddy" "dokku caddy:set shop letsencrypt-email <e-mail>" \
    "dokku proxy:set shop type nginx" -- letsencrypt:enable shop
  dokku proxy:set shop type "" >/dev/null
  dokku proxy:disable shop >/dev/null 2>&1
  refused 1 " !     The proxy of shop is disabled" "dokku proxy:enable shop" -- letsencrypt:enable shop
  dokku proxy:enable shop >/dev/null 2>&1
}

no_http_port() {
  given new_app shop shop.example.test
  given an_email
  dokku ports:set shop grpc:50051:50051 >/dev/null 2>&1
  refused 1 " !     Cannot enable letsencrypt for shop: no http or https proxy port mapping was found.
 !       letsencrypt needs an http listener on port 80 to serve the ACME HTTP-01 challenge.
 !       Add one with: dokku ports:add shop http:80:<container-port>" -- letsencrypt:enable shop
  dokku ports:clear shop >/dev/null 2>&1
}

dns_provider_that_is_not_there() {
  given new_app shop shop.example.test
  given an_email
  dokku letsencrypt:set shop dns-provider cloudflare >/dev/null
  refused 1 "cloudflare" "dokku letsencrypt:set shop dns-provider none" -- letsencrypt:enable shop
  dokku letsencrypt:set shop dns-provider >/dev/null
}

nginx_broken_by_another_app() {
  given new_app shop shop.example.test
  given an_email
  new_app blog blog.example.test
  mkdir -p "$DOKKU_ROOT/blog/nginx.conf.d"
  printf '# mine\nno_such_directive on;\n' >"$DOKKU_ROOT/blog/nginx.conf.d/mine.conf"
  # It heals without this app: the retry job goes on then, and knows of it by the state.
  may_change="but_for_state shop" \
    refused 1 " !     nginx's configuration is broken already by app blog ($DOKKU_ROOT/blog/nginx.conf.d/mine.conf:2)" \
    "no_such_directive" "Nothing was ordered" "dokku proxy:build-config blog" -- letsencrypt:enable shop
  assert_eq true "$(jq .enabled "$(state_file shop)")" "enabled"
  assert_eq blocked-by "$(name_cause shop shop.example.test)" "cause"
  rm "$DOKKU_ROOT/blog/nginx.conf.d/mine.conf"
}

# The same app gets its certificate once nothing is wrong, so none of this was refused by accident.
all_is_well_now() {
  given new_app shop shop.example.test
  given an_email
  assert_runs dokku letsencrypt:enable shop
  tls_verify shop.example.test
}

scenario "names of apps that do not exist, and such as no app can have" unknown_apps
scenario "no domains" no_domains
scenario "no e-mail address" no_email
scenario "malformed property values" malformed_values
scenario "a malformed value that was written by hand" value_written_by_hand
scenario "keys that are none" unknown_keys
scenario "set --help names the keys" help_of_set
scenario "a server that is not https" server_without_https
scenario "a proxy that is not nginx, and none" other_proxies
scenario "no http or https port" no_http_port
scenario "a DNS provider that this version lacks" dns_provider_that_is_not_there
scenario "nginx broken by another app" nginx_broken_by_another_app
scenario "without a mistake the same app gets its certificate" all_is_well_now
