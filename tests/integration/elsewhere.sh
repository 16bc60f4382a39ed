# For stories in which it is another time, or a name leads to another machine. Sourced by lib.sh.
# shellcheck shell=bash

# --- other times and places

# An offset has a sign, a number and one of s, m, h, d.
seconds_of() {
  local -r unit=${1: -1}
  local -rA lengths=([s]=1 [m]=60 [h]=3600 [d]=86400)
  [[ $1 =~ ^[+-][0-9]+[smhd]$ ]] || { fail "'$1' is no offset such as +3d"; return 1; }
  echo $((${1%?} * lengths[$unit]))
}

# at_time OFFSET COMMAND...: as if it were, say, '+3d' from now, for the command, all processes that it
# starts as any user, and the CA; not for nginx, nor for the times that the kernel gives to files. The
# clock runs on from there. Afterwards the CA's time is what it was.
at_time() {
  local ahead
  ahead=$(seconds_of "$1") || return 1
  shift
  (
    # shellcheck disable=SC2064
    trap "ca_time '$(ca_ahead)'" EXIT
    ca_time "$ahead"
    with_clock "$ahead" "$@"
  )
}

# wrong_clock OFFSET COMMAND...: this machine's clock alone is off. Below at_time: off from that time.
wrong_clock() {
  local off
  off=$(seconds_of "$1") || return 1
  shift
  with_clock $((${FAKETIME:-0} + off)) "$@"
}

with_clock() {
  local library seconds=$1
  shift
  library=$(find /usr/lib -path '*/faketime/libfaketime.so.1' -print -quit)
  # Deadlines are measured by the monotonic clock, which never jumps.
  (
    export LD_PRELOAD=$library FAKETIME_DONT_FAKE_MONOTONIC=1 NO_FAKE_STAT=1
    FAKETIME=$(printf %+d "$seconds")
    export FAKETIME
    "$@"
  )
}

# challtestsrv PATH JSON, e.g. add-a '{"host":"x.test","addresses":["192.0.2.2"]}'
challtestsrv() { curl -sf --noproxy '*' --max-time 5 -d "$2" "$CHALLTESTSRV_URL/$1"; }

# leads_elsewhere NAME: to an address without a server; leads_here NAME, as all names do at first. With
# challtestsrv.
leads_elsewhere() { challtestsrv add-a "{\"host\":\"$1\",\"addresses\":[\"203.0.113.9\"]}"; }
leads_here() { challtestsrv clear-a "{\"host\":\"$1\"}"; }

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

# The one that has the address, else the next that is free.
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
