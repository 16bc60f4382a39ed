#!/usr/bin/env bash
# A CA that refuses new orders until a time it names (Retry-After, RFC 8555 section 6.6): it is left alone
# until then, and apps at another CA do not notice.
# shellcheck source-path=SCRIPTDIR
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

# 90-day certificates: they are always due.
due=$((91 * 86400))
limited=(a1 a2 a3 a4 a5) free=(b1 b2 b3)

fingerprints_of() { local app; for app in "$@"; do fingerprint_of "$app"; done; }
# How many lines two lists of one length have in common, place by place.
same_lines() { paste -d '|' <(echo "$1") <(echo "$2") | awk -F '|' '$1 == $2 { same++ } END { print same + 0 }'; }

new_orders_at_front() { front_orders "$1" $front_directory | wc -l; }

both_cas_work() {
  local app
  ca_front works
  given an_email
  for app in "${limited[@]}" "${free[@]}"; do
    undeployed_app "$app" "$app.example.test"
    [[ $app != a* ]] || dokku letsencrypt:set "$app" server $front_directory >/dev/null
  done
  assert_runs dokku letsencrypt:enable --all
  dokku letsencrypt:set --global graceperiod $due >/dev/null
}

one_is_limited() {
  given both_cas_work
  local before_limited before_free mark app
  ca_front limited $front_directory
  before_limited=$(fingerprints_of "${limited[@]}") before_free=$(fingerprints_of "${free[@]}")
  mark=$(front_requests)
  run_and_capture dokku letsencrypt:auto-renew
  assert_eq 1 "$code" "exit code"
  assert_at_most 60000 "$milliseconds" "milliseconds"
  assert_lines "$out" "-----> 3 of 8 certificates were issued and installed"
  assert_eq 0 "$(same_lines "$before_free" "$(fingerprints_of "${free[@]}")")" "certificates at the other CA that are the old ones"
  assert_eq 5 "$(same_lines "$before_limited" "$(fingerprints_of "${limited[@]}")")" "certificates that are the old ones"
  for app in "${limited[@]}"; do assert_contains "$err" "$app (rate-limited)" "summary"; done
  # What was refused to one is not asked for by the next.
  assert_eq 1 "$(new_orders_at_front "$mark")" "new orders at the CA"
  assert_contains "$out" "too many new orders" "stdout"
  assert_matches "$out" "The CA asks not to be asked again before 20..-..-.. ..:.. UTC" "stdout"
  for app in b1 b3; do tls_verify "$app.example.test"; done
}

wait_until_then() {
  given one_is_limited
  local app next own_words=0
  assert_eq parked "$(jq -r 'select(.entry == "parked") | .entry' "$(global_folder)/ledger.jsonl" | sort -u)" "ledger"
  for app in "${limited[@]}"; do
    assert_eq rate-limited "$(name_cause "$app" "$app.example.test")" "cause of $app"
    # The one that was ordered has the CA's own words.
    if [[ ! $(dokku letsencrypt:status "$app" || true) =~ 'asks not to be asked before 20'..-..-..' '..:..' UTC' ]]; then
      own_words=$((own_words + 1))
      assert_contains "$(dokku letsencrypt:status "$app" || true)" '429: "too many new orders"' "status of $app"
    fi
    next=$(($(date -d "$(jq -r '.names[0].next_try' "$(state_file "$app")")" +%s) - EPOCHSECONDS))
    assert_at_least 7000 "$next" "seconds until the next try of $app"
    assert_at_most 10800 "$next" "seconds until the next try of $app"
  done
  assert_eq 1 "$own_words" "apps with nothing but the words of the CA"
}

# Not even for the directory, or a nonce.
nothing_is_sent_until_then() {
  given one_is_limited
  local mark
  mark=$(front_requests)
  run_and_capture dokku letsencrypt:auto-renew
  assert_eq 1 "$code" "exit code"
  assert_matches "$out$err" "198.51.100.1:?[0-9]* asks not to be asked before 20..-..-.. ..:.. UTC" "output"
  assert_runs dokku letsencrypt:auto-renew --dry-run
  assert_matches "$out" "a2 is due .*, but would wait: .* asks not to be asked before 20..-..-.. ..:.. UTC" "dry run"
  # The scheduled run renews at half of the lifetime.
  assert_runs at_time +1h dokku letsencrypt:auto-renew --scheduled
  assert_matches "$out" "a1 still has .* left before renewal" "stdout of the scheduled run"
  assert_lines "$out" "=====> Finished auto-renewal"
  run_and_capture at_time +1h dokku letsencrypt:auto-renew a2
  assert_eq 1 "$code" "exit code an hour later"
  assert_matches "$out$err" "asks not to be asked before 20..-..-.. ..:.. UTC" "output an hour later"
  assert_contains "$(crontab -u dokku -l)" "/letsencrypt/cron " "crontab"
  assert_runs at_time +1h world-cron letsencrypt/cron
  assert_eq "" "$(front_requests_since "$mark" $front_directory)" "requests to the CA"
}

force_orders_all_the_same() {
  given one_is_limited
  local before
  ca_front works
  before=$(fingerprint_of a1)
  assert_exits 1 dokku letsencrypt:auto-renew a1
  assert_eq "$before" "$(fingerprint_of a1)" "certificate"
  assert_runs dokku letsencrypt:enable a1 --force
  assert_matches "$err" " !     .*asks not to be asked before .*; ordered all the same \(--force\)" "stderr"
  assert_ne "$before" "$(fingerprint_of a1)" "certificate"
  tls_verify a1.example.test
}

