#!/usr/bin/env bash
# also: sanitized
# When the CA fails: exit code 1, the official lines, and only the folder of the hash, the directory
# cache, a new account key and the attempt in the state are new. What nginx serves stays.
# shellcheck source-path=SCRIPTDIR
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

# Files that may appear or change when the CA fails for APP.
may_change() {
  local data=$DOKKU_LIB_ROOT/data/letsencrypt app=$1
  grep -vE "^($DOKKU_ROOT/$app/letsencrypt(/certs(/[0-9a-f]{40}(/config|/docker.env|/docker_options|/certificates)?)?)?|$data/--global/(directories|accounts)(/.*)?|$data/--global/state(/$app.json|/due|/issued.jsonl)?|$data/--global/locks(/$app|/\.accounts|/\.due|/\.states(/$app)?)?|$data/--global(/\.?ledger.jsonl(\.lock)?)?|$data/--global/nginx|$data|$data/$app|$DOKKU_ROOT/$app|$DOKKU_ROOT/$app/nginx.conf.d) "
}

# failing APP TEXT...: enable fails with the official lines and says each TEXT.
failing() {
  local app=$1 text before after
  shift
  before=$(files_now | may_change "$app")
  assert_exits 1 dokku letsencrypt:enable "$app" ${force:+--force}
  after=$(files_now | may_change "$app")
  assert_lines "$out" "=====> Enabling letsencrypt for $app" "-----> Enabling ACME proxy for $app..." \
    "-----> Getting letsencrypt certificate for $app via HTTP-01" "-----> Certificate retrieval failed!" \
    "-----> Disabling ACME proxy for $app..."
  assert_not_contains "$out" "-----> Done" "stdout"
  assert_lines "$err" " !     Failed to setup letsencrypt" " !     Check log output for further information on failure"
  for text in "$@"; do assert_contains "$out" "$text" "stdout"; done
  assert_eq "" "$(diff <(echo "$before") <(echo "$after"))" "changed files"
  assert_no_route "$app"
  assert_eq "" "$(find "$DOKKU_ROOT/$app" -name '.tls*')" "leftovers"
  assert_eq false "$(jq .last_attempt.issued "$(state_file "$app")")" "attempt"
  assert_eq null "$(jq .order "$(state_file "$app")")" "journal"
  assert_sound "$app"
}

never_issued() {
  assert_absent "$DOKKU_ROOT/$1/tls"
  assert_absent "$DOKKU_ROOT/$1/letsencrypt/certs/current"
  # What can heal by itself is tried again without a command, what a person must mend is not.
  assert_eq "${3-true}" "$(jq .enabled "$(state_file "$1")")" "enabled"
  assert_eq "hello from $1" "$(http_body "http://$2/")" "page over HTTP"
}

untrusted_ca() {
  given new_app shop shop.example.test
  given an_email
  mv "$DOKKU_ROOT/.dokkurc/LEGO_CA_CERTIFICATES" /run/LEGO_CA_CERTIFICATES
  failing shop "certificate" "LEGO_CA_CERTIFICATES"
  never_issued shop shop.example.test
  mv /run/LEGO_CA_CERTIFICATES "$DOKKU_ROOT/.dokkurc/LEGO_CA_CERTIFICATES"
}

unreachable_ca() {
  given an_email
  given new_app shop shop.example.test
  ca_front down $front_directory
  dokku letsencrypt:set shop server $front_directory >/dev/null
  failing shop "198.51.100.1:14999" "dokku letsencrypt:set shop server default|staging|https://..." "dokku letsencrypt:enable shop"
  never_issued shop shop.example.test
}

html_instead_of_a_directory() {
  given an_email
  given new_app shop shop.example.test
  ca_front 200 $front_directory
  dokku letsencrypt:set shop server $front_directory >/dev/null
  failing shop "$front_directory" "Welcome to the proxy"
  never_issued shop shop.example.test
  ca_front 503 $front_directory
  failing shop "503"
  never_issued shop shop.example.test
  dokku letsencrypt:set shop server >/dev/null
}

name_that_leads_elsewhere() {
  given an_email
  given new_app shop shop.example.test
  leads_elsewhere shop.example.test
  dokku letsencrypt:set shop preflight off >/dev/null
  failing shop "shop.example.test" "urn:ietf:params:acme:error:connection" "Open port 80" "dokku letsencrypt:retry shop"
  assert_not_contains "$out$err" "PRIVATE KEY" "output"
  dokku letsencrypt:set shop preflight >/dev/null
  failing shop "shop.example.test leads to 203.0.113.9, which is no address of this host"
  leads_here shop.example.test
}

blocked_name() {
  given an_email
  new_app blocked blocked-domain.example
  failing blocked "urn:ietf:params:acme:error:rejectedIdentifier" "blocked-domain.example" "dokku domains:remove"
  never_issued blocked blocked-domain.example false
}

served_certificate_survives() {
  given an_email
  local served
  new_app blog blog.example.test
  assert_runs dokku letsencrypt:enable blog
  served=$(served_fingerprint blog.example.test)
  leads_elsewhere blog.example.test
  new_account blog
  dokku letsencrypt:set blog preflight off >/dev/null
  force=1 failing blog "urn:ietf:params:acme:error:connection"
  assert_eq true "$(jq .enabled "$(state_file blog)")" "enabled"
  ca_front 503 $front_directory
  dokku letsencrypt:set blog server $front_directory >/dev/null
  force=1 failing blog "503"
  dokku letsencrypt:set blog server >/dev/null
  assert_eq true "$(dokku letsencrypt:active blog)" "active"
  assert_eq "$served" "$(served_fingerprint blog.example.test)" "served certificate"
  # --resolve: the CA's answer about the name is the machine's as well.
  assert_eq "hello from blog" "$(http_body --resolve blog.example.test:443:192.0.2.1 https://blog.example.test/)" "page"
}

rights_itself() {
  given name_that_leads_elsewhere
  given served_certificate_survives
  assert_runs dokku letsencrypt:enable shop
  tls_verify shop.example.test
  leads_here blog.example.test
  assert_runs dokku letsencrypt:enable blog --force
  tls_verify blog.example.test
}

scenario "a CA whose certificate nobody vouches for" untrusted_ca
scenario "a CA that cannot be reached" unreachable_ca
scenario "a CA that answers HTML" html_instead_of_a_directory
scenario "a name that leads elsewhere" name_that_leads_elsewhere
scenario "a name that the CA does not sign" blocked_name
scenario "a failed renewal leaves the served certificate alone" served_certificate_survives
scenario "once the cause is gone the next enable works" rights_itself
