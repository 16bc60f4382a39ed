#!/usr/bin/env bash
# also: sanitized
# `revoke`: at the CA and on this host.
# shellcheck source-path=SCRIPTDIR
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

serial_of() { installed_certificate "$1" -noout -serial | cut -d= -f2 | tr 'A-F' 'a-f' | sed 's/^0*//'; }
ca_status() { curl -s --noproxy '*' -k "$PEBBLE_MANAGEMENT/cert-status-by-serial/$1"; }
ca_reason() { ca_status "$1" | jq -r '.Reason // "none"'; }

by_the_account() {
  local serial
  given an_email
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
  given by_the_account
  assert_runs dokku letsencrypt:revoke shop
  assert_lines "$out" "-----> Certificate revoked successfully." "-----> Done"
}

with_a_reason() {
  given by_the_account
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
  given by_the_account
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
  given by_the_account
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
  given by_the_account
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
  given an_email
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

key_of() { installed_certificate "$1" -noout -pubkey | sha256sum; }

# same_key_as APP OTHER: the certificate of APP has the key of the other one's.
same_key_as() {
  local folder
  dokku letsencrypt:set "$1" lego-args --reuse-key >/dev/null
  dokku letsencrypt:enable "$1" >/dev/null 2>&1
  folder=$(readlink -f "$DOKKU_ROOT/$1/letsencrypt/certs/current")
  cp "$DOKKU_ROOT/$2/tls/server.key" "$folder/certificates/$1.example.test.key"
  dokku letsencrypt:enable "$1" --force >/dev/null 2>&1
  assert_eq "$(key_of "$2")" "$(key_of "$1")" "key of $1"
}

# A CA blocks a key only by the word of who has it.
a_compromised_key() {
  given an_email
  local serial key other
  new_app key key.example.test
  new_app same same.example.test
  new_app other other.example.test
  dokku letsencrypt:enable key >/dev/null 2>&1
  dokku letsencrypt:enable other >/dev/null 2>&1
  same_key_as same key
  new_app own own.example.test
  same_key_as own key
  self_signed_pair own.example.test /run/own-pair
  dokku certs:add own /run/own-pair.crt /run/own-pair.key >/dev/null 2>&1
  serial=$(serial_of key) key=$(key_of key) other=$(served_fingerprint other.example.test)
  assert_runs dokku letsencrypt:revoke key --reason keyCompromise
  assert_lines "$out" "       Signed by the certificate's own key, so that the CA blocks that key" \
    "-----> Certificate revoked successfully."
  assert_eq 1 "$(ca_reason "$serial")" "reason"
  assert_contains "$err" "same has a certificate with the same key (same.example.test)" "stderr"
  assert_not_contains "$err" "other has" "stderr"
  assert_contains "$err" "own keeps an unused certificate with the same key (own.example.test), which letsencrypt does not use again" "stderr"
  the_minute
  wait_until 20 no_run_at_work
  assert_eq "$(sha256sum </run/own-pair.crt)" "$(sha256sum <"$DOKKU_ROOT/own/tls/server.crt")" "pair of own"
  assert_ne "$key" "$(key_of same)" "key of same"
  assert_eq "$other" "$(served_fingerprint other.example.test)" "certificate of other"
  tls_verify same.example.test
}

# A CA that takes no such word is asked by the account.
a_compromised_key_by_the_account() {
  given a_compromised_key
  local serial
  dokku letsencrypt:enable key >/dev/null 2>&1
  serial=$(serial_of key)
  ca_front works
  ca_answers POST ^/revoke-cert status=403 problem=unauthorized detail="not by its key"
  assert_runs dokku letsencrypt:revoke key --reason keyCompromise
  assert_contains "$out" "trying with the account" "stdout"
  assert_lines "$out" "-----> Certificate revoked successfully."
  assert_eq 1 "$(ca_reason "$serial")" "reason"
}

# A pair that an operator installed meanwhile stays.
custom_pair_stays() {
  given what_cannot_be_revoked
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
scenario "a compromised key revokes itself, and other certificates with it get new ones" a_compromised_key
scenario "nothing to revoke, and no e-mail address" what_cannot_be_revoked
scenario "a certificate of the operator's stays" custom_pair_stays
# The front, once woken, revokes what is issued from then on.
scenario "a CA that does not take the key's word is asked by the account" a_compromised_key_by_the_account
