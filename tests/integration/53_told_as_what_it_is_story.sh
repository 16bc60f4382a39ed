#!/usr/bin/env bash
# What a CA refuses is told by its error and by the request that it answered: the lines of `enable`, the
# cause in `status`, and whether the ledger counts a failed validation.
# shellcheck source-path=SCRIPTDIR
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

domain=shop.example.test
register="dokku letsencrypt:account register shop"

failed_validations() { grep -c '"entry":"failure"' "$(global_folder)/ledger.jsonl" 2>/dev/null || true; }

# As ca_answers, in place of what was to be answered before.
fault() {
  given an_app
  front_order forget '{"port": 0}'
  ca_answers "$@"
}
# As often as it is asked.
refuses() {
  local path=$1 status=$2 problem=$3
  words=$4
  fault POST "$path" times=0 status="$status" problem="$problem" detail="$words" "${@:5}"
}
page() { words=Welcome; fault "$1" "$2" times=0 status="$3" body='<html><body>Welcome</body></html>'; }

# told CAUSE COUNTED TEXT...: `enable` fails and says each TEXT, and the CA's words once.
told() {
  local cause=$1 counted=$2 before text
  shift 2
  before=$(failed_validations)
  # An account that has proved nothing yet and began no order.
  new_account shop
  assert_exits 1 dokku letsencrypt:enable shop
  for text in "$@" "$words"; do assert_contains "$out" "$text" "stdout"; done
  assert_eq 1 "$(grep -cF -- "$words" <<<"$out")" "lines with the CA's words"
  assert_lines "$out" "-----> Certificate retrieval failed!"
  [[ $cause == ca-refused || $cause == ca-dns ]] || assert_not_contains "$out" "A and AAAA" "stdout"
  assert_eq "$cause" "$(name_cause shop $domain)" "cause"
  assert_eq "$counted" "$(($(failed_validations) - before))" "failed validations in the ledger"
  front_order forget '{"port": 0}'
}

an_app() {
  ca_front works
  given an_email
  new_app shop $domain
  dokku letsencrypt:set shop preflight off >/dev/null
}

no_nonce() { page HEAD '^/nonce-plz' 405; words=405 told ca-error 0; }

# --- newAccount

account_of_a_closed_key() {
  refuses '^/sign-me-up$' 403 unauthorized "An account with the provided public key exists but is deactivated"
  told account-closed 0 "$register"
}
account_of_a_known_key() {
  refuses '^/sign-me-up$' 400 badPublicKey "invalid request signing key: public key is forbidden"
  told account-closed 0 "$register"
}
account_of_another_kind_of_key() {
  refuses '^/sign-me-up$' 400 badSignatureAlgorithm "JWS signature header contains unsupported algorithm"
  told account-key 0 "$register"
}
contact() {
  refuses '^/sign-me-up$' 400 invalidContact "the contact's domain is forbidden"
  told ca-account 0 "dokku letsencrypt:set --global email"
}

# --- newOrder

closed_account() {
  local mark
  refuses '^/order-plz$' 403 unauthorized 'Account is not valid, has status deactivated'
  told account-closed 0 "$register"
  # Not even now another one is made.
  mark=$(front_requests)
  refuses '^/order-plz$' 403 unauthorized 'Account is not valid, has status deactivated'
  assert_exits 1 dokku letsencrypt:enable shop --force
  assert_eq 0 "$(front_requests_since "$mark" | jq -c 'select(.path == "/sign-me-up")' | wc -l)" "registrations"
  front_order forget '{"port": 0}'
}
wrong_signature() {
  refuses '^/order-plz$' 400 malformed "JWS verification error"
  told account-key 0 "$register"
}
name_of_no_ca() {
  refuses '^/order-plz$' 400 rejectedIdentifier "Cannot issue for $domain: it does not end with a valid public suffix"
  told bad-name 0 "dokku domains:remove shop"
}
changed_terms() {
  words="Terms of service have changed"
  fault POST '^/order-plz$' times=0 status=403 body="$(jq -nc --arg detail "$words" '{
    type: "urn:ietf:params:acme:error:userActionRequired", $detail, instance: "https://ca.example.test/terms"}')"
  told user-action 0 "See https://ca.example.test/terms"
}
trouble_of_the_ca() {
  refuses '^/order-plz$' 500 serverInternal "Error creating new order"
  told ca-error 0 "it is tried again"
}
misunderstood() {
  refuses '^/order-plz$' 400 malformed "Request payload did not parse as JSON"
  told bad-request 0 "plugin:update letsencrypt"
}
no_good_nonce() {
  refuses '^/order-plz$' 400 badNonce "JWS has an invalid anti-replay nonce"
  told ca-error 0 "it is tried again"
}
proxy_in_between() { page POST '^/order-plz$' 403; told ca-error 0 "server default|staging|https://..."; }

