# For stories in which it is another time, a name leads to another machine, or the CA fails. Sourced by lib.sh.
# shellcheck shell=bash

# --- other times and places

# at_time OFFSET COMMAND...: as if it were, say, '+3d' from now. The command's clock runs on from there,
# for all processes it starts as any user, but not for nginx and the CA, nor for the times that the
# kernel gives to files. An offset has a sign, a number and one of s, m, h, d; a certificate that the CA
# signs meanwhile is from today.
at_time() {
  local library offset=$1
  shift
  library=$(find /usr/lib -path '*/faketime/libfaketime.so.1' -print -quit)
  [[ -n $library ]] || { fail "libfaketime is missing (scripts/install-packages world)"; return 1; }
  # Deadlines are measured by the monotonic clock, which jumps for nobody.
  (
    export LD_PRELOAD=$library FAKETIME=$offset FAKETIME_DONT_FAKE_MONOTONIC=1 NO_FAKE_STAT=1
    "$@"
  )
}

# other_server ADDRESS [DIRECTIVES]: another machine has the address, and its nginx says "another server"
# on port 80 to everything, or does what the directives of a location say. Again: with other directives.
# It is a network of its own because this machine's nginx has port 80 of all addresses here.
other_server() {
  local address=$1 directives=${2:-'return 200 "another server\n";'} directory
  directory=$(other_server_directory "$address")
  [[ -e $directory/address ]] || make_other_network "$directory" "$address"
  [[ $address != *:* ]] || address=[$address]
  cat >"$directory/nginx.conf" <<CONF
user root;
worker_processes 1;
pid $directory/pid;
error_log $directory/error.log;
events {}
http {
  access_log $directory/access.log;
  default_type text/plain;
  server {
    listen $address:80;
    location / { $directives }
  }
}
CONF
  if [[ -e $directory/pid ]]; then
    kill -QUIT "$(<"$directory/pid")"
    wait_until 5 test ! -e "$directory/pid"
  fi
  nsenter --net="/run/netns/${directory##*/}" /usr/sbin/nginx -c "$directory/nginx.conf" -e "$directory/error.log" </dev/null
  wait_until 5 curl -s --noproxy '*' -o /dev/null "http://$address/"
}

# The one that has the address, else the next that nobody has.
other_server_directory() {
  local number=1
  while [[ -e /run/other-$number/address && $(<"/run/other-$number/address") != "$1" ]]; do number=$((number + 1)); done
  echo "/run/other-$number"
}

make_other_network() {
  local directory=$1 address=$2 name=${1##*/} setup
  mkdir -p "$directory"
  ip netns add "$name"
  ip link add "$name" type veth peer name eth0 netns "$name"
  ip link set "$name" up
  # There is no neighbour discovery for the addresses on lo, so each end has one of its own.
  setup='ip link set lo up; ip link set eth0 up; ip address add "$1" dev eth0; ip route add default dev eth0'
  if [[ $address == *:* ]]; then
    ip -6 address add fe80::1/64 dev "$name" nodad
    setup='ip link set lo up; ip link set eth0 up; ip -6 address add fe80::2/64 dev eth0 nodad
      ip -6 address add "$1" dev eth0 nodad; ip -6 route add default via fe80::1 dev eth0'
  fi
  nsenter --net="/run/netns/$name" sh -ec "$setup" sh "$address"
  if [[ $address == *:* ]]; then
    ip -6 route add "$address" via fe80::2 dev "$name" src 2001:db8::1
  else
    ip route add "$address" dev "$name" src 192.0.2.1
  fi
  echo "$address" >"$directory/address"
}

# --- a CA that fails

# The server whose state ca_front sets, for the property `server`.
front_directory=https://198.51.100.1:14999/dir

# ca_front MODE: what becomes of requests to it. `works`: Pebble answers; `limited`: so it does, but each
# new order is refused for two hours; `500`: an error as of a broken proxy; `hangs`: connections are taken
# and never answered; `down`: nothing listens.
ca_front() {
  local directory=/run/ca-front answer orders=
  mkdir -p $directory
  if [[ -e $directory/pid ]]; then
    /usr/sbin/nginx -c $directory/nginx.conf -e $directory/error.log -s stop
    wait_until 5 test ! -e $directory/pid
  fi
  if [[ -e $directory/silent ]]; then
    kill "$(<$directory/silent)" || true
    rm $directory/silent
  fi
  case $1 in
    down) return 0 ;;
    hangs)
      perl -MIO::Socket::INET -e 'my $listener = IO::Socket::INET->new(LocalAddr => "198.51.100.1:14999", Listen => 64, ReuseAddr => 1) or die; sleep' &
      echo $! >$directory/silent
      wait_until 5 bash -c ': </dev/tcp/198.51.100.1/14999'
      return 0
      ;;
    works | limited) answer="proxy_pass ${PEBBLE_DIRECTORY%/dir}; proxy_set_header Host \$http_host;" ;;
    *) answer="return $1 '<html><head><title>Welcome to the proxy</title></head></html>';" ;;
  esac
  [[ $1 != limited ]] || orders="location = /order-plz {
      default_type application/problem+json;
      add_header Retry-After 7200 always;
      return 429 '{\"type\":\"urn:ietf:params:acme:error:rateLimited\",\"detail\":\"too many new orders\",\"status\":429}';
    }"
  cat >$directory/nginx.conf <<CONF
pid $directory/pid;
error_log $directory/error.log;
events {}
http {
  log_format bodies escape=none '\$request_uri \$request_body';
  access_log $directory/access.log;
  access_log $directory/bodies.log bodies;
  server {
    listen 198.51.100.1:14999 ssl;
    ssl_certificate $WORLD/pebble/server.pem;
    ssl_certificate_key $WORLD/pebble/server.key;
    default_type text/html;
    $orders
    location / { $answer }
  }
}
CONF
  /usr/sbin/nginx -c $directory/nginx.conf -e $directory/error.log
  wait_until 5 curl -s --cacert "$PEBBLE_CA_PEM" -o /dev/null https://198.51.100.1:14999/
}
front_requests() { wc -l </run/ca-front/access.log; }
# front_orders MARK: the payloads of the new orders after the first MARK requests to it, one a line.
front_orders() {
  tail -n "+$(($1 + 1))" /run/ca-front/bodies.log | sed -n 's#^/order-plz ##p' |
    jq -c '.payload | gsub("-"; "+") | gsub("_"; "/") | . + "=" * ((4 - length % 4) % 4) | @base64d | fromjson'
}
