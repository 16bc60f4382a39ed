# The DNS, Pebble and the front before it, nginx and the answering end of deployed apps. Sourced by
# tests/world/init.
# shellcheck shell=bash

# The CA's port and the second one, at which the same CA is another for the product, are the front's.
readonly ca_port=14000 second_ca_port=14999 pebble_port=14010 pebble_management_port=15000
readonly revocation_list_port=14080 challtestsrv_port=8055

# Long enough for those whose clock a story has moved, either way.
make_pebble_certificate() {
  (
    cd "$WORLD/pebble"
    LD_PRELOAD=$(find /usr/lib -path '*/faketime/libfaketime.so.1' -print -quit)
    export LD_PRELOAD FAKETIME=-30d
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 3650 -subj "/CN=World CA of Pebble's endpoint" \
      -addext keyUsage=critical,keyCertSign -keyout ca.key -out ca.pem
    openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=pebble -keyout server.key -out server.csr
    openssl x509 -req -in server.csr -CA ca.pem -CAkey ca.key -set_serial 2 -days 3650 -out server.pem \
      -extfile <(printf 'subjectAltName=IP:%s,IP:127.0.0.1,DNS:localhost,DNS:ca.example.net,DNS:staging.ca.example.net\n' "$ca_address")
    chmod 0644 ca.pem
  ) >"$WORLD_LOGS/openssl.log" 2>&1 || { cat "$WORLD_LOGS/openssl.log" >&2; fail "could not make Pebble's certificate"; }
}

start_dns() {
  if [[ $WORLD_DNS == zones ]]; then
    start_zone_servers
    return
  fi
  pebble-challtestsrv -defaultIPv4 "$own_address" -defaultIPv6 "" -dnsserver "$dns_address:53" \
    -management "$dns_address:$challtestsrv_port" -http01 "$dns_address:5002" -https01 "" -tlsalpn01 "" -doh "" \
    >"$WORLD_LOGS/challtestsrv.log" 2>&1 </dev/null &
}

# Pebble takes a random profile when an order names none, so there is exactly one.
start_pebble() {
  local authz=0 order=0
  make_pebble_certificate
  [[ -z $WORLD_PEBBLE_DEFAULTS ]] || authz=3 order=5
  jq -n --arg dir "$WORLD/pebble" --argjson port $pebble_port --argjson management $pebble_management_port \
    --argjson authz $authz --argjson order $order '{pebble: {
      listenAddress: "127.0.0.1:\($port)", managementListenAddress: "0.0.0.0:\($management)",
      certificate: "\($dir)/server.pem", privateKey: "\($dir)/server.key",
      httpPort: 80, tlsPort: 443, ocspResponderURL: "", externalAccountBindingRequired: false,
      domainBlocklist: ["blocked-domain.example"], retryAfter: {authz: $authz, order: $order},
      profiles: {default: {description: "90 days", validityPeriod: 7776000}}}}' |
    jq "$WORLD_PEBBLE_CONFIG" >"$WORLD/pebble/config.json" || fail "--pebble-config is not a jq filter that works"
  (
    if [[ -z $WORLD_PEBBLE_DEFAULTS ]]; then
      export PEBBLE_VA_NOSLEEP=${PEBBLE_VA_NOSLEEP-1} PEBBLE_WFE_NONCEREJECT=${PEBBLE_WFE_NONCEREJECT-0}
      export PEBBLE_AUTHZREUSE=${PEBBLE_AUTHZREUSE-0}
    fi
    exec pebble -config "$WORLD/pebble/config.json" -dnsserver "$dns_address:53" >"$WORLD_LOGS/pebble.log" 2>&1 </dev/null
  ) &
}

# What the product takes for the CA; see tests/world/ca_front.
start_ca_front() {
  mkdir -p /run/ca-front
  : >"$WORLD_LOGS/ca-front.log"
  if [[ -n $WORLD_ROUND_TRIP ]]; then
    /usr/bin/python3 -B "$WORLD_SOURCE/far_away.py" "$WORLD_ROUND_TRIP" tcp "$ca_address:$ca_port" "127.0.0.1:$pebble_port" \
      udp "$far_dns_address:53" "$dns_address:53" >"$WORLD_LOGS/far-away.log" 2>&1 </dev/null &
    return
  fi
  /usr/bin/python3 -B "$WORLD_SOURCE/ca_front" --pebble $pebble_port --management $pebble_management_port \
    --listen $ca_port --listen $second_ca_port --lists "$ca_address:$revocation_list_port" \
    --tls "$WORLD/pebble" --directory /run/ca-front --log "$WORLD_LOGS/ca-front.log" \
    >"$WORLD_LOGS/ca-front-errors.log" 2>&1 </dev/null &
}

