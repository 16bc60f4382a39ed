# What happened in the world since a mark. Sourced by lib.sh.
# shellcheck shell=bash

pebble_mark() { wc -l <"$PEBBLE_LOG"; }
pebble_lines_since() { tail -n "+$(($1 + 1))" "$PEBBLE_LOG"; }
pebble_requests_since() { pebble_lines_since "$1" | grep -c -- '-> calling handler()' || true; }

# Without the questions when to renew, of which a run asks one for each certificate.
acme_requests_since() { pebble_lines_since "$1" | grep -- '-> calling handler()' | grep -cv ' GET .*enewal' || true; }

orders_since() { pebble_lines_since "$1" | grep -c '^Pebble .* Added order' || true; }

accounts_since() { pebble_lines_since "$1" | grep -c 'There are now .* accounts in memory' || true; }

reload_mark() { wc -l <"$WORLD_LOGS/reloads.log"; }
reloads_since() { echo $(($(reload_mark) - $1)); }

sudo_mark() { wc -l <"$WORLD_LOGS/sudo.log"; }
sudo_lines_since() { tail -n "+$(($1 + 1))" "$WORLD_LOGS/sudo.log" | cut -f4-; }

# triggers.log has, tab-separated: time, pid, milliseconds, exit code, who fired, trigger, arguments.
# triggers_since MARK lists "trigger arguments", in the order in which the firings ended;
# plugin_triggers_since only those that an executable of the plugin letsencrypt fired itself.
trigger_mark() { wc -l <"$WORLD_LOGS/triggers.log"; }
triggers_since() { tail -n "+$(($1 + 1))" "$WORLD_LOGS/triggers.log" | cut -f6-; }
plugin_triggers_since() {
  tail -n "+$(($1 + 1))" "$WORLD_LOGS/triggers.log" | awk -F '\t' '$5 ~ /(^|>)[^>]*\/letsencrypt\/[^>]*$/' | cut -f6-
}

# hooks.log has: time, pid, milliseconds, exit code, plugin, trigger, arguments.
hook_mark() { wc -l <"$WORLD_LOGS/hooks.log"; }
hooks_since() { tail -n "+$(($1 + 1))" "$WORLD_LOGS/hooks.log" | sort -s -t $'\t' -k1,1n | cut -f5-; }
rebuilds_since() {
  tail -n "+$(($1 + 1))" "$WORLD_LOGS/triggers.log" | cut -f6 | grep -c '^nginx-pre-reload$' || true
}

# Every file of apps, properties, data and nginx: type, mode, owner, time, link target, checksum.
files_now() {
  {
    find "$DOKKU_ROOT" "$DOKKU_LIB_ROOT/config" "$DOKKU_LIB_ROOT/data" /etc/nginx ! -type f -printf '%p %y %m %u %T@ %l\n'
    find "$DOKKU_ROOT" "$DOKKU_LIB_ROOT/config" "$DOKKU_LIB_ROOT/data" /etc/nginx -type f -printf '%p %y %m %u %T@ ' -exec sha256sum {} \;
  } | LC_ALL=C sort
}

# but_for_state APP: leaves out what is known of the app, and when it is looked at again.
but_for_state() {
  local global
  global=$(global_folder)
  grep -vE "^$global(/state(/$1.json|/due)?|/locks(/\.states(/$1)?|/\.due)?) "
}