after_the_time() {
  given one_is_limited
  local before
  ca_front works
  before=$(fingerprints_of "${limited[@]}")
  at_time +3h dokku letsencrypt:auto-renew >/run/later 2>&1 || { cat /run/later; false; }
  assert_eq 0 "$(same_lines "$before" "$(fingerprints_of "${limited[@]}")")" "certificates that are the old ones"
  assert_eq in-use "$(name_status a5 a5.example.test)" "status"
  for app in "${limited[@]}"; do tls_verify "$app.example.test"; done
}

# What Boulder says, with a link as long as its own.
paused_page="https://portal.test/sfe/v1/unpause?jwt=$(printf 'j%.0s' {1..2500})end"
# ca_pauses NAME [PAYLOAD]: new orders with that name are refused until the front works again.
ca_pauses() {
  ca_answers POST '^/order-plz$' times=0 payload="\"${2-$1}\"" status=429 problem=rateLimited \
    detail="Your account is temporarily prevented from requesting certificates for $1 and possibly others. Please visit: $paused_page"
}
# orders_for MARK NAME: new orders since that have it.
orders_for() { front_orders "$1" | jq -c --arg name "$2" 'select(any(.identifiers[]; .value == $name))' | wc -l; }

one_name_is_paused() {
  given an_email
  local mark
  ca_front works
  undeployed_app pz p1.example.test p2.example.test
  ca_pauses p1.example.test
  mark=$(front_requests)
  assert_runs dokku letsencrypt:enable pz
  assert_contains "$out$err" "$paused_page" "output"
  assert_not_contains "$out$err" "asks not to be asked" "output"
  assert_eq "p2.example.test" "$(installed_certificate pz -noout -ext subjectAltName | sed -n 's/.*DNS://p')" "names of the certificate"
  assert_eq "1 2" "$(orders_for "$mark" p1.example.test) $(front_orders "$mark" | wc -l)" "orders"
  assert_name pz p1.example.test action-required paused
  assert_contains "$(status_json pz | jq -r '.names[0].reason')" "$paused_page" "reason"
  assert_exits 1 dokku letsencrypt:status pz
  assert_contains "$out" "$paused_page" "status"
}

the_schedule_asks_once_a_day() {
  given one_name_is_paused
  local mark i
  mark=$(front_requests)
  for i in 1 11 23; do
    at_time "+${i}h" dokku letsencrypt:auto-renew --scheduled >/dev/null 2>&1 || true
    at_time "+${i}h" world-cron letsencrypt/cron || true
  done
  assert_eq 0 "$(orders_for "$mark" p1.example.test)" "orders within the day"
  assert_name pz p1.example.test action-required paused
  at_time +25h world-cron letsencrypt/cron || true
  assert_eq 1 "$(orders_for "$mark" p1.example.test)" "orders after a day"
}

a_person_asks_at_once() {
  given one_name_is_paused
  local mark
  mark=$(front_requests)
  run_and_capture dokku letsencrypt:retry pz
  assert_eq 1 "$(orders_for "$mark" p1.example.test)" "orders by retry"
  run_and_capture dokku letsencrypt:enable pz
  assert_eq 2 "$(orders_for "$mark" p1.example.test)" "orders by retry and enable"
  ca_front works
  assert_runs dokku letsencrypt:retry pz
  tls_verify p1.example.test
  assert_name pz p1.example.test in-use
}

# The words name another name than the only one that is ordered.
the_only_name_is_paused() {
  given an_email
  local mark
  undeployed_app only only.example.test
  ca_pauses elsewhere.test only.example.test
  mark=$(front_requests)
  for _ in 1 2; do
    assert_exits 1 dokku letsencrypt:enable only
    assert_contains "$out" "$paused_page" "stdout"
    assert_not_contains "$out$err" "asks not to be asked" "output"
  done
  assert_eq 2 "$(orders_for "$mark" only.example.test)" "orders"
  assert_name only only.example.test action-required paused
  ca_front works
  assert_runs dokku letsencrypt:enable only
}

new_accounts_are_limited() {
  given both_cas_work
  local mark app
  for app in fresh1 fresh2; do
    undeployed_app $app $app.example.test
    new_account $app
  done
  ca_answers POST '^/sign-me-up$' times=0 status=429 problem=rateLimited header="Retry-After: 7200" \
    detail="too many new registrations (10) from this IP address in the last 3h0m0s"
  mark=$(front_requests)
  assert_exits 1 dokku letsencrypt:enable fresh1
  assert_contains "$out" "too many new registrations" "stdout"
  assert_exits 1 dokku letsencrypt:enable fresh2
  assert_matches "$out" "asks not to be asked before .* for a new account: .too many new registrations" "stdout"
  assert_eq 1 "$(front_requests_since "$mark" | jq -c 'select(.path == "/sign-me-up")' | wc -l)" "accounts asked for"
  assert_runs dokku letsencrypt:auto-renew b1
  assert_contains "$out" "Certificate retrieved successfully" "stdout"
  ca_front works
  assert_exits 1 dokku letsencrypt:enable fresh1
  assert_runs at_time +3h dokku letsencrypt:enable fresh1
}

scenario "five apps at one CA, three at another" both_cas_work
scenario "one CA refuses an order: it gets no second one, and the other apps are renewed" one_is_limited
scenario "the apps at that CA tell until when they wait" wait_until_then
scenario "until then nothing is sent to it" nothing_is_sent_until_then
scenario "a forced order is placed all the same, with a warning" force_orders_all_the_same
scenario "after that time they are renewed" after_the_time
scenario "a paused name is left out, with the whole link that frees it" one_name_is_paused
scenario "the schedule orders it again once a day" the_schedule_asks_once_a_day
scenario "a person's retry or enable asks the CA at once" a_person_asks_at_once
scenario "a pause of the only name, in words about another" the_only_name_is_paused
scenario "new accounts are limited: apps that have one go on" new_accounts_are_limited
