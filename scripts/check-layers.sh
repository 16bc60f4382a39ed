#!/usr/bin/env bash
# Enforces the table of rooms in docs/architecture.md: who may include whom, which room alone sees a
# third-party library, that the links in CMake agree, that nothing light reaches a heavy room, that
# no files include each other in a circle, and how long rooms, files and mains may be. Says file:line
# and the rule, exit 1. Without a fault it prints the rooms with their lines and arrows.
#
#   scripts/check-layers.sh [ROOT]
set -euo pipefail

root=${1:-$(dirname "${BASH_SOURCE[0]}")/..}
cd "$root"
[[ -d src && -f src/CMakeLists.txt ]] || { echo "check-layers: no src/ in $root" >&2; exit 2; }
table=docs/architecture.md
grep -q '^| room |' "$table" || { echo "check-layers: no table of rooms in $table" >&2; exit 2; }

# `dokku help` executes every path of this name below the plugin's folder: only the installed trigger
# may have it, whose target is called otherwise.
misnamed=$(find . \( -path ./build -o -path ./.git \) -prune -o -name commands -print)
if [[ -n $misnamed ]]; then
  sed 's/$/: dokku help would execute every path called commands/' <<<"$misnamed"
  exit 1
fi

mapfile -t sources < <(find src triggers -name '*.h' -o -name '*.cpp' 2>/dev/null | LC_ALL=C sort)
builds=(src/CMakeLists.txt)
[[ ! -f triggers/CMakeLists.txt ]] || builds+=(triggers/CMakeLists.txt)

