#!/usr/bin/env bash
# Looks that each function in a header that returns a Result says with which ErrorKind it fails. One
# of these is enough:
#
#   /// Fails with `io`.            above the declaration, or above the one that it directly follows
#   /// Fails as `read_file` does.  where the kinds are another function's
#   /// Never fails.
#   /// All of these fail with `io` in the comment of the class, or of the header: a comment that a
#                                   blank line follows
#
# Private members and overriding functions need none. Says file:line and the function, exit 1.
#
#   scripts/check-results.sh [ROOT]
set -euo pipefail

root=${1:-$(dirname "${BASH_SOURCE[0]}")/..}
cd "$root"
kinds=src/base/error.h
[[ -f $kinds ]] || { echo "check-results: no $kinds in $root" >&2; exit 2; }

mapfile -t headers < <(find src -name '*.h' | LC_ALL=C sort)

exec awk '
function names_a_kind(text,   word) {
  while (match(text, /`[a-z_]+`/)) {
    word = substr(text, RSTART + 1, RLENGTH - 2)
    text = substr(text, RSTART + RLENGTH)
    if (word in is_kind) return 1
  }
  return 0
}

# A sentence of the comment speaks for every function below it.
function speaks_for_all(text) {
  if (!match(text, /All [^.]*fail/)) return 0
  text = substr(text, RSTART)
  sub(/[.;] .*/, "", text)
  return names_a_kind(text)
}

# The function as which it fails; "" if the comment names none.
function named_function(text) {
  if (!match(text, /[Ff]ails? as `[A-Za-z_:]+`/)) return ""
  text = substr(text, RSTART, RLENGTH - 1)
  sub(/.*[`:]/, "", text)
  return text
}

function name_of(line) {
  sub(/\(.*/, "", line)
  sub(/.*[^A-Za-z0-9_]/, "", line)
  return line
}

function refuse(line_number, what) { printf "%s:%d: %s\n", FILENAME, line_number, what; bad = 1 }

# A declaration reaches from its first line to the `;` or `{` that ends one.
function look_at(declaration, line_number,   other) {
  if (declaration !~ /^ *(\[\[nodiscard\]\] )?((static|virtual|inline|friend) )*(base::)?Result<.*[A-Za-z0-9_]\(/) return
  seen++
  if (declaration ~ /[^A-Za-z]override[^A-Za-z]/ || is_private || of_header || of_class) return
  other = named_function(comment)
  if (other != "" && !(other in is_function)) refuse(line_number, "there is no function " other)
  if (other != "" || names_a_kind(comment) || comment ~ /[Nn]ever fails/) return
  refuse(line_number, name_of(declaration) " does not say with which error kind it fails")
}

pass == 1 && /^enum class ErrorKind/ { in_kinds = 1; next }
pass == 1 && /^};/ { in_kinds = 0 }
pass == 1 && in_kinds { word = $1; sub(/,.*/, "", word); is_kind[word] = 1 }
pass == 1 { next }
pass == 2 {
  for (line = $0; match(line, /[A-Za-z0-9_]+\(/); line = substr(line, RSTART + RLENGTH)) {
    is_function[substr(line, RSTART, RLENGTH - 1)] = 1
  }
  next
}

FNR == 1 { comment = pending = ""; after_code = is_private = of_header = of_class = 0 }

/^ *#/ { next }
/^ *\/\// {
  if (after_code) comment = ""
  after_code = 0
  text = $0
  sub(/^ *\/\/+!? */, "", text)
  comment = comment " " text
  next
}
/^ *$/ {
  pending = ""
  if (!after_code && speaks_for_all(comment)) of_header = 1
  comment = ""
  after_code = 0
  next
}
{ after_code = 1 }
/^(class|struct) .*[{]/ { is_private = /^class/; of_class = speaks_for_all(comment) }
/^};/ { is_private = of_class = 0 }
/^ *public:/ { is_private = 0 }
/^ *(private|protected):/ { is_private = 1 }
pending == "" { first = FNR }
{
  pending = pending == "" ? $0 : pending " " $0
  if ($0 !~ /[;{}:]( *\/\/.*)?$/) next
  look_at(pending, first)
  pending = ""
}

END {
  if (!seen) { print "no function in a header returns a Result"; bad = 1 }
  exit bad
}
' pass=1 "$kinds" pass=2 "${headers[@]}" pass=3 "${headers[@]}"
