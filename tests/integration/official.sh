# What the official plugin does to a host, as far as ours meets it afterwards: its files are made by lego
# itself, called as that plugin calls it. Sourced after lib.sh, inside a world.
# shellcheck shell=bash

official_data=$DOKKU_LIB_ROOT/data/letsencrypt

# The one with the exact arguments is in the configuration line.
official_line() {
  local domain line="--http --http.webroot /webroot --pem --accept-tos --cert.timeout 30 --path /certs"
  line+=" --server $PEBBLE_DIRECTORY --email you@example.test  "
  for domain in "${@:2}"; do line+=" --domains $domain"; done
  echo "$line"
}

# official_enable APP DOMAIN...: what the official plugin's `enable` does to the disk.
official_enable() {
  local app=$1 line hash folder base=$2 webroot=$official_data/$1
  line=$(official_line "$@")
  hash=$(printf '%s %s\n' "$line" "" | sha1sum | cut -d' ' -f1)
  folder=$DOKKU_ROOT/$app/letsencrypt/certs/$hash
  as_dokku mkdir -p "$folder/accounts" "$webroot" "$official_data/--global/accounts"
  echo "$line" | as_dokku tee "$folder/config" >/dev/null
  echo "" | as_dokku tee "$folder/docker_options" >/dev/null
  as_dokku touch "$folder/docker.env"
  as_dokku mkdir -p "$DOKKU_ROOT/$app/nginx.conf.d"
  printf 'location /.well-known/acme-challenge { allow all; auth_basic off; root %s; }\n' "$webroot" |
    as_dokku tee "$DOKKU_ROOT/$app/nginx.conf.d/letsencrypt.conf" >/dev/null
  chmod 0755 "$DOKKU_LIB_ROOT" "$official_data" "$webroot"
  /usr/sbin/nginx -s reload
  sleep 0.5
  as_lego "$folder" "${line//\/webroot/$webroot}" run
  rm "$DOKKU_ROOT/$app/nginx.conf.d/letsencrypt.conf"
  as_dokku ln -sfn "$folder" "$DOKKU_ROOT/$app/letsencrypt/certs/current"
  dokku certs:add "$app" "$folder/certificates/$base.pem" "$folder/certificates/$base.key" >/dev/null 2>&1
  as_dokku cp "$folder/certificates/$base.crt" "$DOKKU_ROOT/$app/tls/server.crt"
  as_dokku cp "$folder/certificates/$base.crt" "$DOKKU_ROOT/$app/tls/server.letsencrypt.crt"
  dokku proxy:build-config "$app" >/dev/null 2>&1
}

# as_lego FOLDER LINE COMMAND: in lego's container the folder is /certs and the accounts are mounted
# into it; here a link does that.
as_lego() {
  local folder=$1 line=$2
  rm -rf "$folder/accounts"
  as_dokku ln -sfn "$official_data/--global/accounts" "$folder/accounts"
  # shellcheck disable=SC2086 # words
  LEGO_CA_CERTIFICATES=$WORLD/pebble/ca.pem as_dokku lego ${line//\/certs/$folder} "${@:3}" >/run/lego 2>&1 || { cat /run/lego; return 1; }
  rm "$folder/accounts"
}

# official_disable APP: what its `disable` does.
official_disable() {
  rm -rf "${DOKKU_ROOT:?}/$1/letsencrypt" "${DOKKU_ROOT:?}/$1/tls"
  dokku plugin:trigger post-certs-remove "$1" >/dev/null 2>&1
  dokku plugin:trigger post-domains-update "$1" >/dev/null 2>&1
}