# --- authorization, challenge, order

foreign_authorization() {
  refuses '^/authZ/' 403 unauthorized "the authorization belongs to another"
  told ca-error 0 "it is tried again"
}
refused_challenge() {
  refuses '^/chalZ/' 400 malformed "cannot start this challenge"
  told bad-request 0 "plugin:update letsencrypt"
}
refused_look() { page POST '^/my-order/' 401; told ca-error 0 "server default|staging|https://..."; }

# --- finalize and the certificate

bad_csr() {
  refuses '^/finalize-order/' 400 badCSR "signature algorithm not supported"
  told bad-csr 0 "dokku letsencrypt:set shop key-type ec256"
}
blocked_key() {
  refuses '^/finalize-order/' 400 badCSR "invalid public key in CSR: public key is forbidden"
  told blocked-key 0 "dokku letsencrypt:set shop reuse-key false"
}
caa_at_finalize() {
  refuses '^/finalize-order/' 403 caa "CAA record for $domain prevents issuance"
  told caa 0 "Add a CAA record that allows the CA"
}
caa_after_finalize() {
  local error
  words="Rechecking CAA failed"
  error='{"type": "urn:ietf:params:acme:error:caa", "detail": "Rechecking CAA failed", "status": 403}'
  fault POST '^/finalize-order/' times=0 members='{"status": "invalid", "certificate": null, "error": '"$error"'}'
  told caa 0 "Add a CAA record that allows the CA"
}
no_certificate() {
  refuses '^/certZ/' 500 serverInternal "Failed to retrieve certificate"
  told ca-error 0 "it is tried again"
}

# --- validations, which count

# fails_validation TYPE WORDS: that is what the authorization says of it.
fails_validation() {
  words=$2
  fault POST '^/authZ/' skip=1 times=0 members="$(jq -nc --arg type "urn:ietf:params:acme:error:$1" --arg words "$2" \
    '{challenges: [{type: "http-01", url: "https://ca.example.test/1", token: "abc", status: "invalid",
      error: {type: $type, detail: $words, status: 400}}]}')"
  # Where it led here, the CA would now and then have found all well before it is asked.
  leads_elsewhere "$domain"
}
elsewhere() {
  given an_app
  leads_elsewhere "$domain"
  words="urn:ietf:params:acme:error:connection"
  ca_front works
  told firewall 1 "Open port 80"
}
dns_of_the_ca() {
  fails_validation dns "DNS problem: SERVFAIL looking up A for $domain"
  told ca-dns 1 "DNSSEC"
}
another_server() {
  fails_validation unauthorized "Invalid response from http://$domain/: 404"
  told ca-refused 1 "A and AAAA records of $domain"
}
caa_at_validation() {
  fails_validation caa "CAA record for $domain prevents issuance"
  told caa 1 "Add a CAA record that allows the CA"
  leads_here "$domain"
}

# --- limits

limit() {
  leads_here "$domain"
  refuses '^/order-plz$' 429 rateLimited "too many new orders" header='Retry-After: 7200'
  told rate-limited 0 "it goes on by itself then."
  assert_not_contains "$out" "Once that is mended" "stdout"
  assert_runs dokku letsencrypt:enable shop --force
  assert_eq 1 "$(grep -c "ordered all the same (--force)" <<<"$err")" "warnings"
  tls_verify $domain
}

scenario "an app" an_app
scenario "newNonce: 405 of a proxy" no_nonce
scenario "newAccount: the key of a closed account" account_of_a_closed_key
scenario "newAccount: a key that is known to be compromised" account_of_a_known_key
scenario "newAccount: a kind of key that the CA does not take" account_of_another_kind_of_key
scenario "newAccount: the contact" contact
scenario "newOrder: a closed account, and --force registers none" closed_account
scenario "newOrder: a signature of another key" wrong_signature
scenario "newOrder: a name that no CA signs" name_of_no_ca
scenario "newOrder: a person has to act" changed_terms
scenario "newOrder: trouble of the CA" trouble_of_the_ca
scenario "newOrder: a request that is not understood" misunderstood
scenario "newOrder: no nonce is good" no_good_nonce
scenario "newOrder: a page of a proxy" proxy_in_between
scenario "authorization: unauthorized" foreign_authorization
scenario "challenge: malformed" refused_challenge
scenario "order: 401 of a proxy" refused_look
scenario "finalize: badCSR" bad_csr
scenario "finalize: a blocked key" blocked_key
scenario "finalize: caa" caa_at_finalize
scenario "finalize: caa, told later by the order" caa_after_finalize
scenario "certificate: trouble of the CA" no_certificate
scenario "validation: connection" elsewhere
scenario "validation: dns" dns_of_the_ca
scenario "validation: unauthorized" another_server
scenario "validation: caa" caa_at_validation
scenario "newOrder: a limit, and who forces the order is warned once" limit
