#!/usr/bin/env bash
# also: sanitized
# Which domains of an app go into its certificate, and what becomes of the others.
# shellcheck source-path=SCRIPTDIR
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

several_names() {
  given an_email
  new_app shop shop.example.test www.example.test Api.Example.test
  # `_` makes the app nginx's default; it is no name.
  dokku domains:add shop _ >/dev/null 2>&1
  assert_runs dokku letsencrypt:enable shop
  assert_eq "        - Domain 'shop.example.test'
        - Domain 'www.example.test'
        - Domain 'Api.Example.test'" "$err" "stderr"
  assert_eq "api.example.test shop.example.test www.example.test" "$(served_names shop.example.test)" "names"
  tls_verify www.example.test
  tls_verify api.example.test
  assert_contains "$(<"$DOKKU_ROOT/shop/letsencrypt/certs/current/config")" \
    "   --domains shop.example.test --domains www.example.test --domains Api.Example.test" "config"
}

# A name in its own script gets into VHOST only by hand; Dokku and nginx take it as it is.
international_name() {
  given an_email
  new_app books books.example.test
  echo "bücher.example.test" >>"$DOKKU_ROOT/books/VHOST"
  dokku proxy:build-config books >/dev/null 2>&1
  assert_runs dokku letsencrypt:enable books
  assert_contains "$err" "        - Domain 'bücher.example.test'" "stderr"
  assert_eq "books.example.test xn--bcher-kva.example.test" "$(served_names books.example.test)" "names"
  tls_verify books.example.test
  # Browsers ask for the converted form, which the vhost knows only if it is stored so.
  assert_contains "$err" " !     browsers ask for xn--bcher-kva.example.test, which is not in the vhost" "stderr"
  dokku domains:remove books "bücher.example.test" >/dev/null 2>&1 || sed -i '/cher/d' "$DOKKU_ROOT/books/VHOST"
  dokku domains:add books xn--bcher-kva.example.test >/dev/null 2>&1
  assert_runs dokku letsencrypt:enable books
  tls_verify xn--bcher-kva.example.test
  assert_no_route books
}

wildcard_is_left_out() {
  given an_email
  new_app docs docs.example.test "*.docs.example.test"
  assert_runs dokku letsencrypt:enable docs
  assert_contains "$err" " !     Left out of the certificate: '*.docs.example.test' is a wildcard, which needs the DNS-01 challenge" "stderr"
  assert_contains "$out" "-----> Done" "stdout"
  assert_eq docs.example.test "$(served_names docs.example.test)" "names"
  # The folder is that of all domains, as the official plugin would name it.
  assert_contains "$(<"$DOKKU_ROOT/docs/letsencrypt/certs/current/config")" "--domains docs.example.test --domains *.docs.example.test" "config"
  assert_runs dokku letsencrypt:enable docs
  assert_contains "$out" "-----> Certificate is still valid for docs" "second run"
}

# Dokku takes the line, and nginx then refuses the whole configuration.
name_that_nginx_refuses() {
  given an_email
  local before orders
  # nginx compares names, and then refuses some, only where there is more than one server.
  new_app beside beside.example.test
  new_app odd odd.example.test
  assert_exits 1 dokku domains:add odd 'foo*bar.test'
  assert_contains "$err" "invalid server name or wildcard" "nginx"
  before=$(files_now) orders=$(pebble_mark)
  assert_exits 1 dokku letsencrypt:enable odd
  assert_contains "$err" " !     nginx's configuration is broken already by app odd ($DOKKU_ROOT/odd/nginx.conf:" "stderr"
  assert_contains "$err" " !     Take that name away with: dokku domains:remove odd 'foo*bar.test'" "stderr"
  assert_eq 0 "$(pebble_requests_since "$orders")" "requests to the CA"
  assert_eq "" "$(diff <(but_for_state odd <<<"$before") <(files_now | but_for_state odd))" "changed files"
  assert_eq blocked-by "$(name_cause odd odd.example.test)" "cause"
}

# Without a vhost that nginx chokes on, the name is left out of everything that we write.
bad_name_is_left_out() {
  given name_that_nginx_refuses
  local i=0
  rm "$DOKKU_ROOT/odd/nginx.conf"
  /usr/sbin/nginx -t 2>/dev/null
  assert_runs dokku nginx:reload
  printf 'odd.example.test\nfoo*bar.test\nunder_score.example.test\n' >"$DOKKU_ROOT/odd/VHOST"
  # The app's own template serves good names only.
  mkdir -p "$DOKKU_LIB_ROOT/data/nginx-vhosts/app-odd"
  cat >"$DOKKU_LIB_ROOT/data/nginx-vhosts/app-odd/nginx.conf.sigil" <<'VHOST'
server {
  listen 80;
  listen [::]:80;
  server_name odd.example.test;
  include {{ $.DOKKU_ROOT }}/{{ $.APP }}/nginx.conf.d/*.conf;
  location / { return 301 https://$host$request_uri; }
}
server {
  listen 443 ssl;
  listen [::]:443 ssl;
  server_name odd.example.test;
  ssl_certificate {{ $.APP_SSL_PATH }}/server.crt;
  ssl_certificate_key {{ $.APP_SSL_PATH }}/server.key;
  location / { return 200 "odd"; }
}
VHOST
  assert_runs dokku letsencrypt:enable odd
  for i in "foo*bar.test" "under_score.example.test"; do
    assert_contains "$err" " !     Left out of the certificate: \"$i\" is not usable as a domain: " "stderr"
  done
  assert_eq odd.example.test "$(served_names odd.example.test)" "names"
  tls_verify odd.example.test
  assert_no_route odd
}

all_names_bad() {
  given an_email
  local before orders
  undeployed_app none "*.none.example.test"
  before=$(files_now) orders=$(pebble_mark)
  assert_exits 1 dokku letsencrypt:enable none
  assert_eq "=====> Enabling letsencrypt for none" "$out" "stdout"
  assert_eq " !     No domain of none can be in a certificate: '*.none.example.test' is a wildcard, which needs the DNS-01 challenge" \
    "$(head -n1 <<<"$err")" "stderr"
  assert_contains "$err" "dns-provider" "what to do"
  assert_eq 0 "$(pebble_requests_since "$orders")" "requests to the CA"
  assert_eq "" "$(diff <(echo "$before") <(files_now))" "changed files"
}

scenario "several domains share a certificate, and _ is none of them" several_names
scenario "a name in another script is certified in its xn-- form" international_name
scenario "a wildcard is left out with a warning" wildcard_is_left_out
scenario "with no usable name nothing is ordered or written" all_names_bad
scenario "a name that breaks nginx is named with file and line" name_that_nginx_refuses
scenario "bad names are left out while the good one is issued" bad_name_is_left_out
