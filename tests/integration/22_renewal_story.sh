#!/usr/bin/env bash
# also: sanitized
# `auto-renew`: what is due by time and nothing else, most urgent first, in one run.
# shellcheck source-path=SCRIPTDIR
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

# 90-day certificates: a graceperiod above makes them due.
due=$((91 * 86400))

nothing_is_due() {
  local mark
  assert_runs dokku letsencrypt:auto-renew
  assert_eq "=====> Auto-renewing all apps...
=====> Finished auto-renewal" "$out" "stdout without apps"
  assert_contains "$err" "You haven't deployed any applications yet" "stderr without apps"
  assert_runs dokku letsencrypt:status
  assert_eq " !     You haven't deployed any applications yet" "$err" "stderr of status without apps"
  given an_email
  new_app shop shop.example.test
  new_app blog blog.example.test
  new_app plain plain.example.test
  assert_runs dokku letsencrypt:auto-renew shop
  assert_eq "-----> Letsencrypt not enabled for shop" "$out" "an app without certificate"
  dokku letsencrypt:enable shop >/dev/null 2>&1
  dokku letsencrypt:enable blog >/dev/null 2>&1
  mark=$(pebble_mark)
  dokku letsencrypt:set --global auto-issue false >/dev/null
  # Changed settings are no reason, and neither is another first domain.
  dokku letsencrypt:set shop lego-args --pem >/dev/null
  dokku domains:set shop www.example.test shop.example.test >/dev/null 2>&1
  assert_runs dokku letsencrypt:auto-renew
  # The most urgent first; when that is, the CA has said.
  assert_matches "$(LC_ALL=C sort <<<"$out")" "^       blog still has (60|59|58)d(, [0-9]+[hms])* days left before renewal
       shop still has (60|59|58)d(, [0-9]+[hms])* days left before renewal
=====> Auto-renewing all apps...
=====> Finished auto-renewal\$" "stdout"
  assert_eq "" "$err" "stderr"
  assert_runs dokku letsencrypt:auto-renew shop
  assert_matches "$out" "^       shop still has (60|59|58)d(, [0-9]+[hms])* left before renewal\$" "one app"
  assert_eq 0 "$(pebble_requests_since "$mark")" "requests to the CA"
  dokku letsencrypt:set shop lego-args >/dev/null
  assert_exits 20 dokku letsencrypt:auto-renew nosuch
  assert_contains "$err" " !     App nosuch does not exist" "stderr"
}

one_is_due() {
  given nothing_is_due
  local before mark
  dokku letsencrypt:set blog graceperiod $due >/dev/null
  before=$(served_fingerprint blog.example.test) mark=$(reload_mark)
  assert_runs dokku letsencrypt:auto-renew
  assert_lines "$out" "=====> Auto-renewing all apps..." "-----> blog needs renewal" \
    "=====> Enabling letsencrypt for blog" "-----> Done" "=====> Finished auto-renewal"
  assert_not_contains "$out" "Enabling letsencrypt for shop" "stdout"
  assert_at_most 2 "$(reloads_since "$mark")" "reloads"
  assert_ne "$before" "$(served_fingerprint blog.example.test)" "certificate"
  tls_verify blog.example.test
  assert_matches "$(dokku letsencrypt:report --global --letsencrypt-global-last-run)" \
    "^20..-..-.. ..:.. UTC, 1 renewed, 0 failed\$" "last run"
  assert_matches "$(dokku letsencrypt:report blog --letsencrypt-global-next-run)" "UTC\$" "next run"
  assert_runs dokku letsencrypt:auto-renew blog
  assert_lines "$out" "=====> Auto-renew blog..." "=====> Enabling letsencrypt for blog" "-----> Done"
}

# The scheduled run would renew such a certificate twice a day, for ever.
scheduled_run_clamps() {
  given one_is_due
  local mark
  mark=$(pebble_mark)
  assert_runs dokku letsencrypt:auto-renew --scheduled
  assert_contains "$err" " !     blog: graceperiod is more than half of the certificate's lifetime; the scheduled run renews at half" "stderr"
  assert_matches "$out" "blog still has (44d, 23h, 59m, [0-9]+s|45d) days left before renewal" "stdout"
  assert_eq 0 "$(pebble_requests_since "$mark")" "requests to the CA"
}

failures_do_not_spread() {
  given nothing_is_due
  local mark
  dokku letsencrypt:set --global graceperiod $due >/dev/null
  dokku letsencrypt:set blog graceperiod >/dev/null
  leads_elsewhere blog.example.test
  new_account blog
  mark=$(served_fingerprint shop.example.test)
  assert_exits 1 dokku letsencrypt:auto-renew
  assert_lines "$out" "-----> shop needs renewal" "=====> Finished auto-renewal"
  assert_lines "$err" " !     Failed: blog (other-server)" " !     One or more apps failed to have their certificates renewed"
  assert_ne "$mark" "$(served_fingerprint shop.example.test)" "certificate of shop"
  tls_verify blog.example.test
  assert_contains "$(dokku letsencrypt:report --global --letsencrypt-global-last-run)" "1 renewed, 1 failed" "last run"
}

custom_pairs_are_left_alone() {
  given nothing_is_due
  local before
  leads_here blog.example.test
  self_signed_pair blog.example.test /run/own
  dokku certs:add blog /run/own.crt /run/own.key >/dev/null 2>&1
  before=$(sha256sum "$DOKKU_ROOT/blog/tls/server.crt")
  assert_eq false "$(dokku letsencrypt:active blog)" "active"
  assert_runs dokku letsencrypt:auto-renew
  assert_not_contains "$out" "blog" "stdout"
  assert_eq "$before" "$(sha256sum "$DOKKU_ROOT/blog/tls/server.crt")" "pair of blog"
}

# Stored by hand or by the official plugin, which takes any text.
graceperiod_that_is_no_number() {
  given nothing_is_due
  leads_here blog.example.test
  dokku letsencrypt:set --global graceperiod >/dev/null
  printf 30d >"$DOKKU_LIB_ROOT/config/letsencrypt/shop/graceperiod"
  assert_runs dokku letsencrypt:auto-renew
  assert_contains "$err" " !     shop: The property graceperiod is '30d'" "stderr"
  assert_matches "$out" "shop still has [0-9]+d.* days left before renewal" "stdout"
  assert_runs dokku letsencrypt:auto-renew shop
  assert_not_contains "$out" "not enabled" "stdout"
  rm "$DOKKU_LIB_ROOT/config/letsencrypt/shop/graceperiod"
}

scenario "nothing is due: each app says how long, and nobody is asked" nothing_is_due
scenario "what is due is renewed, and reports know of the run" one_is_due
scenario "the scheduled run clamps a graceperiod that would renew every day" scheduled_run_clamps
scenario "one that fails keeps no other from being renewed" failures_do_not_spread
scenario "a graceperiod that is no number stops nothing" graceperiod_that_is_no_number
scenario "a certificate of the operator's is none of its business" custom_pairs_are_left_alone
