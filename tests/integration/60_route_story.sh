#!/usr/bin/env bash
# also: sanitized
# The challenge route: here while an order needs it, or always; never one of another app.
# shellcheck source-path=SCRIPTDIR
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

route() { echo "$DOKKU_ROOT/$1/nginx.conf.d/letsencrypt.conf"; }

thumbprint_of_the_account() {
  curl -s --resolve "$1:80:192.0.2.1" "http://$1/.well-known/acme-challenge/some-token" | sed -n 's/^some-token\.//p'
}

permanent_route_stays() {
  local mark thumbprint
  given an_email
  new_app shop shop.example.test
  assert_runs dokku letsencrypt:set shop challenge-route permanent
  assert_eq "=====> Setting challenge-route to permanent" "$out"
  assert_runs dokku letsencrypt:enable shop
  assert_file "$(route shop)"
  assert_contains "$(<"$(route shop)")" "location ^~ /.well-known/acme-challenge/" "route"
  thumbprint=$(thumbprint_of_the_account shop.example.test)
  assert_matches "$thumbprint" '^[-_A-Za-z0-9]{43}$' "answer"
  # Behind the redirect to HTTPS as well as before it.
  assert_eq "some-token.$thumbprint" "$(http_body https://shop.example.test/.well-known/acme-challenge/some-token)" "answer over HTTPS"
  assert_eq 404 "$(http_status http://shop.example.test/.well-known/acme-challenge/)" "no token"
  assert_eq 404 "$(http_status http://shop.example.test/.well-known/acme-challenge/a/b)" "path below"
  # Only the new pair is loaded: the route lies ready.
  mark=$(reload_mark)
  assert_runs dokku letsencrypt:enable shop --force
  assert_eq 1 "$(reloads_since "$mark")" "reloads of a renewal"
  assert_file "$(route shop)"
  tls_verify shop.example.test
  assert_runs dokku proxy:build-config shop
  assert_file "$(route shop)"
}

momentary_again() {
  given permanent_route_stays
  assert_runs dokku letsencrypt:set shop challenge-route momentary
  assert_runs dokku proxy:build-config shop
  assert_no_route shop
  assert_runs dokku letsencrypt:set shop challenge-route permanent
  assert_runs dokku letsencrypt:enable shop --force
  assert_file "$(route shop)"
}

copied_route_is_dropped() {
  given permanent_route_stays
  new_app blog blog.example.test
  mkdir -p "$DOKKU_ROOT/blog/nginx.conf.d"
  cp "$(route shop)" "$(route blog)"
  assert_runs dokku proxy:build-config blog
  assert_no_route blog
  assert_eq "hello from blog" "$(http_body http://blog.example.test/.well-known/acme-challenge/token)" "path of the challenge"
}

clone_gets_no_route() {
  given permanent_route_stays
  assert_runs dokku apps:clone shop twin
  assert_file "$(route shop)"
  # Dokku copies the whole folder; the first build drops what is not the clone's.
  assert_runs dokku domains:add twin twin.example.test
  assert_no_route twin
  assert_file "$(route shop)"
  tls_verify shop.example.test
}

rename_takes_the_route_along() {
  given permanent_route_stays
  assert_runs dokku apps:rename shop store
  assert_runs dokku proxy:build-config store
  assert_absent "$DOKKU_ROOT/shop"
  assert_absent "$(global_folder)/nginx/shop.conf"
  if [[ -e $(route store) ]]; then assert_not_contains "$(<"$(route store)")" "of app shop" "route"; fi
  assert_sound store
  assert_runs dokku letsencrypt:enable store
  assert_contains "$out" "-----> Done" "stdout"
  tls_verify shop.example.test
  # The property went along as well: it is a permanent route of its own now.
  assert_contains "$(<"$(route store)")" "of app store" "route"
}

foreign_file_of_the_same_name() {
  given an_email
  new_app own own.example.test
  mkdir -p "$DOKKU_ROOT/own/nginx.conf.d"
  # The official plugin's snippet, left behind by a killed run of it.
  printf 'location /.well-known/acme-challenge { allow all; root /nowhere; }\n' >"$(route own)"
  assert_runs dokku nginx:reload
  assert_runs dokku letsencrypt:enable own
  assert_no_route own
  tls_verify own.example.test
}

scenario "a permanent route stays, and a renewal loads nginx once" permanent_route_stays
scenario "it goes with the first build after it was made momentary" momentary_again
scenario "a route copied from another app is dropped" copied_route_is_dropped
scenario "a clone does not answer for the original" clone_gets_no_route
scenario "after a rename no route names the old app" rename_takes_the_route_along
scenario "a snippet of the official plugin is replaced" foreign_file_of_the_same_name
