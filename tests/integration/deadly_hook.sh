# A plugin whose hook kills the command that removes a pair, while the pair is away and the vhost still
# names it.
# shellcheck shell=bash

deadly_hook() {
  local hook=$PLUGIN_ENABLED_PATH/zz-deadly
  mkdir -p "$hook"
  printf '[plugin]\ndescription = "kills the command that removes a pair"\nversion = "1"\n[plugin.config]\n' >"$hook/plugin.toml"
  printf '#!/bin/bash\n[[ ! -e /run/deadly ]] || kill -KILL -- "-$(ps -o pgid= $$ | tr -d " ")"\n' >"$hook/post-certs-remove"
  chmod 0755 "$hook/post-certs-remove"
}

# killed_by_hook COMMAND...
killed_by_hook() {
  touch /run/deadly
  ! setsid --wait "$@" >/dev/null 2>&1 </dev/null || fail "the hook did not kill: $*"
  rm /run/deadly
}
