#!/usr/bin/env bash
# Private keys are in their files and nowhere else: not in output, arguments, environments or logs.
# shellcheck source-path=SCRIPTDIR
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

# needles KEYFILE: the spellings in which a private key could leak.
needles() {
  local hex
  grep -v -- '-----' "$1"
  hex=$(openssl pkey -in "$1" -noout -text | sed -n '/^priv:/,/^pub:/p' | grep -v '^p' | tr -d ' :\n')
  [[ ${#hex} -le 64 ]] || hex=${hex: -64}
  echo "$hex"
  hex_to_base64url "$hex"
}
hex_to_base64url() {
  # shellcheck disable=SC2001,SC2059
  printf "$(sed 's/../\\x&/g' <<<"$1")" | base64 -w0 | tr '+/' '-_' | tr -d =
  echo
}

traced_enable() {
  given an_email
  new_app shop shop.example.test
  mkdir -p /run/evidence
  strace -f -qq -v -s 65535 -e trace=execve -o /run/evidence/programs dokku --trace letsencrypt:enable shop >/run/evidence/out 2>/run/evidence/err </dev/null
  assert_contains "$(</run/evidence/out)" "-----> Done" "stdout"
  cp "$DOKKU_ROOT/shop/tls/server.key" /run/first.key
  strace -f -qq -v -s 65535 -e trace=execve -o /run/evidence/programs2 dokku --trace letsencrypt:enable shop --force >/run/evidence/out2 2>/run/evidence/err2 </dev/null
  leads_elsewhere shop.example.test
  new_account shop
  dokku letsencrypt:set shop preflight off >/dev/null
  dokku --trace letsencrypt:enable shop --force >/run/evidence/out3 2>/run/evidence/err3 </dev/null && return 1
  dokku letsencrypt:report shop >/run/evidence/report 2>&1
  dokku letsencrypt:list >/run/evidence/list 2>&1
}

nothing_leaks() {
  given traced_enable
  local key
  cp -r "$WORLD_LOGS" /var/log/nginx /var/log/dokku /run/evidence/
  assert_at_least 6 "$(find /run/evidence -type f -size +0 | wc -l)" "files of evidence"
  # What is looked for would be found.
  cp /run/first.key /run/evidence/bait
  needles /run/first.key >/run/needles
  assert_at_least 5 "$(grep -c . /run/needles)" "needles"
  assert_eq /run/evidence/bait "$(grep -rlF -f /run/needles /run/evidence)" "files with the bait"
  rm /run/evidence/bait
  for key in /run/first.key "$DOKKU_ROOT/shop/tls/server.key" "$(global_folder)"/accounts/*/*/keys/*.key; do
    needles "$key" >/run/needles
    assert_eq "" "$(grep -rlF -f /run/needles /run/evidence || true)" "files that hold parts of $key"
  done
  assert_eq "" "$(grep -rl 'PRIVATE KEY' /run/evidence || true)" "files with a private key"
}

keys_are_only_where_they_belong() {
  given traced_enable
  local found
  found=$(grep -rlE 'PRIVATE KEY' "$DOKKU_ROOT" "$DOKKU_LIB_ROOT/data" "$DOKKU_LIB_ROOT/config" | LC_ALL=C sort || true)
  assert_eq "$(printf '%s\n' "$DOKKU_ROOT/shop/letsencrypt/certs/$(basename "$(readlink "$DOKKU_ROOT/shop/letsencrypt/certs/current")")"/{certificates/shop.example.test.key,certificates/shop.example.test.pem,key.pem} \
    "$DOKKU_ROOT/shop/tls/server.key" "$(global_folder)"/accounts/*/*@example.test/keys/*@example.test.key | LC_ALL=C sort)" "$found" "files with a private key"
  while read -r file; do assert_mode 600 "$file"; done <<<"$found"
}

scenario "an enable with --trace, a forced and a failed one are put on record" traced_enable
scenario "nothing on record holds a part of a key" nothing_leaks
scenario "keys lie only where they belong, readable by their owner alone" keys_are_only_where_they_belong
