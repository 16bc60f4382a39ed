#!/usr/bin/env bash
# Looks at each statement with `co_await` and at each function that returns a Task. g++ 12 compiles
# some of what this refuses to code that frees memory twice, and no tool warns of it
# (docs/coroutines.md says what was seen). Refused are:
#
#   two `co_await` in one statement, and `{`, `?`, `[`, `&&`, `||` in a statement that has one:
#     name the value in a statement of its own, and move it in
#   with_deadline() around anything but `std::move(name)`
#   a lambda with captures that is a coroutine: pass them as parameters
#   a Task's function with a default argument in braces, or with a parameter that views what its
#     caller may have destroyed before it runs (string_view, span, `const std::string&`, `&&`)
#   a vector of tasks that is filled in braces: use push_back
#
# Says file:line and what, exit 1.
#
#   scripts/check-coroutines.sh [ROOT]
set -euo pipefail

root=${1:-$(dirname "${BASH_SOURCE[0]}")/..}
cd "$root"
mapfile -t files < <(grep -rlE 'co_await|Task<' --include='*.h' --include='*.cpp' src tests triggers 2>/dev/null | LC_ALL=C sort)
((${#files[@]} > 0)) || { echo "check-coroutines: no coroutine in $root" >&2; exit 2; }

exec awk '
function refuse(at, what) {
  printf "%s:%d: %s\n", name, line_of(at), what
  bad = 1
}

function line_of(at,   head) {
  head = substr(text, 1, at)
  return gsub(/\n/, "", head) + 1
}

# Adds the line without comments and without what stands in its literals.
function add_line(line,   out, found, raw) {
  out = ""
  while (line != "") {
    if (until != "") {  # a comment or a raw literal, which may have begun lines ago
      found = index(line, until)
      if (!found) break
      line = substr(line, found + length(until))
      until = ""
    }
    if (!match(line, /\/\/|\/\*|["\047]/)) { out = out line; break }
    found = substr(line, RSTART, RLENGTH)
    out = out substr(line, 1, RSTART - 1)
    line = substr(line, RSTART + RLENGTH)
    if (found == "//") break
    if (found == "/*") { until = "*/"; continue }
    if (found == "\047" && out ~ /[0-9]$/) continue  # 1'"'"'000
    if (found == "\"" && out ~ /R$/) {
      raw = substr(line, 1, index(line, "(") - 1)
      until = ")" raw "\""
      out = out "\"\""
      continue
    }
    while (line != "" && substr(line, 1, 1) != found) line = substr(line, line ~ /^\\/ ? 3 : 2)
    line = substr(line, 2)
    out = out "\"\""
  }
  text = text out "\n"
}

# From the co_await at `at` to the end of its statement or of the condition that it stands in.
function rest_of(at,   i, c, depth) {
  depth = 0
  for (i = at + 8; i <= length(text); i++) {
    c = substr(text, i, 1)
    if (c ~ /[({[]/) depth++
    if (c ~ /[)}\]]/ && --depth < 0) break
    if (c == ";" && depth == 0) break
  }
  return substr(text, at + 8, i - at - 8)
}

# From the start of its statement to the co_await at `at`. A brace that opens a value, not a block,
# belongs to the statement.
function start_of(at,   i, c, before) {
  for (i = at - 1; i > 0; i--) {
    c = substr(text, i, 1)
    if (c == ";" || c == "}") break
    if (c != "{") continue
    before = substr(text, i > 200 ? i - 200 : 1, i > 200 ? 200 : i - 1)
    gsub(/\n/, " ", before)
    sub(/.*[;{}]/, "", before)
    if (before ~ /(^|\)|->.*|(^|[^A-Za-z0-9_])(else|do|try|const|noexcept|override|mutable)) *$/) break
  }
  return substr(text, i + 1, at - i - 1)
}

function look_at_await(at,   rest, start, found) {
  rest = rest_of(at)
  start = start_of(at)
  if (start ~ /operator *$/) return
  sub(/auto ?&* ?\[[^][]*\]/, "", start)  # structured bindings are no matter
  if (rest ~ /(^|[^A-Za-z0-9_])co_await[^A-Za-z0-9_]/) refuse(at, "two co_await in one statement")
  if (match(start rest, /\{|\?|\[|&&|\|\|/)) {
    found = substr(start rest, RSTART, RLENGTH)
    refuse(at, "`" found "` in a statement with co_await")
  }
  if (rest ~ /with_deadline\(/ && rest !~ /with_deadline\([ \n]*std::move\([A-Za-z0-9_]+\)/) {
    refuse(at, "with_deadline() takes std::move(name) of a task that was made in a statement of its own")
  }
}

function parameters_from(at,   i, c, depth) {
  depth = 0
  for (i = at; i <= length(text); i++) {
    c = substr(text, i, 1)
    if (c == "(") depth++
    if (c == ")" && --depth == 0) break
  }
  return substr(text, at, i - at + 1)
}

function look_at_function(at, open,   list) {
  list = parameters_from(open)
  if (list ~ /=[^,]*\{/) refuse(at, "a default argument in braces of a coroutine")
  if (list ~ /string_view|span<|const std::string ?&|&&/) refuse(at, "a coroutine takes its parameters by value, or by reference to what outlives it")
}

function every(pattern, what,   from, found_at, found_end) {
  from = 1
  while (match(substr(text, from), pattern)) {
    found_at = from + RSTART - 1
    found_end = found_at + RLENGTH - 1
    from = found_end + 1
    if (what == "await") look_at_await(found_at)
    else if (what == "function") look_at_function(found_at, found_end)
    else refuse(found_at, what)
  }
}

function look_at_file() {
  if (name == "") return
  every("co_await", "await")
  every("Task<[A-Za-z0-9_:<>*, ]*>[ \n]+[A-Za-z_][A-Za-z0-9_:]*\\(", "function")
  every("\\[[^][]+\\] *\\([^()]*\\) *(mutable *)?-> *(async::)?Task<", "a lambda with captures is a coroutine")
  every("vector<(async::)?Task<[A-Za-z0-9_:<>*, ]*>> *[A-Za-z0-9_]* *(= *)?\\{", "a vector of tasks in braces")
}

FNR == 1 { look_at_file(); name = FILENAME; text = until = "" }
{ add_line($0) }
END { look_at_file(); exit bad }
' "${files[@]}"
