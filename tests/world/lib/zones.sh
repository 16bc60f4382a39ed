# The zones of a world with real DNS: nsd speaks for them, unbound asks nsd and keeps the answers.
# Sourced by tests/world/init and world-zone.
# shellcheck shell=bash

readonly zones_directory=$WORLD/zones zone_server=192.0.2.53
readonly negative_ttl=3600 record_ttl=60

zone_of() {
  case $1 in
    example.test | *.example.test) echo example.test ;;
    test | *.test) echo test ;;
    *) echo root ;;
  esac
}

# write_zone ZONE SERIAL: its file, from the new records that world-zone keeps. All zones are at the one
# server ns.example.test; the root needs its address as glue, and so does test.
write_zone() {
  local zone=$1 serial=$2 origin=$1. name record
  [[ $zone != root ]] || origin=.
  {
    printf '$ORIGIN %s\n$TTL %s\n' "$origin" "$record_ttl"
    # A negative answer is kept for the lesser of this record's TTL and its last number.
    printf '@ %s SOA ns.example.test. hostmaster.example.test. %s 3600 600 86400 %s\n' "$negative_ttl" "$serial" "$negative_ttl"
    printf '@ NS ns.example.test.\nns.example.test. A %s\n' "$zone_server"
    [[ $zone != root ]] || printf 'test. NS ns.example.test.\n'
    [[ $zone != test ]] || printf 'example.test. NS ns.example.test.\n'
    while read -r name record; do
      [[ $(zone_of "$name") != "$zone" ]] || printf '%s. %s\n' "$name" "$record"
    done <"$zones_directory/records.new"
  } >"$zones_directory/$zone.new"
}

# write_zones SERIAL: all zones, or none if a record is wrong. Every zone has the same serial, so that
# one number tells whether all of them are served.
write_zones() {
  local zone said
  for zone in root test example.test; do
    write_zone "$zone" "$1"
    said=$(/usr/sbin/nsd-checkzone "${zone/#root/.}" "$zones_directory/$zone.new" 2>&1) || { echo "$said" >&2; return 1; }
  done
  for zone in root test example.test; do mv "$zones_directory/$zone.new" "$zones_directory/$zone.zone"; done
  mv "$zones_directory/records.new" "$zones_directory/records"
  echo "$1" >"$zones_directory/serial"
}

# serves_serial SERVER ZONE SERIAL
serves_serial() {
  [[ $(timeout 5 drill -Q "@$1" "$2" SOA 2>/dev/null | awk '{ print $3 }') == "$3" ]]
}

make_zones() {
  local zone
  mkdir -p "$zones_directory"
  : >"$zones_directory/records.new"
  write_zones 1 || fail "could not write the zones"
  cat >"$zones_directory/nsd.conf" <<CONF
server:
  ip-address: $zone_server
  server-count: 1
  username: ""
  zonesdir: "$zones_directory"
  database: ""
  pidfile: "$zones_directory/nsd.pid"
  xfrdfile: "$zones_directory/xfrd.state"
  xfrdir: "$zones_directory"
  zonelistfile: "$zones_directory/zone.list"
  logfile: "$WORLD_LOGS/nsd.log"
  rrl-ratelimit: 0
remote-control:
  control-enable: yes
  control-interface: "$zones_directory/control"
CONF
  for zone in root test example.test; do
    printf 'zone:\n  name: "%s"\n  zonefile: "%s.zone"\n' "${zone/#root/.}" "$zone"
  done >>"$zones_directory/nsd.conf"
  printf '. 3600000 NS ns.example.test.\nns.example.test. 3600000 A %s\n' "$zone_server" >"$zones_directory/hints"
  # Of itself unbound knows better than any server that there is no test.
  cat >"$zones_directory/unbound.conf" <<CONF
server:
  interface: 127.0.0.1
  access-control: 127.0.0.0/8 allow
  num-threads: 1
  do-daemonize: no
  do-ip6: no
  username: ""
  chroot: ""
  directory: "$zones_directory"
  pidfile: "$zones_directory/unbound.pid"
  logfile: "$WORLD_LOGS/unbound.log"
  use-syslog: no
  module-config: "iterator"
  qname-minimisation: no
  do-not-query-localhost: no
  root-hints: "$zones_directory/hints"
  local-zone: "test." nodefault
CONF
}

start_zone_servers() {
  make_zones
  /usr/sbin/nsd -d -c "$zones_directory/nsd.conf" >>"$WORLD_LOGS/nsd.log" 2>&1 </dev/null &
  /usr/sbin/unbound -d -c "$zones_directory/unbound.conf" >>"$WORLD_LOGS/unbound.log" 2>&1 </dev/null &
}

await_zone_servers() {
  local end=$((SECONDS + 30))
  until serves_serial "$zone_server" example.test 1; do
    ((SECONDS < end)) || { tail -n 5 "$WORLD_LOGS/nsd.log" >&2; fail "nsd did not start"; }
    sleep 0.03
  done
  until serves_serial 127.0.0.1 . 1; do
    ((SECONDS < end)) || { tail -n 5 "$WORLD_LOGS/unbound.log" >&2; fail "unbound did not start"; }
    sleep 0.03
  done
  # The user dokku may change records too, as the program of a DNS provider does.
  [[ -n $WORLD_ROOTLESS ]] || chown -R dokku:dokku "$zones_directory"
}