# The table comes first, then the builds: they say which triggers are light and what a room links.
exec awk '
function has(list, word) { return index(" " list " ", " " word " ") > 0 }
function refuse(rule) { refuse_at(FILENAME ":" FNR, rule) }
function refuse_at(where, rule) { print where ": " rule; bad = 1 }
# `ca/limits` of `ca/limits/backoff.h`.
function folder_of(path) { sub(/\/[^\/]*$/, "", path); return path }
# `ca/limits/backoff` of `src/ca/limits/backoff.cpp`: a header and its source are one unit.
function unit_of(path) { sub(/^src\//, "", path); sub(/\.(h|cpp)$/, "", path); return path }

BEGIN {
  # A room, a file: the most lines, and from how many on it is told.
  most_of_room = 3000; told_of_room = 2400
  most_of_file = 400; told_of_file = 320
  # A main reads its words and makes one call into a room, which decides.
  most_of_main = 30

  # Third-party header -> the only files that may see it.
  home["rapidjson/"] = "src/json/"
  home["openssl/"] = "src/crypto/"
  home["curl/"] = "src/http/curl_"
  home["idn2.h"] = home["ares"] = home["libpsl.h"] = "src/dns/"
  home["fmt/"] = "src/"
  # Third-party target -> the room that may link it.
  owner["OpenSSL::"] = "crypto"
  owner["CURL::"] = "http"
  owner["PkgConfig::"] = "dns"
}

# The table: | `room` | what lives there | may include |
FILENAME ~ /\.md$/ {
  if (/^\| room \|/) in_table = 1
  else if (in_table && /^\|/) {
    split($0, cell, "|")
    name = cell[2]
    may = cell[4]
    gsub(/[ *`]/, "", name)
    if (name ~ /^lightabove/) { weight = "heavy"; next }
    if (name !~ /^[a-z]/) next
    gsub(/^ +| +$/, "", may)
    if (may == "-") may = ""
    known[name] = weight == "" ? "light" : weight
    allowed[name] = name " " may
    order[++rooms] = name
    count = split(may, parts, " ")
    for (i = 1; i <= count; i++) {
      if (!(parts[i] in known)) refuse("`" parts[i] "` is no room above `" name "`")
    }
  } else if (in_table && rooms > 0) in_table = 0
  next
}

# CMake: the words of each suite_library(...) and suite_trigger(...).
FILENAME ~ /CMakeLists\.txt$/ {
  if (!(("light") in allowed)) {
    for (i = 1; i <= rooms; i++) {
      if (known[order[i]] == "light") allowed["light"] = allowed["light"] " " order[i]
      allowed["heavy"] = allowed["heavy"] " " order[i]
    }
  }
  line = $0
  sub(/#.*/, "", line)
  while (match(line, /[()]|[^ \t()]+/)) {
    word = substr(line, RSTART, RLENGTH)
    line = substr(line, RSTART + RLENGTH)
    if (call == "") {
      if (word == "suite_library" || word == "suite_trigger") { call = word; name = ""; part = "" }
      continue
    }
    if (word == "(") continue
    if (word == ")") { end_call(); call = ""; continue }
    if (name == "") { name = word; target_kind = "heavy"; linked_now = ""; continue }
    if (word == "LIGHT") { target_kind = "light"; continue }
    if (word ~ /^(SOURCES?|USES|HIDES|IN)$/) { part = word; continue }
    if (part == "SOURCE") source = "triggers/" word
    if (part == "USES" || part == "HIDES") check_link(word)
  }
  next
}

function check_link(word,   prefix) {
  if (word ~ /^suite::/) {
    sub(/^suite::/, "", word)
    gsub(/-/, "/", word)
    linked_now = linked_now " " word
    if (part == "USES") public[name] = public[name] " " word
    if (call == "suite_library" && !(name in known)) return
    if (!has(allowed[call == "suite_library" ? name : target_kind], word))
      refuse((call == "suite_library" ? name "/" : "a " target_kind " trigger (" name ")") \
             " may not link suite::" word)
    return
  }
  if (call == "suite_trigger") { refuse("a trigger links rooms only, not " word); return }
  if (part == "USES") refuse(name "/ shows " word " in its headers: third-party links are HIDES")
  for (prefix in owner)
    if (index(word, prefix) == 1 && owner[prefix] != name)
      refuse("only " owner[prefix] "/ may link " word)
}

function end_call() {
  if (call == "suite_library") {
    if (!(name in known)) refuse(name "/ is no room of docs/architecture.md")
    links[name] = linked_now
  } else {
    kind[source] = target_kind
    links[source] = linked_now
  }
}

# What `who` reaches: the rooms it links, and what these show in their headers.
function reaches(who, wanted,   queue, seen, count, i, j, parts, next_room) {
  count = split(links[who], queue, " ")
  for (i = 1; i <= count; i++) {
    next_room = queue[i]
    if (next_room == wanted) return 1
    if (seen[next_room]++) continue
    j = split(public[next_room], parts, " ")
    for (; j > 0; j--) queue[++count] = parts[j]
  }
  return 0
}

{ lines_of_file[FILENAME]++ }
FILENAME ~ /^src\// { lines_of_room[folder_of(substr(FILENAME, 5))]++ }

/^[ \t]*#[ \t]*include[ \t]*</ {
  header = $0
  sub(/^[^<]*</, "", header)
  sub(/>.*/, "", header)
  for (prefix in home) {
    if (index(header, prefix) != 1) continue
    if (index(FILENAME, home[prefix]) != 1) refuse("only " home[prefix] " may include <" header ">")
    if (FILENAME ~ /\.h$/) refuse("third-party headers belong in .cpp files: <" header ">")
  }
  next
}

/^[ \t]*#[ \t]*include[ \t]*"/ {
  header = $0
  sub(/^[^"]*"/, "", header)
  sub(/".*/, "", header)
  if (header !~ /\//) { refuse("an own header is named with its room: \"" header "\""); next }
  other = folder_of(header)
  if (FILENAME ~ /^src\//) {
    who = self = folder_of(substr(FILENAME, 5))
    title = who "/"
    if (!(who in known)) { refuse(who "/ is no room of docs/architecture.md"); next }
    rooms_of = allowed[who]
    remember_include(unit_of(FILENAME), unit_of(header))
  } else {
    who = FILENAME
    if (!(who in kind)) {
      if (!lost[who]++) refuse("no suite_trigger() has this file as its SOURCE")
      next
    }
    self = ""
    title = "a " kind[who] " trigger"
    rooms_of = allowed[kind[who]]
  }
  if (!has(rooms_of, other)) { refuse(title " may not include \"" header "\""); next }
  if (other != self) {
    if (self != "") used[self] = has(used[self], other) ? used[self] : used[self] " " other
    if (!reaches(who, other)) refuse(title " includes \"" header "\" but does not link suite::" other)
  }
}

function remember_include(from, to) {
  if (from == to || ((from, to) in included)) return
  included[from, to] = FILENAME ":" FNR
  if (!(from in included_by)) units[++unit_count] = from
  included_by[from] = included_by[from] " " to
}

# Depth first: a unit that is met again while it is being walked closes a circle.
function walk(unit,   parts, count, i) {
  state[unit] = "open"
  count = split(included_by[unit], parts, " ")
  for (i = 1; i <= count; i++) {
    if (state[parts[i]] == "open")
      refuse_at(included[unit, parts[i]], unit " and " parts[i] " include each other in a circle")
    else if (state[parts[i]] == "") walk(parts[i])
  }
  state[unit] = "done"
}

function check_size(what, lines, most, told) {
  if (lines > most) refuse_at(what, lines " lines, and " most " are the most")
  else if (lines >= told) notes[++note_count] = what ": " lines " of at most " most " lines"
}

END {
  for (i = 1; i <= unit_count; i++) if (state[units[i]] == "") walk(units[i])
  for (i = 1; i <= rooms; i++)
    check_size("src/" order[i], lines_of_room[order[i]], most_of_room, told_of_room)
  for (file in lines_of_file) {
    if (file ~ /^triggers\/.*\.cpp$/) check_size(file, lines_of_file[file], most_of_main, most_of_main + 1)
    else check_size(file, lines_of_file[file], most_of_file, told_of_file)
  }
  if (bad) exit 1
  for (i = 1; i <= rooms; i++)
    printf "%-13s %5d lines %s ->%s\n", order[i], lines_of_room[order[i]], known[order[i]], \
           used[order[i]] == "" ? " nothing" : used[order[i]]
  for (i = 1; i <= note_count; i++) print "note: " notes[i] | "LC_ALL=C sort"
  exit bad
}
' "$table" "${builds[@]}" "${sources[@]}"
