#!/usr/bin/env bash
# `domains:add` just gives HTTPS: no further command, no lost request, no rebuild of ours.
# shellcheck source-path=SCRIPTDIR
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

# added APP NAME: adds a name, with the app's first one under constant load; HTTPS within 5 s.
added() {
  local reload trigger
  reload=$(reload_mark) trigger=$(trigger_mark)
  probe_start "$1.example.test"
  assert_runs dokku domains:add "$1" "$2"
  assert_lines "$out" "-----> Certificate retrieved successfully." "-----> Installing let's encrypt certificates"
  wait_until 5 tls_verify "$2"
  wait_until 5 dokku letsencrypt:status "$1"
  probe_stop
  assert_eq 0 "$failed" "failed of $requests requests"
  assert_eq in-use "$(name_status "$1" "$2")" "status of $2"
  assert_eq ok "$(dokku letsencrypt:report "$1" --letsencrypt-status)" "summary"
  # One of ours, and that of the rebuild which Dokku makes anyway.
  assert_at_most 2 "$(reloads_since "$reload")" "reloads"
  assert_eq 1 "$(rebuilds_since "$trigger")" "rebuilds"
  assert_no_route "$1"
}

an_enabled_app() {
  given enabled_app shop
  added shop www.example.test
  assert_eq "shop.example.test www.example.test" "$(served_names shop.example.test)" "names"
}

switched_on_for_all() {
  given auto_issue_for_all
  deployed_app blog
  assert_runs dokku domains:add blog blog.example.test
  wait_until 5 tls_verify blog.example.test
  added blog news.example.test
}

# No container: nginx answers 502, over a TLS connection that verifies.
never_deployed() {
  given auto_issue_for_all
  dokku apps:create idle >/dev/null 2>&1
  assert_runs dokku domains:add idle idle.example.test
  wait_until 5 tls_verify idle.example.test
  wait_until 5 dokku letsencrypt:status idle
}

map_without_port_80() {
  given auto_issue_for_all
  local before
  dokku apps:create secure >/dev/null 2>&1
  dokku ports:set secure https:443:5000 >/dev/null
  world-deploy secure >/dev/null
  before=$(dokku ports:report secure --ports-map)
  assert_runs dokku domains:add secure secure.example.test
  wait_until 5 tls_verify secure.example.test
  wait_until 5 dokku letsencrypt:status secure
  assert_eq "$before" "$(dokku ports:report secure --ports-map)" "port map"
}

map_without_https() {
  given auto_issue_for_all
  dokku apps:create plain >/dev/null 2>&1
  dokku ports:set plain http:8080:5000 >/dev/null
  world-deploy plain >/dev/null
  assert_runs dokku domains:add plain plain.example.test
  wait_until 45 name_has plain plain.example.test action-required no-https-listener
  assert_contains "$(dokku letsencrypt:status plain || true)" "dokku ports:add plain https:443:" "status"
  assert_exits 1 dokku letsencrypt:status plain
  assert_eq "http:8080:5000" "$(dokku ports:report plain --ports-map)" "port map"
  assert_runs dokku ports:add plain https:443:5000
  assert_runs dokku letsencrypt:retry plain
  assert_runs dokku letsencrypt:status plain
}

switched_off() {
  given enabled_app shop
  given switched_on_for_all
  local mark
  mark=$(pebble_mark)
  dokku letsencrypt:set shop auto-issue false >/dev/null
  assert_runs dokku domains:add shop off.example.test
  assert_contains "$err" " !     Please run dokku letsencrypt:enable" "stderr"
  assert_eq 0 "$(pebble_requests_since "$mark")" "requests to the CA"
  dokku letsencrypt:set shop auto-issue >/dev/null
  # What `disable` switched off stays off, whatever the host's setting.
  assert_runs dokku letsencrypt:disable blog
  assert_runs dokku domains:add blog more.example.test
  assert_contains "$err" " !     Please run dokku letsencrypt:enable" "stderr"
  assert_eq 0 "$(pebble_requests_since "$mark")" "requests to the CA"
}

scenario "an enabled app gets a name more" an_enabled_app
scenario "auto-issue for all apps of the host" switched_on_for_all
scenario "an app that was never deployed" never_deployed
scenario "a port map without port 80 stays as it is" map_without_port_80
scenario "a port map without https is told what to add" map_without_https
scenario "nothing happens where it is switched off" switched_off
