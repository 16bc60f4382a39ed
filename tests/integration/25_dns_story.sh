#!/usr/bin/env bash
# also: sanitized
# DNS-01 with a program of the operator's, as lego's provider `exec` calls it.
# shellcheck source-path=SCRIPTDIR
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

# Puts the records into the world's DNS, by the variable URL, and writes down how it was called.
make_program() {
  mkdir -p /run/dns
  cat >/run/dns/program <<'EOF'
#!/bin/bash
echo "$*" >>/run/dns/calls
env | cut -d= -f1 | sort | xargs >/run/dns/environment
echo "record $1 of $2"
name=$2 value=${3-}
if [[ $2 == -- ]]; then
  name=_acme-challenge.$3.
  value=$(printf %s "$5" | openssl dgst -sha256 -binary | base64 | tr '+/' '-_' | tr -d '=')
fi
case $1 in
  present) curl -sf --noproxy '*' -d "{\"host\":\"$name\",\"value\":\"$value\"}" "$URL/set-txt" ;;
  cleanup) curl -sf --noproxy '*' -d "{\"host\":\"$name\"}" "$URL/clear-txt" ;;
esac
EOF
  chmod 0755 /run/dns /run/dns/program
  : >/run/dns/calls
  chmod 0666 /run/dns/calls
  touch /run/dns/environment && chmod 0666 /run/dns/environment
}

set_exec() {
  dokku letsencrypt:set "$1" dns-provider exec >/dev/null
  dokku letsencrypt:set "$1" dns-provider-EXEC_PATH /run/dns/program >/dev/null
  dokku letsencrypt:set "$1" dns-provider-URL "$CHALLTESTSRV_URL" >/dev/null
}

