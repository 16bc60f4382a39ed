# The network and the private file tree of a world. Sourced by tests/world/init.
# shellcheck shell=bash

readonly dns_address=192.0.2.53 far_dns_address=192.0.2.54 ca_address=198.51.100.1 own_address=192.0.2.1

make_network() {
  local address
  ip link set lo up
  for address in $own_address/32 192.0.2.2/32 $dns_address/32 $far_dns_address/32 $ca_address/32; do
    ip addr add "$address" dev lo
  done
  # Absent where the kernel has no IPv6.
  for address in 2001:db8::1/128 2001:db8::2/128; do
    ip -6 addr add "$address" dev lo nodad 2>/dev/null || true
  done
}

# Puts DIRECTORY of the world over TARGET of the machine.
put_over() {
  mount --bind "$1" "$2"
}

# A writable view of TARGET: the machine's files below, the world's own above. The directories named
# after it get new files; they are made beforehand because without root the machine's cannot be
# written to even in a copy.
layer_over() {
  local target=$1 name=${1//\//-}
  shift
  mkdir -p "$WORLD/layers/$name/upper" "$WORLD/layers/$name/work"
  (($# == 0)) || (cd "$WORLD/layers/$name/upper" && mkdir -p "$@")
  mount -t overlay "world$name" \
    -o "lowerdir=$target,upperdir=$WORLD/layers/$name/upper,workdir=$WORLD/layers/$name/work" "$target" ||
    fail "cannot put a layer over $target"
}

make_files() {
  [[ -n $WORLD_KEEP ]] || mount -t tmpfs -o mode=0755 world "$WORLD"
  export WORLD_LOGS=$WORLD/logs
  mkdir -p "$WORLD"/{logs,etc,pebble,upstream,var/log/nginx,var/log/dokku,var/lib/nginx,var/spool/crontabs}
  touch "$WORLD_LOGS"/{triggers,hooks,sudo,reloads}.log
  chmod 0666 "$WORLD_LOGS"/*.log

  local resolv_conf
  resolv_conf=$(readlink -m /etc/resolv.conf)
  mount -t tmpfs -o mode=0755 world-run /run
  mkdir -p /run/lock /run/world
  # libfaketime would share one clock by a file here, which only the user who made it may open; where
  # it can make none it does without.
  [[ ! -d /dev/shm ]] || mount -t tmpfs -o mode=1777,ro world-shm /dev/shm
  [[ -e $resolv_conf ]] || { mkdir -p "${resolv_conf%/*}" && : >"$resolv_conf"; }
  local nameserver=$dns_address
  [[ $WORLD_DNS != zones ]] || nameserver=127.0.0.1
  printf 'nameserver %s\noptions timeout:2 attempts:2\n' "$nameserver" >"$WORLD/etc/resolv.conf"
  put_over "$WORLD/etc/resolv.conf" "$resolv_conf"

  # What this user may not read is not needed either.
  cp -rL /etc/nginx "$WORLD/etc/nginx" 2>/dev/null || true
  put_over "$WORLD/etc/nginx" /etc/nginx
  put_over "$WORLD/var/lib/nginx" /var/lib/nginx
  # The machine need not have a /var/log/dokku, so the world's directory lies over all of /var/log.
  chmod 0775 "$WORLD/var/log/dokku"
  put_over "$WORLD/var/log" /var/log
  cp -rL /etc/default "$WORLD/etc/default" 2>/dev/null || true
  put_over "$WORLD/etc/default" /etc/default

  layer_over /usr/local bin sbin lib/world
  cp -r "$WORLD_SOURCE/dokku/core-plugins" "$WORLD_SOURCE/dokku/environment" /usr/local/lib/world/
  cp "$WORLD_SOURCE/lib/zones.sh" "$WORLD_SOURCE/lib/clock.sh" /usr/local/lib/world/
  install -m 0755 "$WORLD_SOURCE"/dokku/bin/* "$WORLD_SOURCE"/bin/* /usr/local/bin/
  install -m 0755 "$WORLD_SOURCE"/sbin/* /usr/local/sbin/
  # The PATH of Dokku's crontab has no sbin; the real sudo is in /usr/bin.
  ln -s /usr/local/sbin/sudo /usr/local/bin/sudo
  set_init_system
}

# Dokku and the plugin decide by the presence of /usr/bin/systemctl how to spell a reload.
set_init_system() {
  local has=sysv
  [[ ! -x /usr/bin/systemctl ]] || has=systemd
  : "${WORLD_INIT_SYSTEM:=$has}"
  case $has-$WORLD_INIT_SYSTEM in
    systemd-sysv)
      : >"$WORLD/etc/systemctl"
      put_over "$WORLD/etc/systemctl" /usr/bin/systemctl
      ;;
    sysv-systemd)
      layer_over /usr/bin
      # Only sudo acts on nginx; the file is there to be seen.
      printf '#!/bin/sh\necho "System has not been booted with systemd as init system" >&2\nexit 1\n' >/usr/bin/systemctl
      chmod 0755 /usr/bin/systemctl
      ;;
  esac
}

# The machine need not have a user dokku: the world has its own copies of the account files. Without
# root there is one user only, and it plays both parts.
make_users() {
  export WORLD_HOME=$WORLD/home/dokku
  if [[ -n $WORLD_ROOTLESS ]]; then
    export DOKKU_SYSTEM_USER=root DOKKU_SYSTEM_GROUP=root
  else
    export DOKKU_SYSTEM_USER=dokku DOKKU_SYSTEM_GROUP=dokku
    local uid=9001
    while getent passwd "$uid" >/dev/null || getent group "$uid" >/dev/null; do ((uid += 1)); done
    { grep -v '^dokku:' /etc/passwd; echo "dokku:x:$uid:$uid::$WORLD_HOME:/bin/bash"; } >"$WORLD/etc/passwd"
    { sed -E '/^dokku:/d; s/^((adm|users|docker):.*:)$/\1dokku/; s/^((adm|users|docker):.*[^:])$/\1,dokku/; s/,dokku,dokku$/,dokku/' /etc/group
      echo "dokku:x:$uid:"; } >"$WORLD/etc/group"
    put_over "$WORLD/etc/passwd" /etc/passwd
    put_over "$WORLD/etc/group" /etc/group
    chown root:adm /var/log/nginx
    chown root:dokku /var/log/dokku
    chown dokku:dokku "$WORLD/upstream" "$WORLD/var/spool/crontabs"
    # sudo of the user dokku needs one program that may become root; it lives on no disk.
    install -o root -g dokku -m 4750 "$(command -v setpriv)" /run/world/become-root
  fi
  # For sudo and crontab, which must not depend on the environment of their callers.
  cat >/usr/local/lib/world/settings <<SETTINGS
WORLD='$WORLD'
WORLD_LOGS='$WORLD_LOGS'
WORLD_ROOTLESS='$WORLD_ROOTLESS'
WORLD_INIT_SYSTEM='$WORLD_INIT_SYSTEM'
WORLD_HOME='$WORLD_HOME'
SETTINGS
}
