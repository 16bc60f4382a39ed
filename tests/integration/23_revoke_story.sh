#!/usr/bin/env bash
# also: sanitized
# `revoke`: at the CA and on this host.
# shellcheck source-path=SCRIPTDIR
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

serial_of() { openssl x509 -in "$DOKKU_ROOT/$1/tls/server.crt" -noout -serial | cut -d= -f2 | tr 'A-F' 'a-f' | sed 's/^0*//'; }
ca_status() { curl -s --noproxy '*' -k "$PEBBLE_MANAGEMENT/cert-status-by-serial/$1"; }
ca_reason() { ca_status "$1" | jq -r '.Reason // "none"'; }

by_the_account() {
  local serial
  dokku letsencrypt:set --global email you@example.test >/dev/null
  new_app shop shop.example.test www.example.test
  dokku letsencrypt:enable shop >/dev/null 2>&1
  serial=$(serial_of shop)
  assert_eq Valid "$(ca_status "$serial" | jq -r .Status)" "status before"
  # Changed settings do not hide the certificate: it is the current one that is revoked.
  dokku letsencrypt:set shop lego-args --pem >/dev/null
  assert_runs dokku letsencrypt:revoke shop
  assert_lines "$out" "=====> Revoke letsencrypt certificate from shop..." \
    "-----> Revoking letsencrypt certificate for shop via HTTP-01" \
    "-----> Certificate revoked successfully." "-----> Removing SSL endpoint from shop" "-----> Done"
  assert_eq "        - Domain 'shop.example.test'
        - Domain 'www.example.test'" "$(grep Domain <<<"$err")" "stderr"
  assert_eq Revoked "$(ca_status "$serial" | jq -r .Status)" "status after"
  assert_absent "$DOKKU_ROOT/shop/tls"
  assert_eq false "$(dokku letsencrypt:active shop)" "active"
  assert_eq "hello from shop" "$(http_body http://shop.example.test/)" "the app over HTTP"
  assert_sound shop
}

twice_is_success() {
  assert_runs dokku letsencrypt:revoke shop
  assert_lines "$out" "-----> Certificate revoked successfully." "-----> Done"
}

with_a_reason() {
  local serial
  dokku letsencrypt:enable shop >/dev/null 2>&1
  serial=$(serial_of shop)
  assert_exits 1 dokku letsencrypt:revoke shop --reason because
  assert_contains "$err" " !     'because' is no reason to revoke" "stderr"
  assert_eq Valid "$(ca_status "$serial" | jq -r .Status)" "status"
  assert_runs dokku letsencrypt:revoke shop --reason keyCompromise
  assert_eq 1 "$(ca_reason "$serial")" "reason"
}

# The account is gone from this host: the certificate's own key proves as much.
by_the_certificate_key() {
  local serial
  dokku letsencrypt:enable shop >/dev/null 2>&1
  serial=$(serial_of shop)
  rm -r "$(global_folder)"/accounts/*
  assert_runs dokku letsencrypt:revoke shop
  assert_contains "$out" "trying with the certificate's own key" "stdout"
  assert_lines "$out" "-----> Certificate revoked successfully."
  assert_eq Revoked "$(ca_status "$serial" | jq -r .Status)" "status"
}

# Its file was damaged: the CA finds the account by its key.
by_a_damaged_account() {
  local serial file
  dokku letsencrypt:enable shop >/dev/null 2>&1
  serial=$(serial_of shop)
  file=$(find "$(global_folder)/accounts" -path '*you@example.test/account.json')
  as_dokku bash -c 'echo "{\"email\": \"you@exa" >"$0"' "$file"
  assert_runs dokku letsencrypt:revoke shop
  assert_not_contains "$out" "There is no account" "stdout"
  assert_not_contains "$out" "own key" "stdout"
  assert_lines "$out" "-----> Certificate revoked successfully."
  assert_eq Revoked "$(ca_status "$serial" | jq -r .Status)" "status"
  assert_eq valid "$(jq -r .registration.body.status "$file")" "account.json"
}

# Old versions of the official plugin kept an account per configuration.
by_an_account_of_old() {
  local serial folder
  dokku letsencrypt:enable shop >/dev/null 2>&1
  serial=$(serial_of shop) folder=$DOKKU_ROOT/shop/letsencrypt/certs/current
  mv "$(global_folder)"/accounts "$folder/accounts"
  find "$folder/" -name key.pem -delete -o -name '*.key' -path '*/certificates/*' -delete
  assert_runs dokku letsencrypt:revoke shop
  assert_lines "$out" "-----> Certificate revoked successfully."
  assert_eq Revoked "$(ca_status "$serial" | jq -r .Status)" "status"
}

what_cannot_be_revoked() {
  new_app none none.example.test
  assert_runs dokku letsencrypt:revoke none
  assert_lines "$out" "       There is no certificate of letsencrypt for none" \
    "-----> Certificate revocation failed (code 1)!" "-----> Done"
  dokku letsencrypt:set --global email >/dev/null
  assert_exits 1 dokku letsencrypt:revoke none
  assert_lines "$err" " !     ERROR: Cannot request a certificate without an e-mail address!" \
    " !       please provide your e-mail address using" " !       dokku letsencrypt:set none email <e-mail>"
  assert_exits 20 dokku letsencrypt:revoke nosuch
}

# A pair that somebody else installed meanwhile stays.
custom_pair_stays() {
  local serial
  dokku letsencrypt:set --global email you@example.test >/dev/null
  dokku letsencrypt:enable none >/dev/null 2>&1
  serial=$(serial_of none)
  self_signed_pair none.example.test /run/own
  dokku certs:add none /run/own.crt /run/own.key >/dev/null 2>&1
  assert_runs dokku letsencrypt:revoke none
  assert_eq Revoked "$(ca_status "$serial" | jq -r .Status)" "status"
  assert_eq "$(sha256sum </run/own.crt)" "$(sha256sum <"$DOKKU_ROOT/none/tls/server.crt")" "pair"
}

scenario "revoked by the account that ordered it, and removed" by_the_account
scenario "what is revoked already is a success" twice_is_success
scenario "a reason is handed on, a wrong one refused" with_a_reason
scenario "without the account the certificate's key will do" by_the_certificate_key
scenario "a damaged account is found by its key" by_a_damaged_account
scenario "an account of an old version is found" by_an_account_of_old
scenario "nothing to revoke, and no e-mail address" what_cannot_be_revoked
scenario "a certificate of the operator's stays" custom_pair_stays
