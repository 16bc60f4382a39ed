#!/usr/bin/env bash
# also: sanitized
# One app gets its first certificate: what is said, what lies on disk, what nginx serves; then a
# second `enable`, which has nothing to do, and a forced one.
# shellcheck source-path=SCRIPTDIR
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

app_root=$DOKKU_ROOT/shop
# docs/dokku.md 10.4: the configuration line and its hash, written down independently of the code.
config="--http --http.webroot /webroot --pem --accept-tos --cert.timeout 30 --path /certs --server $PEBBLE_DIRECTORY --email you@example.test   --domains shop.example.test"
hash=$(printf '%s %s\n' "$config" "" | sha1sum | cut -d' ' -f1)
folder=$app_root/letsencrypt/certs/$hash

official_lines() {
  printf '%s\n' "=====> Enabling letsencrypt for $1" \
    "-----> Enabling ACME proxy for $1..." \
    "-----> Getting letsencrypt certificate for $1 via HTTP-01" \
    "-----> Certificate retrieved successfully." \
    "-----> Installing let's encrypt certificates" \
    "-----> Disabling ACME proxy for $1..." \
    "-----> Done"
}

assert_official_lines() {
  local lines=()
  mapfile -t lines < <(official_lines "$1")
  assert_lines "$out" "${lines[@]}"
  assert_eq "${lines[0]}" "$(head -n1 <<<"$out")" "first line"
  assert_eq "${lines[-1]}" "$(tail -n1 <<<"$out")" "last line"
}

first_certificate() {
  local triggers
  new_app shop shop.example.test
  given an_email
  assert_eq false "$(dokku letsencrypt:active shop)" "active"
  triggers=$(trigger_mark)
  assert_runs dokku letsencrypt:enable shop
  assert_official_lines shop
  assert_eq "        - Domain 'shop.example.test'" "$err" "stderr"
  assert_eq 1 "$(plugin_triggers_since "$triggers" | grep -c '^post-certs-update	shop$')" "post-certs-update"
  assert_eq true "$(dokku letsencrypt:active shop)" "active"
  assert_contains "$(dokku letsencrypt:list)" "shop"
}

nginx_serves_it() {
  given first_certificate
  tls_verify shop.example.test
  if ip -6 addr show dev lo | grep -q 2001:db8::1; then tls_verify shop.example.test "[2001:db8::1]"; fi
  assert_eq shop.example.test "$(served_names shop.example.test)" "names"
  assert_eq 2 "$(served_chain shop.example.test | grep -c BEGIN)" "certificates in the chain"
  assert_eq "hello from shop" "$(http_body https://shop.example.test/)" "page"
  assert_eq "301 https://shop.example.test:443/some/page?x=1" \
    "$(curl -s -o /dev/null -w '%{http_code} %{redirect_url}' 'http://shop.example.test/some/page?x=1')" "redirect"
  assert_no_route shop
  assert_eq 301 "$(http_status http://shop.example.test/.well-known/acme-challenge/token)" "challenge afterwards"
}

folder_of_the_hash() {
  given first_certificate
  local certificates=$folder/certificates/shop.example.test
  assert_eq "$folder" "$(readlink "$app_root/letsencrypt/certs/current")" "certs/current"
  assert_eq "$(printf '%s\n' "$hash" current | sort)" "$(find "$app_root/letsencrypt/certs" -mindepth 1 -maxdepth 1 -printf "%f\n" | sort)" "certs"
  cmp "$folder/config" <(printf '%s\n' "$config")
  cmp "$folder/docker_options" <(printf '\n')
  cmp "$folder/docker.env" /dev/null
  cmp "$certificates.crt" "$folder/fullchain.pem"
  cmp "$certificates.key" "$folder/key.pem"
  cmp "$certificates.pem" <(cat "$certificates.crt" "$certificates.key")
  assert_eq "-----BEGIN EC PRIVATE KEY-----" "$(head -n1 "$certificates.key")" "key"
  openssl x509 -in "$certificates.issuer.crt" -noout
  cmp "$certificates.crt" <(openssl x509 -in "$certificates.crt"; cat "$certificates.issuer.crt")
  openssl verify -CAfile "$PEBBLE_ROOT_PEM" -untrusted "$certificates.issuer.crt" "$certificates.crt" >/dev/null
  assert_eq "shop.example.test $PEBBLE_DIRECTORY" \
    "$(jq -r '.domain + " " + .certUrl' "$certificates.json" | sed -E 's#/certZ/[0-9a-f]+$#/dir#')" "resource file"
  assert_eq "$(jq -r .certUrl "$certificates.json")" "$(jq -r .certStableUrl "$certificates.json")" "certStableUrl"
  assert_eq $'{\n\t"domain": "shop.example.test",' "$(head -n2 "$certificates.json")" "layout"
}

tls_folder() {
  given first_certificate
  local tls=$app_root/tls
  cmp "$tls/server.crt" "$folder/fullchain.pem"
  cmp "$tls/server.letsencrypt.crt" "$folder/fullchain.pem"
  cmp "$tls/server.key" "$folder/key.pem"
  assert_eq "server.crt server.key server.letsencrypt.crt" "$(find "$tls" -mindepth 1 -printf "%P\n" | sort | xargs)" "tls"
  assert_sound shop
  assert_eq "" "$(find "$app_root" -name '.tls*')" "leftovers"
}

