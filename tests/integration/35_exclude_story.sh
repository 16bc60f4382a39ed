#!/usr/bin/env bash
# Names that are left out of certificates, before and after they exist, and taken back.
# shellcheck source-path=SCRIPTDIR
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

exclusions_now() { find "$DOKKU_LIB_ROOT/config/letsencrypt" -type f -exec grep -H . {} + | LC_ALL=C sort; }

excluded_before_it_exists() {
  given enabled_app shop
  local mark
  mark=$(pebble_mark)
  assert_runs dokku letsencrypt:exclude shop internal.example.test
  assert_runs dokku domains:add shop internal.example.test
  the_minute
  assert_eq 0 "$(pebble_requests_since "$mark")" "requests to the CA"
  assert_eq disabled "$(name_status shop internal.example.test)" "status"
  assert_eq excluded "$(name_cause shop internal.example.test)" "cause"
  assert_runs dokku letsencrypt:status shop
  assert_eq ok "$(summary_of shop)" "summary"
  # The vhost has it all the same.
  grep -q "internal.example.test" "$DOKKU_ROOT/shop/nginx.conf"
}

pattern_before_it_exists() {
  given enabled_app shop
  local mark
  mark=$(pebble_mark)
  assert_runs dokku letsencrypt:exclude shop '*.Lab.example.test'
  assert_runs dokku domains:add shop a.lab.example.test deep.b.lab.example.test
  assert_eq 0 "$(pebble_requests_since "$mark")" "requests to the CA"
  assert_eq disabled "$(name_status shop a.lab.example.test)" "status"
  assert_eq disabled "$(name_status shop deep.b.lab.example.test)" "status of a name further below"
  assert_runs dokku domains:add shop lab.example.test
  wait_until 10 dokku letsencrypt:status shop
  tls_verify lab.example.test
  assert_eq "lab.example.test shop.example.test" "$(served_names shop.example.test)" "names"
  assert_eq 1 "$(orders_since "$mark")" "orders"
}

# Neither a typed command nor the scheduled run takes an excluded name.
excluded_for_all_runs() {
  given pattern_before_it_exists
  local mark
  assert_runs dokku letsencrypt:enable shop --force
  assert_eq "lab.example.test shop.example.test" "$(served_names shop.example.test)" "names"
  mark=$(pebble_mark)
  assert_runs dokku letsencrypt:auto-renew
  assert_runs dokku letsencrypt:enable --all
  the_minute
  assert_eq 0 "$(orders_since "$mark")" "orders"
}

covered_name_is_excluded() {
  given pattern_before_it_exists
  local mark
  mark=$(pebble_mark)
  assert_runs dokku letsencrypt:exclude shop lab.example.test
  assert_eq 0 "$(pebble_requests_since "$mark")" "requests of the command"
  the_minute
  assert_eq "shop.example.test" "$(served_names shop.example.test)" "names"
  assert_eq 1 "$(orders_since "$mark")" "orders"
  assert_eq disabled "$(name_status shop lab.example.test)" "status"
  assert_runs dokku letsencrypt:status shop
  the_minute
  at_time +1d world-cron letsencrypt/cron
  assert_eq 1 "$(orders_since "$mark")" "orders later"
  # Said twice it changes nothing.
  assert_runs dokku letsencrypt:exclude shop lab.example.test
  assert_contains "$out" "Nothing to change for shop" "stdout"
}

included_again() {
  given excluded_before_it_exists
  given covered_name_is_excluded
  local mark
  mark=$(pebble_mark)
  assert_runs dokku letsencrypt:include shop lab.example.test '*.lab.example.test'
  the_minute
  assert_eq "a.lab.example.test deep.b.lab.example.test lab.example.test shop.example.test" "$(served_names shop.example.test)" "names"
  assert_eq 1 "$(orders_since "$mark")" "orders"
  for name in a.lab.example.test deep.b.lab.example.test lab.example.test; do
    assert_eq in-use "$(name_status shop "$name")" "status of $name"
  done
  assert_eq disabled "$(name_status shop internal.example.test)" "status of what is still out"
}

all_are_excluded() {
  given enabled_app shop
  local mark served
  served=$(served_fingerprint shop.example.test)
  mark=$(pebble_mark)
  assert_runs dokku letsencrypt:exclude shop '*'
  the_minute
  assert_eq 0 "$(orders_since "$mark")" "orders"
  assert_eq off "$(summary_of shop)" "summary"
  # A certificate for no name is no certificate: the old one stays until an operator removes it.
  assert_eq "$served" "$(served_fingerprint shop.example.test)" "served certificate"
  assert_runs dokku letsencrypt:include shop '*'
  the_minute
  assert_eq 0 "$(orders_since "$mark")" "orders"
  assert_eq ok "$(summary_of shop)" "summary"
}

bad_patterns() {
  given enabled_app shop
  local before pattern mark
  before=$(exclusions_now) mark=$(pebble_mark)
  for pattern in 'a/b' 'two words' '-x.test' '' 'a;b' "$(printf 'x%.0s' {1..300})" '../x' 'http://shop.example.test' 'ex_ample..test'; do
    assert_exits 1 dokku letsencrypt:exclude shop "$pattern"
    assert_exits 1 dokku letsencrypt:exclude shop good.example.test "$pattern"
    assert_exits 1 dokku letsencrypt:include shop "$pattern"
  done
  assert_exits 1 dokku letsencrypt:exclude shop
  assert_exits 20 dokku letsencrypt:exclude nobody x.example.test
  assert_eq "$before" "$(exclusions_now)" "exclusions"
  the_minute
  assert_eq 0 "$(pebble_requests_since "$mark")" "requests to the CA"
}

scenario "a name that is excluded before it is added" excluded_before_it_exists
scenario "a pattern for names that do not exist yet" pattern_before_it_exists
scenario "no run orders what is excluded" excluded_for_all_runs
scenario "a covered name that is excluded is left out within a minute" covered_name_is_excluded
scenario "what is included again comes back within a minute" included_again
scenario "an app of which all names are excluded" all_are_excluded
scenario "what is no domain and no pattern is refused, and nothing changes" bad_patterns
