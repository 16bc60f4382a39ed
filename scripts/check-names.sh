#!/usr/bin/env bash
# What CONTRIBUTING.md, the Makefile and the index of the stories' library name has to be there.
#
#   scripts/check-names.sh [ROOT]
set -euo pipefail

cd "${1:-$(dirname "${BASH_SOURCE[0]}")/..}"
missing=0
lacks() {
  echo "$1: there is no $2"
  missing=1
}

# The commands and files of a text: words with a slash that begin like something of ours. An ending `/`
# names a folder, and what stands in <>, * or capitals is the reader's to fill in.
named_paths() {
  grep -ohE '(^|[^A-Za-z0-9_./-])(src|triggers|tests|scripts|docs|plugin|\.ci|\.github|\.devcontainer)/[A-Za-z0-9_./<>*-]*' "$1" |
    sed -E 's/^[^A-Za-z.]//; s/\.$//' | grep -vE '[<>*]|[A-Z]{2}' | sort -u
}
for text in CONTRIBUTING.md Makefile .pre-commit-config.yaml .devcontainer/devcontainer.json .github/workflows/ci.yml; do
  while read -r path; do
    [[ -e $path ]] || lacks "$text" "$path"
    [[ $path != scripts/* && $path != .ci/* || -d $path || $path == *.* || -x $path ]] || lacks "$text" "executable $path"
  done < <(named_paths "$text")
done

while read -r target; do
  grep -q "^$target:" Makefile || lacks CONTRIBUTING.md "target $target in the Makefile"
done < <(grep -ohE '(^|`)make [a-z]+' CONTRIBUTING.md | sed 's/.*make //' | sort -u)

# The functions that stories share: each one that a story calls is in the index, and each of the index
# is there.
library=tests/integration/lib.sh
defined=$(grep -ohE '^[a-z_0-9]+\(\)' tests/integration/{lib,marks,apps,served,ca,elsewhere}.sh | tr -d '()')
index=$(sed -n '/^# Telling/,/^# shellcheck/p' "$library" | grep '^#   ')
while read -r function; do
  if grep -qE "(^|[^A-Za-z0-9_])$function([^A-Za-z0-9_]|$)" <<<"$index"; then continue; fi
  ! grep -lqE "(^|[ (])$function( |\$)" tests/integration/*_story.sh || lacks "$library" "line of $function in its index"
done <<<"$defined"
while read -r function; do
  grep -qx "$function" <<<"$defined" || lacks "$library" "$function, which its index names"
done < <(sed -E 's/^#   //; s/  +.*//' <<<"$index" | tr ',' '\n' | sed -E 's/^ *([a-z_0-9]+).*/\1/' | grep .)

exit "$missing"