modes_and_owners() {
  given first_certificate
  local data=$DOKKU_LIB_ROOT/data/letsencrypt name
  for name in server.crt server.key server.letsencrypt.crt; do assert_mode 600 "$app_root/tls/$name"; done
  assert_mode 750 "$app_root/tls"
  for name in config docker.env docker_options fullchain.pem key.pem; do assert_mode 600 "$folder/$name"; done
  assert_mode 700 "$folder/certificates"
  for name in crt issuer.crt key pem json; do assert_mode 600 "$folder/certificates/shop.example.test.$name"; done
  assert_mode 755 "$data"
  assert_mode 755 "$data/shop"
  assert_mode 700 "$data/--global/state"
  assert_mode 600 "$data/--global/state/shop.json"
  assert_mode 600 "$data/--global/state/issued.jsonl"
  assert_eq "" "$(find "$app_root/letsencrypt" "$app_root/tls" "$data" ! -user "$DOKKU_SYSTEM_USER")" "files of others"
  assert_not_contains "$(<"$(state_file shop)")" "PRIVATE KEY" "state"
  assert_eq true "$(jq .enabled "$(state_file shop)")" "enabled"
}

account_in_legos_layout() {
  given first_certificate
  local accounts server account
  accounts=$(global_folder)/accounts
  server=$(sed -E 's#https://([^/]+)/.*#\1#; s/:/_/' <<<"$PEBBLE_DIRECTORY")
  account=$accounts/$server/you@example.test
  assert_eq "account.json keys keys/you@example.test.key" "$(cd "$account" && find . -mindepth 1 -printf '%P\n' | sort | xargs)" "account"
  assert_eq "you@example.test" "$(find "$accounts/$server" -mindepth 1 -maxdepth 1 -printf "%f\n")" "accounts of the server"
  assert_eq "" "$(find "$accounts" -type d ! -perm 0700)" "folders that others may enter"
  assert_eq "" "$(find "$accounts" -type f ! -perm 0600)" "files that others may read"
  assert_eq '"you@example.test" "valid" ["mailto:you@example.test"]' \
    "$(jq -c '.email, .registration.body.status, .registration.body.contact' "$account/account.json" | xargs -d '\n')" "account.json"
  assert_matches "$(jq -r .registration.uri "$account/account.json")" '^https://.*/my-account/' "account URL"
  assert_eq $'{\n\t"email": "you@example.test",' "$(head -n2 "$account/account.json")" "layout"
  assert_eq "}" "$(tail -c1 "$account/account.json")" "last byte"
  assert_eq "-----BEGIN EC PRIVATE KEY-----" "$(head -n1 "$account/keys/you@example.test.key")" "account key"
}

second_enable_does_nothing() {
  given first_certificate
  local files requests triggers reloads
  files=$(files_now) requests=$(pebble_mark) triggers=$(trigger_mark) reloads=$(reload_mark)
  assert_runs dokku letsencrypt:enable shop
  assert_eq "=====> Enabling letsencrypt for shop
-----> Certificate is still valid for shop, skipping certificate request
-----> Pass --force to letsencrypt:enable to request a new certificate anyway" "$out" "stdout"
  assert_eq "" "$err" "stderr"
  assert_eq 0 "$(pebble_requests_since "$requests")" "requests to the CA"
  assert_eq "" "$(plugin_triggers_since "$triggers")" "triggers"
  assert_eq 0 "$(reloads_since "$reloads")" "reloads"
  assert_eq "" "$(diff <(echo "$files") <(files_now))" "changed files"
}

force_renews() {
  given first_certificate
  local key before account
  key=$(<"$app_root/tls/server.key") before=$(served_fingerprint shop.example.test)
  account=$(find "$(global_folder)/accounts" -printf '%p %T@ %i\n' | sort)
  assert_runs dokku letsencrypt:enable shop --force
  assert_official_lines shop
  assert_eq "        - Domain 'shop.example.test'" "$err" "stderr"
  assert_ne "$key" "$(<"$app_root/tls/server.key")" "key"
  assert_ne "$before" "$(served_fingerprint shop.example.test)" "served certificate"
  tls_verify shop.example.test
  assert_eq "$folder" "$(readlink "$app_root/letsencrypt/certs/current")" "certs/current"
  assert_eq "$account" "$(find "$(global_folder)/accounts" -printf '%p %T@ %i\n' | sort)" "account files"
  folder_of_the_hash
  tls_folder
}

quiet_keeps_the_official_lines() {
  given an_email
  local port_map
  new_app mute mute.example.test
  dokku ports:set mute http:8080:5000 >/dev/null 2>&1
  assert_runs dokku --quiet letsencrypt:enable mute
  assert_official_lines mute
  assert_lines "$out" "-----> Adding http:80:5000 port mapping to mute for ACME HTTP-01 challenge..." \
    "-----> Enabling ACME proxy for mute..."
  assert_eq "        - Domain 'mute.example.test'" "$err" "stderr"
  port_map=$(dokku ports:report mute --ports-map)
  assert_eq "http:8080:5000 http:80:5000 https:443:5000" "$port_map" "stored port map"
  tls_verify mute.example.test
}

detected_ports_store_nothing() {
  given first_certificate
  assert_eq "" "$(dokku ports:report shop --ports-map)" "stored port map"
  assert_contains "$(dokku ports:list shop)" "https"
}

scenario "the first enable says the official lines on the right streams" first_certificate
scenario "nginx serves a chain that verifies, and sends HTTP on to HTTPS" nginx_serves_it
scenario "the folder of the configuration's hash holds what lego would leave there" folder_of_the_hash
scenario "tls holds the pair and nothing else" tls_folder
scenario "modes and owners are right" modes_and_owners
scenario "the account lies in lego's layout" account_in_legos_layout
scenario "a detected port map gains https:443 without being stored" detected_ports_store_nothing
scenario "a second enable does nothing and says so" second_enable_does_nothing
scenario "--force renews with a new key and the same account" force_renews
scenario "--quiet keeps the official lines, and a port map without 80 gets it" quiet_keeps_the_official_lines
