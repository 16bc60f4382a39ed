#!/usr/bin/env bash
# Shows scripts/check-light.sh what it must refuse. HEAVY is any executable that links libstdc++.
#
#   check-light-test.sh HEAVY
set -euo pipefail

check=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)/scripts/check-light.sh
heavy=$(realpath "$1")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failures=0

# expect STATUS TEXT COMMAND...
expect() {
  local output status=0 wanted=$1 text=$2
  shift 2
  output=$("$@" 2>&1) || status=$?
  if [[ $status != "$wanted" || $output != *"$text"* ]]; then
    printf 'FAILED: %s: status %s, output:\n%s\n' "$*" "$status" "$output"
    failures=$((failures + 1))
  fi
}

echo 'not a program' >"$work/words"
expect 1 "heavy, needs" "$check" "$heavy"
expect 1 "libstdc++.so.6" "$check" "$heavy"
expect 1 "not an ELF file" "$check" "$work/words"
expect 1 "not an ELF file" "$check" "$work/missing"

# Without arguments it reads the list of the build that it stands in.
mkdir -p "$work/tree/scripts" "$work/tree/build/release"
cp "$check" "$work/tree/scripts/"
expect 1 "missing or empty" "$work/tree/scripts/check-light.sh"
echo >"$work/tree/build/release/light-executables.txt"
expect 1 "names no executable" "$work/tree/scripts/check-light.sh"
echo "$heavy" >"$work/tree/build/release/light-executables.txt"
expect 1 "commands is not among the light executables" "$work/tree/scripts/check-light.sh"
names=(commands nginx-pre-reload post-delete cron-entries post-domains-update report
  subcommands/active subcommands/set subcommands/report subcommands/list)
mkdir -p "$work/payload/subcommands"
for name in "${names[@]}"; do
  cp "$heavy" "$work/payload/$name"
  echo "$work/payload/$name"
done >"$work/tree/build/release/light-executables.txt"
expect 1 "heavy, needs" "$work/tree/scripts/check-light.sh"

((failures == 0)) && echo "check-light: every refusal was seen"
exit $((failures > 0))