# Debian's configuration without any site; notices are logged so that reloads can be counted.
make_nginx_config() {
  rm -f /etc/nginx/conf.d/* /etc/nginx/sites-enabled/*
  sed -i -E 's#^(\s*)error_log .*#\1error_log /var/log/nginx/error.log notice;#' /etc/nginx/nginx.conf
  [[ -z $WORLD_ROOTLESS ]] || sed -i -E 's#^user .*#user root;#' /etc/nginx/nginx.conf
  # Debian 13 has a line of its own, and nginx takes only one.
  sed -i -E 's#^(\s*)(server_tokens .*)#\1\# \2#' /etc/nginx/nginx.conf
  cat >/etc/nginx/conf.d/dokku.conf <<CONF
include $WORLD_HOME/*/nginx.conf;

server_tokens off;
server_names_hash_bucket_size 512;
ssl_session_cache shared:SSL:20m;
ssl_session_timeout 1d;
ssl_session_tickets off;
CONF
  touch /var/log/nginx/{access,error}.log
  chmod 0640 /var/log/nginx/*.log
  [[ -n $WORLD_ROOTLESS ]] || chown www-data:adm /var/log/nginx/*.log
}

start_nginx() {
  /usr/sbin/nginx </dev/null || fail "nginx did not start"
}

# Containers have a network of their own, so that their ports are not the host's.
make_container_network() {
  if ! ip netns add containers || ! ip link add docker0 type veth peer name eth0 netns containers; then
    fail "cannot make the network of the containers"
  fi
  ip addr add 172.17.0.1/16 dev docker0
  ip link set docker0 up
  nsenter --net=/run/netns/containers sh -e <<'SETUP'
ip link set lo up
ip addr add 172.17.128.1/16 dev eth0
ip link set eth0 up
ip route add local 172.17.128.0/17 dev lo
SETUP
}

# One server answers for all containers: each of their addresses is a directory of files.
start_upstream() {
  make_container_network
  mkdir -p "$WORLD"/upstream/{listen,address,app,tmp}
  local port
  for port in 3000 5000 8080; do echo "listen $port;" >"$WORLD/upstream/listen/$port.conf"; done
  cat >"$WORLD/upstream/nginx.conf" <<CONF
worker_processes 1;
pid $WORLD/upstream/pid;
error_log $WORLD_LOGS/upstream.log;
events {}
http {
  access_log off;
  client_body_temp_path $WORLD/upstream/tmp/body;
  proxy_temp_path $WORLD/upstream/tmp/proxy;
  fastcgi_temp_path $WORLD/upstream/tmp/fastcgi;
  uwsgi_temp_path $WORLD/upstream/tmp/uwsgi;
  scgi_temp_path $WORLD/upstream/tmp/scgi;
  default_type text/plain;
  keepalive_timeout 0;
  server {
    include $WORLD/upstream/listen/*.conf;
    root $WORLD/upstream/address/\$server_addr;
    location / { try_files \$uri /body =404; }
  }
}
CONF
  : >"$WORLD_LOGS/upstream.log"
  if [[ -n $WORLD_ROOTLESS ]]; then
    sed -i '1i user root;' "$WORLD/upstream/nginx.conf"
    nsenter --net=/run/netns/containers \
      /usr/sbin/nginx -c "$WORLD/upstream/nginx.conf" -e "$WORLD_LOGS/upstream.log" </dev/null
  else
    chown -R dokku:dokku "$WORLD/upstream" "$WORLD_LOGS/upstream.log"
    nsenter --net=/run/netns/containers setpriv --reuid dokku --regid dokku --init-groups \
      /usr/sbin/nginx -c "$WORLD/upstream/nginx.conf" -e "$WORLD_LOGS/upstream.log" </dev/null
  fi || fail "the upstream of the apps did not start"
}

is_listened_on() { cat /proc/net/tcp /proc/net/tcp6 2>/dev/null | grep -q "$(printf ':%04X 0' "$1")"; }

is_ca_open() {
  if [[ -n $WORLD_ROUND_TRIP ]]; then
    is_listened_on $ca_port
  else
    is_listened_on $second_ca_port && [[ -S /run/ca-front/control ]]
  fi
}

# Waits without a request to the ACME port, so that Pebble's log counts the product's only.
await_services() {
  local end=$((SECONDS + 30)) url="https://$ca_address:$pebble_management_port/roots/0"
  until curl -sf --noproxy '*' --cacert "$WORLD/pebble/ca.pem" -o "$WORLD/pebble/root.pem" "$url" 2>/dev/null &&
    is_listened_on $pebble_port; do
    ((SECONDS < end)) || { tail -n 5 "$WORLD_LOGS/pebble.log" >&2; fail "Pebble did not start"; }
    sleep 0.03
  done
  until is_ca_open; do
    ((SECONDS < end)) || { tail -n 5 "$WORLD_LOGS/ca-front-errors.log" >&2; fail "the front before Pebble did not start"; }
    sleep 0.03
  done
  chmod 0644 "$WORLD/pebble/root.pem"
  if [[ $WORLD_DNS == zones ]]; then
    await_zone_servers
    return
  fi
  until curl -sf --noproxy '*' -o /dev/null -d "{\"ip\":\"$own_address\"}" "http://$dns_address:$challtestsrv_port/set-default-ipv4" 2>/dev/null; do
    ((SECONDS < end)) || { tail -n 5 "$WORLD_LOGS/challtestsrv.log" >&2; fail "challtestsrv did not start"; }
    sleep 0.03
  done
}
