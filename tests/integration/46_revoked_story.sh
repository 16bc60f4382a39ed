#!/usr/bin/env bash
# also: sanitized
# The CA revokes a certificate by itself: the next scheduled run replaces it. Pebble lists
# nothing (it has no CRL), so this is told by the renewal window alone.
# shellcheck source-path=SCRIPTDIR
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

key_of() { installed_certificate "$1" -noout -pubkey | sha256sum; }

# revoke_elsewhere APP DOMAIN: by lego with the app's account, so that nothing here knows of it.
revoke_elsewhere() {
  local folder
  folder=$(readlink -f "$DOKKU_ROOT/$1/letsencrypt/certs/current")
  as_dokku ln -sfn "$(global_folder)/accounts" "$folder/accounts"
  LEGO_CA_CERTIFICATES=$WORLD/pebble/ca.pem as_dokku lego --path "$folder" --accept-tos --server "$PEBBLE_DIRECTORY" \
    --email you@example.test --domains "$2" revoke --keep --reason 1 >/run/lego 2>&1 || { cat /run/lego; return 1; }
  rm "$folder/accounts"
}

# As if the hours had passed that the CA wants between two questions about its window.
forget_when_to_ask() {
  local file
  file=$(state_file "$1")
  as_dokku jq 'del(.renewal.next_ask)' "$file" | as_dokku tee "$file.new" >/dev/null
  as_dokku mv "$file.new" "$file"
}

revoked_is_replaced() {
  given enabled_app shop
  given enabled_app blog
  local before key mark
  before=$(served_fingerprint shop.example.test) key=$(key_of shop)
  revoke_elsewhere shop shop.example.test
  forget_when_to_ask shop
  forget_when_to_ask blog
  mark=$(served_fingerprint blog.example.test)
  assert_runs dokku letsencrypt:auto-renew --scheduled
  assert_lines "$out" "-----> shop needs renewal" "=====> Enabling letsencrypt for shop" "-----> Done"
  assert_not_contains "$out" "blog needs renewal" "stdout"
  assert_ne "$before" "$(served_fingerprint shop.example.test)" "certificate of shop"
  assert_ne "$key" "$(key_of shop)" "key of shop"
  assert_eq "$mark" "$(served_fingerprint blog.example.test)" "certificate of blog"
  tls_verify shop.example.test
}

once_is_enough() {
  given revoked_is_replaced
  local mark
  mark=$(pebble_mark)
  assert_runs dokku letsencrypt:auto-renew --scheduled
  assert_not_contains "$out" "needs renewal" "stdout"
  assert_eq 0 "$(orders_since "$mark")" "orders"
}

# What `revoke` took away leaves its key behind, which may be why it was revoked.
key_of_a_revoked_one_is_not_reused() {
  given enabled_app blog
  local key
  dokku letsencrypt:set blog lego-args --reuse-key >/dev/null
  key=$(key_of blog)
  dokku letsencrypt:enable blog --force >/dev/null 2>&1
  assert_eq "$key" "$(key_of blog)" "key that is reused"
  dokku letsencrypt:revoke blog --reason keyCompromise >/dev/null 2>&1
  dokku letsencrypt:enable blog >/dev/null 2>&1
  assert_ne "$key" "$(key_of blog)" "key after a revocation"
}

# The CA knows that the key was stolen, and this host does not.
blocked_key_is_not_reused() {
  given key_of_a_revoked_one_is_not_reused
  local key mark
  key=$(key_of blog)
  ca_front works
  ca_answers POST ^/finalize-order/ status=400 problem=badCSR \
    detail="Error finalizing order :: invalid public key in CSR: public key is forbidden"
  mark=$(front_requests)
  assert_runs dokku letsencrypt:enable blog --force
  assert_eq 2 "$(front_orders "$mark" | wc -l)" "orders"
  assert_eq 1 "$(grep -c "blocks the certificate's key" <<<"$out$err")" "lines about it"
  assert_ne "$key" "$(key_of blog)" "key"
  tls_verify blog.example.test
  key=$(key_of blog) mark=$(front_requests)
  assert_runs dokku letsencrypt:enable blog --force
  assert_eq 1 "$(front_orders "$mark" | wc -l)" "orders"
  assert_eq "$key" "$(key_of blog)" "key of the next one"
}

scenario "what the CA revoked is replaced by the next scheduled run, nothing else is" revoked_is_replaced
scenario "the new certificate is not replaced again" once_is_enough
scenario "a key whose certificate was revoked is never used again" key_of_a_revoked_one_is_not_reused
scenario "a key that the CA blocks gives way to a new one at once" blocked_key_is_not_reused
