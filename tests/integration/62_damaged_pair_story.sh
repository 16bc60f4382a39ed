#!/usr/bin/env bash
# A certificate's files are damaged behind everyone's back. Before nginx reads them, ours are put back,
# and of a person's it is said which files to mend.
# shellcheck source-path=SCRIPTDIR
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

# rebuild APP: what a deploy ends with.
rebuild() { run_and_capture dokku proxy:build-config "$1"; }

put_back() {
  local tls=$DOKKU_ROOT/shop/tls served
  served=$(served_fingerprint shop.example.test)
  "$@"
  rebuild shop
  assert_eq 0 "$code" "exit code of the rebuild: $out$err"
  assert_contains "$err" " !     The certificate of shop was damaged: " "stderr"
  assert_contains "$err" "$tls/server.crt" "stderr"
  assert_contains "$err" " !     The last good one was put back in its place; what was there is kept in $DOKKU_ROOT/shop/letsencrypt/replaced-" "stderr"
  assert_sound shop
  assert_mode 600 "$tls/server.key"
  assert_eq "$served" "$(served_fingerprint shop.example.test)" "served certificate"
  tls_verify shop.example.test
  assert_eq true "$(dokku letsencrypt:active shop)" "active"
  rebuild shop
  assert_eq "0 " "$code $err" "exit code and stderr of the next rebuild"
}

half_a_chain() { head -c 300 "$DOKKU_ROOT/shop/tls/server.crt" >/run/half; cat /run/half >>"$DOKKU_ROOT/shop/tls/server.crt"; }
half_a_certificate() { truncate -s 300 "$DOKKU_ROOT/shop/tls/server.crt"; }
another_key() { openssl ecparam -name prime256v1 -genkey -noout >"$DOKKU_ROOT/shop/tls/server.key"; }
no_bytes() { : >"$DOKKU_ROOT/shop/tls/server.key"; }

ours() {
  local mark
  given an_email
  new_app shop shop.example.test
  new_app blog blog.example.test
  assert_runs dokku letsencrypt:enable shop
  mark=$(pebble_mark)
  put_back half_a_chain
  put_back another_key
  put_back no_bytes
  assert_eq 3 "$(find "$DOKKU_ROOT/shop/letsencrypt" -maxdepth 1 -name 'replaced-*' -perm 700 | wc -l)" "folders kept"
  assert_eq 0 "$(pebble_requests_since "$mark")" "requests to the CA"
}

missing() {
  given ours
  rm "$DOKKU_ROOT/shop/tls/server.key"
  rebuild shop
  assert_contains "$err" "server.key is missing" "stderr"
  assert_lines "$err" " !     Load it with: dokku proxy:build-config shop"
  rebuild shop
  assert_eq "0 " "$code $err" "exit code and stderr of the next rebuild"
  tls_verify shop.example.test
}

# Only shop is damaged, and only others are asked for: no run of theirs could load a certificate.
found_by_others() {
  given ours
  another_key
  assert_runs dokku letsencrypt:enable blog
  assert_contains "$err" " !     The certificate of shop was damaged: " "stderr"
  assert_sound shop
  tls_verify blog.example.test
  tls_verify shop.example.test
  half_a_certificate
  assert_runs dokku letsencrypt:auto-renew --scheduled
  assert_contains "$err" " !     The certificate of shop was damaged: " "stderr"
  assert_sound shop
  assert_runs dokku letsencrypt:status shop
}

# The certificate is the right one, nothing is due and no app is deployed.
found_by_the_scheduled_run() {
  given ours
  local mark
  mark=$(pebble_mark)
  no_bytes
  assert_runs dokku letsencrypt:auto-renew --scheduled
  assert_contains "$err" " !     The certificate of shop was damaged: " "stderr"
  assert_sound shop
  no_bytes
  assert_runs dokku letsencrypt:enable shop
  assert_contains "$err" " !     The certificate of shop was damaged: " "stderr of enable"
  assert_sound shop
  assert_eq 0 "$(pebble_requests_since "$mark")" "requests to the CA"
}