wildcard() {
  local env mark name
  make_program
  given an_email
  new_app shop "*.shop.example.test" www.example.test
  # DNS-01 needs no port 80, and adds none.
  dokku ports:set shop https:443:5000 >/dev/null 2>&1
  set_exec shop
  mark=$(reload_mark)
  assert_runs dokku letsencrypt:enable shop
  # The CA says in which order it wants the names proved.
  for name in shop www; do
    assert_lines "$out" "-----> Getting letsencrypt certificate for shop via DNS-01" \
      "       record present of _acme-challenge.$name.example.test." \
      "       record cleanup of _acme-challenge.$name.example.test." "-----> Done"
  done
  assert_eq "*.shop.example.test www.example.test" "$(served_names any.shop.example.test)" "names"
  tls_verify any.shop.example.test
  assert_matches "$(grep -m1 "present.*shop" /run/dns/calls)" "^present _acme-challenge\.shop\.example\.test\. [A-Za-z0-9_-]{43}\$" "call"
  assert_eq 2 "$(grep -c ^present /run/dns/calls)" "presents"
  assert_eq 2 "$(grep -c ^cleanup /run/dns/calls)" "cleanups"
  assert_eq "EXEC_PATH HOME PATH URL" "$(sed -E 's/\b(PWD|SHLVL|_)\b ?//g; s/ +/ /g; s/ $//' /run/dns/environment)" "environment"
  assert_eq "https:443:5000" "$(dokku ports:report shop --ports-map)" "port map"
  env=$DOKKU_ROOT/shop/letsencrypt/certs/current/docker.env
  assert_eq "EXEC_PATH=/run/dns/program
URL=$CHALLTESTSRV_URL" "$(<"$env")" "docker.env"
  assert_mode 600 "$env"
  assert_contains "$(<"${env%/*}/config")" "--dns exec --pem --accept-tos" "config"
  assert_file "${env%/*}/certificates/_.shop.example.test.crt"
  assert_no_route shop
  # `dokku report` fires this trigger; it shows no value of the provider's, the command does.
  assert_runs dokku plugin:trigger report shop
  assert_matches "$out" "Letsencrypt dns provider URL: +\*\*\*\*" "report"
  assert_not_contains "$out" "$CHALLTESTSRV_URL" "report"
  assert_eq "$CHALLTESTSRV_URL" "$(dokku letsencrypt:report shop --letsencrypt-dns-provider-URL)" "value"
}

# The host's variables hold where the app has none.
name_and_its_wildcard() {
  given wildcard
  set_exec --global
  dokku letsencrypt:set shop dns-provider >/dev/null
  for key in EXEC_PATH URL; do dokku letsencrypt:set shop dns-provider-$key >/dev/null; done
  dokku domains:set shop shop.example.test "*.shop.example.test" >/dev/null 2>&1
  assert_runs dokku letsencrypt:enable shop
  assert_eq "*.shop.example.test shop.example.test" "$(served_names shop.example.test)" "names"
}

raw_mode() {
  given name_and_its_wildcard
  dokku letsencrypt:set shop dns-provider-EXEC_MODE RAW >/dev/null
  assert_runs dokku letsencrypt:enable shop --force
  assert_matches "$(grep -m1 -- '^present -- ' /run/dns/calls)" \
    "^present -- shop\.example\.test [A-Za-z0-9_-]+ [A-Za-z0-9_-]+\.[A-Za-z0-9_-]{43}\$" "call"
  dokku letsencrypt:set shop dns-provider-EXEC_MODE >/dev/null
}

alias_is_followed() {
  given name_and_its_wildcard
  challtestsrv set-cname '{"host":"_acme-challenge.shop.example.test","target":"shop.acme.example.test"}'
  assert_runs dokku letsencrypt:enable shop --force
  assert_contains "$out" "record present of shop.acme.example.test." "stdout"
  challtestsrv clear-cname '{"host":"_acme-challenge.shop.example.test"}'
}

# Paths of lego's container lead to this host; a mount that nothing uses need not be there.
mounts() {
  given name_and_its_wildcard
  dokku letsencrypt:set shop dns-provider-EXEC_PATH /hooks/program >/dev/null
  dokku letsencrypt:set shop lego-docker-options "-v /run/dns:/hooks:ro -v /nowhere:/other --network host" >/dev/null
  assert_runs dokku letsencrypt:enable shop
  assert_contains "$err" " !     lego-docker-options: '--network' has no effect: no container is started" "stderr"
  assert_contains "$out" "-----> Done" "stdout"
  dokku letsencrypt:set shop lego-docker-options >/dev/null
  dokku letsencrypt:set shop dns-provider-EXEC_PATH >/dev/null
}

failing_program() {
  given name_and_its_wildcard
  local before
  before=$(served_fingerprint shop.example.test)
  printf '#!/bin/sh\necho "no such zone $2"\nexit 3\n' >/run/dns/failing
  chmod 0755 /run/dns/failing
  dokku letsencrypt:set shop dns-provider-EXEC_PATH /run/dns/failing >/dev/null
  new_account shop
  assert_exits 1 dokku letsencrypt:enable shop --force
  assert_contains "$out" "       no such zone _acme-challenge.shop.example.test." "stdout"
  assert_contains "$out" "exit code 3" "stdout"
  assert_lines "$out" "-----> Certificate retrieval failed!"
  assert_eq "$before" "$(served_fingerprint shop.example.test)" "certificate"
  dokku letsencrypt:set shop dns-provider-EXEC_PATH >/dev/null
  dokku letsencrypt:set --global dns-provider-EXEC_PATH >/dev/null
  assert_exits 1 dokku letsencrypt:enable shop --force
  assert_contains "$out$err" "The DNS provider exec needs a program to call" "output"
  assert_contains "$out$err" "dns-provider-EXEC_PATH" "output"
}

# A provider of lego's that is not built yet can be stored, and `enable` says what to do.
unknown_provider() {
  given name_and_its_wildcard
  local mark
  mark=$(pebble_mark)
  assert_runs dokku letsencrypt:set shop dns-provider route53
  assert_exits 1 dokku letsencrypt:enable shop --force
  assert_contains "$err" " !     The DNS provider 'route53' is not supported by this version of the plugin" "stderr"
  assert_eq 0 "$(pebble_requests_since "$mark")" "requests to the CA"
}

waits_as_told() {
  given name_and_its_wildcard
  local started=$SECONDS
  dokku letsencrypt:set shop dns-provider exec >/dev/null
  dokku letsencrypt:set --global dns-provider-EXEC_PATH /run/dns/program >/dev/null
  dokku letsencrypt:set --global dns-provider-EXEC_PROPAGATION_TIMEOUT soon >/dev/null
  dokku letsencrypt:set shop lego-args "--dns.propagation-wait=3s --key-type ec384" >/dev/null
  assert_runs dokku letsencrypt:enable shop
  assert_at_least 3 $((SECONDS - started)) "seconds"
  assert_contains "$err" "EXEC_PROPAGATION_TIMEOUT" "stderr"
  assert_contains "$(installed_certificate shop -noout -text)" "NIST CURVE: P-384" "key"
}

scenario "a wildcard is certified by records that a program sets" wildcard
scenario "a name and its wildcard, by the host's variables" name_and_its_wildcard
scenario "the raw mode hands over token and key authorization" raw_mode
scenario "an alias of the challenge's name is followed" alias_is_followed
scenario "the program may be named by its path in lego's container" mounts
scenario "a program that fails is told with its own words" failing_program
scenario "a provider that is not built yet" unknown_provider
scenario "lego's words about waiting and keys hold" waits_as_told
