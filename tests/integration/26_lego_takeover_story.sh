#!/usr/bin/env bash
# What the official plugin left behind is taken over, and the other way round: its files are made here
# by lego itself, called as that plugin calls it.
# shellcheck source-path=SCRIPTDIR
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
source "$(dirname "${BASH_SOURCE[0]}")/official.sh"

data=$DOKKU_LIB_ROOT/data/letsencrypt
look_of_accounts() { find "$data/--global/accounts" -type f -printf '%p %s %T@ %m\n' | sort; }

nothing_to_do() {
  local mark before
  given an_email
  new_app shop shop.example.test www.example.test
  official_enable shop shop.example.test www.example.test
  tls_verify shop.example.test
  mark=$(pebble_mark) before=$(look_of_accounts)
  assert_eq true "$(dokku letsencrypt:active shop)" "active"
  assert_contains "$(dokku letsencrypt:list)" "shop" "list"
  assert_runs dokku letsencrypt:enable shop
  assert_eq "=====> Enabling letsencrypt for shop
-----> Certificate is still valid for shop, skipping certificate request
-----> Pass --force to letsencrypt:enable to request a new certificate anyway" "$out" "stdout"
  assert_eq 0 "$(pebble_requests_since "$mark")" "requests to the CA"
  assert_eq "$before" "$(look_of_accounts)" "accounts"
}

renewed_with_the_account_of_old() {
  given nothing_to_do
  local mark before folder
  folder=$(readlink "$DOKKU_ROOT/shop/letsencrypt/certs/current")
  mark=$(pebble_mark) before=$(look_of_accounts)
  dokku letsencrypt:set shop graceperiod $((91 * 86400)) >/dev/null
  assert_runs dokku letsencrypt:auto-renew
  assert_lines "$out" "-----> shop needs renewal" "-----> Done"
  assert_eq 0 "$(accounts_since "$mark")" "new accounts"
  assert_eq "$before" "$(look_of_accounts)" "accounts"
  assert_eq "$folder" "$(readlink "$DOKKU_ROOT/shop/letsencrypt/certs/current")" "folder"
  assert_file "$folder/certificates/shop.example.test.pem"
  tls_verify www.example.test
  dokku letsencrypt:set shop graceperiod >/dev/null
}

# The official plugin makes docker.env with mode 0755, and Docker leaves files of root's.
modes_are_put_right() {
  given nothing_to_do
  local folder file before
  folder=$(readlink "$DOKKU_ROOT/shop/letsencrypt/certs/current")
  chmod 0755 "$folder/docker.env"
  chmod 0644 "$folder/config" "$folder/docker_options" "$folder/certificates/"*.key "$folder/certificates/"*.pem
  chown -R root:root "$folder/certificates"
  ln -s /etc/hostname "$folder/elsewhere.key"
  before=$(stat -c '%a %u' /etc/hostname)
  # Dokku's user can lay links where root looks after owners and modes.
  mkdir -m 0700 "$WORLD/of-root"
  as_dokku ln -s "$WORLD/of-root" "$data/elsewhere"
  assert_runs dokku plugin:install
  assert_eq "" "$err" "stderr"
  for file in "$folder/docker.env" "$folder/config" "$folder/docker_options" "$folder/certificates/"*.key "$folder/certificates/"*.pem; do
    assert_mode 600 "$file"
  done
  assert_eq "$DOKKU_SYSTEM_USER" "$(find "$folder" ! -type l -printf '%u\n' | sort -u)" "owners"
  assert_eq "$before" "$(stat -c '%a %u' /etc/hostname)" "what a link leads to"
  assert_eq "700 root" "$(stat -c '%a %U' "$WORLD/of-root")" "the folder that a link leads to"
  rm "$folder/elsewhere.key" "$data/elsewhere"
}

revoked_here() {
  given an_email
  new_app blog blog.example.test
  official_enable blog blog.example.test
  assert_runs dokku letsencrypt:revoke blog
  assert_lines "$out" "-----> Certificate revoked successfully." "-----> Done"
  assert_not_contains "$out" "certificate's own key" "stdout"
  assert_absent "$DOKKU_ROOT/blog/tls"
}

# Back to the official plugin: lego renews with what we wrote, and registers no account.
lego_uses_our_account() {
  given nothing_to_do
  given revoked_here
  local mark folder line
  rm -r "$data/--global/accounts"/*
  dokku letsencrypt:enable shop --force >/dev/null 2>&1
  folder=$(readlink "$DOKKU_ROOT/shop/letsencrypt/certs/current")
  line=$(<"$folder/config")
  assert_eq "$(official_line shop shop.example.test www.example.test)" "$line" "config"
  mark=$(pebble_mark)
  official_enable shop shop.example.test www.example.test
  assert_eq 0 "$(accounts_since "$mark")" "new accounts"
  assert_not_contains "$(</run/lego)" "HEADS UP" "lego"
  tls_verify shop.example.test
  # lego can revoke ours as well: it reads certificate, key and account where it expects them. (Of an
  # app with one domain: for a second one it looks for files that it has moved away itself.)
  assert_runs dokku letsencrypt:enable blog
  folder=$(readlink "$DOKKU_ROOT/blog/letsencrypt/certs/current")
  line=$(<"$folder/config")
  as_lego "$folder" "${line//\/webroot/$data/blog}" revoke
  assert_contains "$(</run/lego)" "Certificate was revoked" "lego"
}

# Keys of all types that lego makes, as account and as certificate.
other_key_types() {
  given an_email
  local type
  for type in rsa2048 ec384; do
    rm -rf "$data/--global/accounts"/*
    new_app "app-$type" "$type.example.test"
    dokku letsencrypt:set "app-$type" lego-args "--key-type $type" >/dev/null
    assert_runs dokku letsencrypt:enable "app-$type"
    tls_verify "$type.example.test"
    assert_runs dokku letsencrypt:enable "app-$type" --force
  done
  assert_contains "$(installed_certificate app-rsa2048 -noout -text)" "Public-Key: (2048 bit)" "key"
  assert_contains "$(installed_certificate app-ec384 -noout -text)" "NIST CURVE: P-384" "key"
}

scenario "enable finds lego's certificate still valid and asks nobody" nothing_to_do
scenario "auto-renew renews it with lego's account" renewed_with_the_account_of_old
scenario "install puts old modes and owners right" modes_are_put_right
scenario "revoke takes back what lego got" revoked_here
scenario "lego goes on with what was issued here" lego_uses_our_account
scenario "accounts and certificates with other keys" other_key_types
