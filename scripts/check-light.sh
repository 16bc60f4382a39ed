#!/usr/bin/env bash
# A light executable needs libc, libm and the dynamic loader only: each further library costs every
# deploy of every app its loading time. Reads the NEEDED list of the ELF file; one line for each.
#
#   scripts/check-light.sh [FILE...]
#
# Without FILE: the light executables of the release build.
set -euo pipefail

list=build/release/light-executables.txt
if (($# == 0)); then
  cd "$(dirname "${BASH_SOURCE[0]}")/.."
  [[ -s $list ]] || { echo "check-light: $list is missing or empty; build the release preset" >&2; exit 1; }
  mapfile -t files < <(grep . "$list" || true)
  ((${#files[@]} > 0)) || { echo "check-light: $list names no executable" >&2; exit 1; }
  # What Dokku starts all day must not slip out of the list.
  for name in commands nginx-pre-reload post-delete cron-entries post-domains-update report \
    subcommands/active subcommands/set subcommands/report subcommands/list; do
    grep -qE "(^|/)payload/$name\$" "$list" || { echo "check-light: $name is not among the light executables" >&2; exit 1; }
  done
  set -- "${files[@]}"
fi

failures=0
for file in "$@"; do
  # An executable without a dynamic section needs nothing; a file that is no ELF is an error.
  if ! dynamic=$(LC_ALL=C readelf --dynamic --wide "$file" 2>&1) || [[ $dynamic == *"Error:"* ]]; then
    echo "$file: not an ELF file"
    failures=$((failures + 1))
    continue
  fi
  needed=$(sed -n 's/.*(NEEDED).*\[\(.*\)\].*/\1/p' <<<"$dynamic")
  heavy=$(grep -vE '^(libc\.so\.6|libm\.so\.6|ld-linux.*)$' <<<"$needed" | paste -sd ' ' || true)
  if [[ -n $heavy ]]; then
    echo "$file: heavy, needs $heavy"
    failures=$((failures + 1))
  else
    echo "$file: light ($(paste -sd ' ' <<<"$needed"))"
  fi
done
((failures == 0))