# It would keep nginx from answering the challenge of any app, its own as well.
replaced_where_no_copy_is_good() {
  given ours
  local mark
  mark=$(pebble_mark)
  no_bytes
  find "$DOKKU_ROOT/shop/letsencrypt/certs" \( -name '*.key' -o -name key.pem \) -delete
  assert_exits 1 dokku letsencrypt:status shop
  assert_contains "$out" "host: nginx cannot load the certificate in tls/: " "status"
  assert_runs dokku letsencrypt:auto-renew --scheduled
  assert_contains "$err" " !     No good copy of it is left. It is kept in $DOKKU_ROOT/shop/letsencrypt/replaced-" "stderr"
  assert_sound shop
  tls_verify shop.example.test
  assert_runs dokku letsencrypt:status shop
  assert_eq 1 "$(orders_since "$mark")" "orders"
}

# traced_hook APP: the processes that nginx-pre-reload starts.
traced_hook() {
  strace -f -qq -e trace=execve -o /run/processes sudo -u "$DOKKU_SYSTEM_USER" -E -H \
    "$PLUGIN_ENABLED_PATH/letsencrypt/nginx-pre-reload" "$1" "" ""
  grep -o 'letsencrypt/[a-z/-]*' /run/processes | sort -u | xargs
}

looked_at_once() {
  given ours
  rebuild shop
  assert_eq "letsencrypt/nginx-pre-reload" "$(traced_hook shop)" "executables for an unchanged pair"
  touch "$DOKKU_ROOT/shop/tls/server.crt"
  assert_eq "letsencrypt/libexec/check-pair letsencrypt/nginx-pre-reload" "$(traced_hook shop)" "executables for a changed pair"
  assert_eq "letsencrypt/nginx-pre-reload" "$(traced_hook shop)" "executables after that"
}

without_a_good_copy() {
  given ours
  another_key
  rm -r "$DOKKU_ROOT"/shop/letsencrypt/certs
  rebuild shop
  assert_lines "$err" " !     Get another one with: dokku certs:remove shop, then dokku letsencrypt:enable shop"
  assert_runs dokku certs:remove shop
  assert_runs dokku letsencrypt:enable shop
  tls_verify shop.example.test
}

a_persons() {
  given ours
  local tls=$DOKKU_ROOT/blog/tls damaged
  self_signed_pair blog.example.test /run/own-blog
  assert_runs dokku certs:add blog /run/own-blog.crt /run/own-blog.key
  rebuild blog
  assert_eq "0 " "$code $err" "exit code and stderr of a sound pair"
  openssl ecparam -name prime256v1 -genkey -noout >"$tls/server.key"
  damaged=$(sha256sum "$tls"/server.*)
  rebuild blog
  assert_contains "$err" " !     The certificate of blog is damaged, and nginx will not load it: the key does not belong to the certificate ($tls/server.crt, server.key)" "stderr"
  assert_contains "$err" "dokku certs:add blog <certificate> <key>" "stderr"
  assert_eq "$damaged" "$(sha256sum "$tls"/server.*)" "files"
  assert_runs dokku certs:add blog /run/own-blog.crt /run/own-blog.key
  assert_not_contains "$err" "damaged" "stderr once it is mended"
  assert_sound blog
}

scenario "a damaged certificate of ours is put back before nginx reads it" ours
scenario "so is a file that is missing" missing
scenario "another app's run and the scheduled run find it as well" found_by_others
scenario "so does the scheduled run alone, and a command" found_by_the_scheduled_run
scenario "what nothing good is left of is taken away and ordered anew" replaced_where_no_copy_is_good
scenario "without a good copy the commands that are named help" without_a_good_copy
scenario "an unchanged one costs no process" looked_at_once
scenario "a damaged certificate of a person's is left and named with its files" a_persons
