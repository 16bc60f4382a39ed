#!/usr/bin/env bash
set -eo pipefail
# shellcheck disable=SC1091
source "$PLUGIN_CORE_AVAILABLE_PATH/common/functions"
case $1 in
  help) echo "    report, Generate a report for an app" ;;
  report)
    if [[ -n ${2-} && $2 != --all ]]; then
      verify_app_name "$2"
      plugn trigger report "$2"
    else
      mapfile -t apps < <(dokku_apps)
      for app in ${apps[@]+"${apps[@]}"}; do plugn trigger report "$app"; done
    fi
    ;;
  *) exit "$DOKKU_NOT_IMPLEMENTED_EXIT" ;;
esac
