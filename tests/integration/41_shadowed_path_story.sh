#!/usr/bin/env bash
# also: sanitized
# An app's own nginx configuration answers before our challenge route, or collides with it: seen
# before the CA is asked, told with nginx's words, and taken back.
# shellcheck source-path=SCRIPTDIR
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

snippet() {
  mkdir -p "$DOKKU_ROOT/$1/nginx.conf.d"
  cat >"$DOKKU_ROOT/$1/nginx.conf.d/own.conf"
  assert_runs dokku nginx:reload
}

# shadowed APP TEXT...: enable ends with 1, says each TEXT, orders nothing and leaves no route.
shadowed() {
  local app=$1 mark text
  shift
  mark=$(pebble_mark)
  assert_exits 1 dokku letsencrypt:enable "$app"
  assert_lines "$out" "=====> Enabling letsencrypt for $app" "-----> Enabling ACME proxy for $app..." \
    "-----> Certificate retrieval failed!" "-----> Disabling ACME proxy for $app..."
  for text in "$@"; do assert_contains "$out" "$text" "stdout"; done
  assert_contains "$out" "dokku letsencrypt:enable $app" "what to do"
  assert_lines "$err" " !     Failed to setup letsencrypt" " !     Check log output for further information on failure"
  assert_eq 0 "$(orders_since "$mark")" "orders"
  assert_no_route "$app"
  assert_sound "$app"
  assert_absent "$DOKKU_ROOT/$app/tls"
  assert_eq 1 "$(find "$DOKKU_ROOT/$app/nginx.conf.d" -type f | wc -l)" "snippets"
  assert_runs dokku nginx:reload
}

return_of_the_server() {
  given an_email
  new_app shop shop.example.test
  # shellcheck disable=SC2016
  snippet shop <<<'return 301 https://elsewhere.example.test$request_uri;'
  shadowed shop "nginx does not answer the ACME challenge for shop.example.test at " \
    ": HTTP 301 to https://elsewhere.example.test/" "nginx.conf.d/own.conf:1: return 301 https://elsewhere.example.test"
  assert_eq 301 "$(http_status http://shop.example.test/)" "page"
}

# A maintenance page for everything.
rewrite_of_the_server() {
  given an_email
  new_app forum forum.example.test
  snippet forum <<<'rewrite ^ /closed.html;'
  shadowed forum "nginx does not answer the ACME challenge for forum.example.test at " \
    "nginx.conf.d/own.conf:1: rewrite ^ /closed.html"
  name_has forum forum.example.test failed path-shadowed
}

own_location_of_the_path() {
  given an_email
  new_app blog blog.example.test
  snippet blog <<<'location ^~ /.well-known/acme-challenge/ { return 418; }'
  shadowed blog "nginx refuses the ACME challenge route: duplicate location \"/.well-known/acme-challenge/\" in $DOKKU_ROOT/blog/nginx.conf.d/own.conf:1"
}

exact_location_is_no_harm() {
  given an_email
  new_app wiki wiki.example.test
  snippet wiki <<'CONF'
location ~ /\. { deny all; }
location ~ acme-challenge { return 418; }
auth_basic "closed";
auth_basic_user_file /dev/null;
deny all;
CONF
  assert_runs dokku letsencrypt:enable wiki
  tls_verify wiki.example.test
}

template_without_the_include() {
  given an_email
  dokku apps:create custom >/dev/null 2>&1
  mkdir -p "$DOKKU_LIB_ROOT/data/nginx-vhosts/app-custom"
  cat >"$DOKKU_LIB_ROOT/data/nginx-vhosts/app-custom/nginx.conf.sigil" <<'VHOST'
server {
  listen 80;
  listen [::]:80;
  server_name custom.example.test;
  location / { return 404; }
}
VHOST
  dokku domains:add custom custom.example.test >/dev/null 2>&1
  : >"$DOKKU_ROOT/custom/nginx.conf.d/empty.conf"
  shadowed custom "nginx does not answer the ACME challenge for custom.example.test at " ": HTTP 404" "missing include of nginx.conf.d"
}

neighbours_are_untouched() {
  given return_of_the_server
  given own_location_of_the_path
  given exact_location_is_no_harm
  tls_verify wiki.example.test
  rm "$DOKKU_ROOT/shop/nginx.conf.d/own.conf" "$DOKKU_ROOT/blog/nginx.conf.d/own.conf"
  assert_runs dokku letsencrypt:enable shop
  assert_runs dokku letsencrypt:enable blog
  tls_verify shop.example.test
  tls_verify blog.example.test
}

scenario "a return of the whole server" return_of_the_server
scenario "a rewrite of the whole server" rewrite_of_the_server
scenario "a location of the same path" own_location_of_the_path
scenario "regex locations, passwords and address rules do not matter" exact_location_is_no_harm
scenario "a template of the app's own without the include" template_without_the_include
scenario "once that is mended the certificate comes" neighbours_are_untouched
