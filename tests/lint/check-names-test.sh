#!/usr/bin/env bash
# Shows scripts/check-names.sh what it must refuse.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failures=0

# The tree as it is, of links, but for what a case changes.
shopt -s dotglob
for file in "$root"/*; do ln -s "$file" "$work/"; done

# refused TEXT WORDS: with the words added to CONTRIBUTING.md.
refused() {
  local output status=0
  rm -f "$work/CONTRIBUTING.md"
  { cat "$root/CONTRIBUTING.md"; echo "$2"; } >"$work/CONTRIBUTING.md"
  output=$("$root/scripts/check-names.sh" "$work" 2>&1) || status=$?
  if [[ $status != 1 || $output != *"$1"* ]]; then
    printf 'FAILED: %s: status %s, output:\n%s\n' "$2" "$status" "$output"
    failures=$((failures + 1))
  fi
}

refused "there is no scripts/nothing" 'Run `scripts/nothing` then.'
refused "there is no src/none/file.cpp" '- `src/none/file.cpp`: the class'
refused "there is no target nothing in the Makefile" 'Type `make nothing`.'
"$root/scripts/check-names.sh" "$root" || { echo "FAILED: the tree as it is"; failures=$((failures + 1)); }
exit $((failures > 0))
