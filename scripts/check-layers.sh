#!/usr/bin/env bash
# Enforces the rooms and arrows of docs/architecture.md: who may include whom, which room alone sees
# a third-party library, and that the links in CMake agree. Says file:line and the rule, exit 1.
#
#   scripts/check-layers.sh [ROOT]
set -euo pipefail

root=${1:-$(dirname "${BASH_SOURCE[0]}")/..}
cd "$root"
[[ -d src && -f src/CMakeLists.txt ]] || { echo "check-layers: no src/ in $root" >&2; exit 2; }

mapfile -t sources < <(find src triggers -name '*.h' -o -name '*.cpp' 2>/dev/null | LC_ALL=C sort)
builds=(src/CMakeLists.txt)
[[ ! -f triggers/CMakeLists.txt ]] || builds+=(triggers/CMakeLists.txt)

# The builds come first: they say which triggers are light and which rooms a room links.
exec awk '
function room(name, may) { allowed[name] = " " name " " may " "; known[name] = 1 }
function has(list, word) { return index(" " list " ", " " word " ") > 0 }
function refuse(rule) { printf "%s:%d: %s\n", FILENAME, FNR, rule; bad = 1 }

BEGIN {
  room("base", "")
  room("json", "base")
  room("crypto", "base")
  room("http", "base")
  room("acme", "base json crypto http")
  room("dns", "base json crypto http")
  room("dokku", "base json")
  room("store", "base json")
  room("cli", "base dokku")
  room("hooks", "base dokku store")
  room("lifecycle", "base json crypto http acme dns dokku store")
  allowed["light"] = " cli hooks dokku store base json "
  # A heavy main also makes the one HTTP client and hands it in: lifecycle knows the interface only.
  allowed["heavy"] = allowed["light"] "lifecycle http "

  # Third-party header -> the only files that may see it.
  home["rapidjson/"] = "src/json/"
  home["openssl/"] = "src/crypto/"
  home["curl/"] = "src/http/curl_client.cpp"
  home["idn2.h"] = home["ares"] = home["libpsl.h"] = "src/dns/"
  home["fmt/"] = "src/"
  # Third-party target -> the room that may link it.
  owner["OpenSSL::"] = "crypto"
  owner["CURL::"] = "http"
  owner["PkgConfig::"] = "dns"
}

# CMake: the words of each suite_library(...) and suite_trigger(...).
FILENAME ~ /CMakeLists\.txt$/ {
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
  other = header
  sub(/\/.*/, "", other)
  if (FILENAME ~ /^src\//) {
    split(FILENAME, path, "/")
    who = path[2]
    title = who "/"
    if (!(who in known)) { refuse(who "/ is no room of docs/architecture.md"); next }
    rooms = allowed[who]
    self = who
  } else {
    who = FILENAME
    if (!(who in kind)) {
      if (!lost[who]++) refuse("no suite_trigger() has this file as its SOURCE")
      next
    }
    self = ""
    title = "a " kind[who] " trigger"
    rooms = allowed[kind[who]]
  }
  if (!has(rooms, other)) { refuse(title " may not include \"" header "\""); next }
  if (other != self && !reaches(who, other))
    refuse(title " includes \"" header "\" but does not link suite::" other)
}

END { exit bad }
' "${builds[@]}" "${sources[@]}"
