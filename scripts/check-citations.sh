#!/usr/bin/env bash
# Looks that each citation leads somewhere: `docs/dokku.md 4.2` in comments, the test tag [dokku-4.2],
# links between our own pages with their #anchors, names of pages, in pages and comments `room/file.h`,
# in docs/parity.md the unit tests. A section is a heading `## 4 ...` or `### 4.2 ...`. Says file:line
# and what is wrong, exit 1.
#
#   scripts/check-citations.sh [ROOT]
set -euo pipefail

root=${1:-$(dirname "${BASH_SOURCE[0]}")/..}
cd "$root"
[[ -d docs ]] || { echo "check-citations: no docs/ in $root" >&2; exit 2; }

mapfile -t files < <(
  find . \( -path ./build -o -path ./.git -o -path ./tests/data -o -path ./tests/fuzz/corpus \) -prune -o \
    -type f -print | sed 's,^\./,,' | LC_ALL=C sort
)
mapfile -t files < <(grep -lI '' "${files[@]}")
mapfile -t pages < <(printf '%s\n' "${files[@]}" | grep '\.md$')

# The pages come first, for their sections and anchors; then everything is looked at.
exec awk '
function refuse(what) { printf "%s:%d: %s\n", FILENAME, FNR, what; bad = 1 }
function base_name(path) { sub(/.*\//, "", path); return path }

# `docs/x/../y.md` and `./y.md` without their detours.
function simple(path) {
  gsub(/\/\.\//, "/", path)
  sub(/^\.\//, "", path)
  while (sub(/[^\/]+\/\.\.\//, "", path)) {}
  return path
}

# What a forge makes of a heading in a link: `### 4.2 A `word`` is #42-a-word.
function anchor_of(text) {
  text = tolower(text)
  gsub(/[^a-z0-9 _-]/, "", text)
  gsub(/ /, "-", text)
  return text
}

function note_heading(   text, anchor, parts, depth) {
  text = $0
  depth = index(text, " ") - 1
  sub(/^#+ +/, "", text)
  anchor = anchor_of(text)
  anchors[FILENAME, seen[FILENAME, anchor]++ ? anchor "-" (seen[FILENAME, anchor] - 1) : anchor] = 1
  if ((depth == 2 && text ~ /^[0-9]+ /) || (depth == 3 && text ~ /^[0-9]+\.[0-9]+ /)) {
    split(text, parts, " ")
    if (FILENAME SUBSEP parts[1] in sections) refuse("a second section " parts[1])
    sections[FILENAME, parts[1]] = 1
  }
}

function require_section(page, number) {
  if (!(page in is_page)) refuse(page " is no page")
  else if (!((page, number) in sections)) refuse(page " has no section " number)
}

# Each `<page>.md N.M, N.M and N.M`.
function check_numbered(line,   page, numbers, list, count, i) {
  while (match(line, /[a-z0-9_\/-]+\.md [0-9]+(\.[0-9]+)?((,| and) [0-9]+(\.[0-9]+)?)*/)) {
    numbers = substr(line, RSTART, RLENGTH)
    line = substr(line, RSTART + RLENGTH)
    page = numbers
    sub(/ .*/, "", page)
    sub(/^[^ ]+ /, "", numbers)
    gsub(/ and /, ", ", numbers)
    count = split(numbers, list, ", ")
    for (i = 1; i <= count; i++) require_section("docs/" base_name(page), list[i])
  }
}

function check_tags(line,   tag, page) {
  while (match(line, /\[(dokku|design)-[0-9.]+\]/)) {
    tag = substr(line, RSTART + 1, RLENGTH - 2)
    line = substr(line, RSTART + RLENGTH)
    page = tag
    sub(/-.*/, "", page)
    sub(/^[a-z]+-/, "", tag)
    require_section("docs/" page ".md", tag)
  }
}

function check_names(line,   name) {
  gsub(/https?:\/\/[^ )>"]*/, "", line)
  while (match(line, /[A-Za-z0-9_-]+\.md/)) {
    name = substr(line, RSTART, RLENGTH)
    line = substr(line, RSTART + RLENGTH)
    if (line !~ /^[A-Za-z0-9_]/ && !(name in is_name)) refuse("no page is called " name)
  }
}

function check_links(line,   target, anchor, page, folder) {
  while (match(line, /\]\([^) ]+\)/)) {
    target = substr(line, RSTART + 2, RLENGTH - 3)
    line = substr(line, RSTART + RLENGTH)
    if (target ~ /^(https?|mailto):/) continue
    anchor = target
    if (!sub(/^[^#]*#/, "", anchor)) anchor = ""
    page = target
    sub(/#.*/, "", page)
    folder = FILENAME
    if (!sub(/[^\/]*$/, "", folder)) folder = ""
    page = page == "" ? FILENAME : simple(folder page)
    if (!(page in is_file)) refuse("the link to " target " leads nowhere")
    else if (anchor != "" && !((page, anchor) in anchors)) refuse(page " has no #" anchor)
  }
}

# Sources that a page names, below src/ or by their name alone.
function check_sources(line,   name) {
  while (match(line, /`[A-Za-z0-9_.\/-]+\.(h|cpp|sh)`/)) {
    name = substr(line, RSTART + 1, RLENGTH - 2)
    line = substr(line, RSTART + RLENGTH)
    if (!(name in is_file || "src/" name in is_file || name in is_name)) refuse("no file is called " name)
  }
}

# Sources that a comment names: `room/file.h`, or `file.h` of the same folder.
function check_comment(line,   name, folder, room) {
  if (!sub(/^.*\/\/+ /, "", line)) return
  folder = FILENAME
  sub(/[^\/]*$/, "", folder)
  while (match(line, /[a-z0-9_][a-z0-9_\/-]*\.(h|cpp)/)) {
    name = substr(line, RSTART, RLENGTH)
    line = substr(line, RSTART + RLENGTH)
    if (name in is_file || "src/" name in is_file || folder name in is_file) continue
    room = name
    sub(/\/.*/, "", room)
    if (base_name(name) in is_name || "src/" room in is_folder) refuse("no file is called " name " here or in src/")
  }
}

# `unit room/file, file`: tests/unit/room/file_test.cpp and the other one beside it. A line may end
# with the first word.
function check_unit_tests(line,   names, list, count, i, room) {
  if (before ~ /(^| )unit$/) sub(/^ */, "unit ", line)
  while (match(line, /(^|[ ;])unit [a-z]+(\/[a-z_]+)+(, [a-z_]+(\/[a-z_]+)*)*/)) {
    names = substr(line, RSTART, RLENGTH)
    line = substr(line, RSTART + RLENGTH)
    sub(/^.*unit /, "", names)
    count = split(names, list, ", ")
    for (i = 1; i <= count; i++) {
      if (list[i] ~ /\//) { room = list[i]; sub(/[^\/]*$/, "", room) }
      else list[i] = room list[i]
      if (!("tests/unit/" list[i] "_test.cpp" in is_file)) refuse("no unit test is called " list[i])
    }
  }
}

# `section 7.4` and `(7.4)` without a page: of the RFC that is named there or a line before, or, in a
# numbered page, of its own.
function check_bare(line,   number, is_numbered) {
  if ((before " " line) ~ /RFC/) return
  is_numbered = FILENAME ~ /^docs\/(dokku|design)\.md$/
  while (match(line, /[Ss]ections? [0-9]+(\.[0-9]+)*|\([0-9]+\.[0-9]+\)/)) {
    number = substr(line, RSTART, RLENGTH)
    line = substr(line, RSTART + RLENGTH)
    if (number ~ /^\(/ && !is_numbered) continue
    gsub(/[^0-9.]/, "", number)
    if (is_numbered) require_section(FILENAME, number)
    else refuse("section " number " of which page or RFC?")
  }
}

# Forms that led to pages which the repository does not have.
function check_old_forms(line,   form) {
  if (match(line, /\[((C|RFC|issue|pain|facts)-[A-Z0-9.]+|design)\]/)) {
    refuse(substr(line, RSTART, RLENGTH) " names no section: [dokku-4.2], [design-3.1] or [rfc8555-7.4]")
  }
  if (match(line, /([Cc]ontract|[Dd]esign|[Pp]ains?|[Ff]acts) (sections? )?[A-F]?[0-9][0-9.]*/) ||
      match(line, /acme-facts|user-pains|dokku-contract/) ||
      match(line, /(^|[^A-Za-z0-9_])C [0-9]+\.[0-9]+|\(C [0-9]+\)/)) {
    form = substr(line, RSTART, RLENGTH)
    gsub(/^[ (]+|[ ,.)]+$/, "", form)
    refuse("\"" form "\" leads to no page of ours")
  }
}

pass == 1 && FNR == 1 { in_code = 0 }
pass == 1 && /^ *```/ { in_code = !in_code; next }
pass == 1 { if (!in_code && /^#+ /) note_heading(); next }

# What this file and its test say of wrong citations cites nothing.
FILENAME ~ /check-citations[a-z-]*\.sh$/ { next }

FNR == 1 { before = "" }
{
  check_numbered($0)
  check_tags($0)
  check_names($0)
  if (FILENAME ~ /\.md$/) check_links($0)
  if (FILENAME ~ /^docs\//) check_sources($0)
  if (FILENAME ~ /\.(h|cpp)$/) check_comment($0)
  if (FILENAME == "docs/parity.md") check_unit_tests($0)
  if (FILENAME !~ /\.md$/ && /docs\/(dokku|design)\.md([^ ]| *$| [^0-9])/) refuse("a page of many sections: say which")
  check_bare($0)
  check_old_forms($0)
  before = $0
}

BEGIN {
  for (i = 1; i < ARGC; i++) {
    if (ARGV[i] ~ /=/) continue
    is_file[ARGV[i]] = 1
    is_name[base_name(ARGV[i])] = 1
    folder = ARGV[i]
    while (sub(/\/[^\/]*$/, "", folder)) is_folder[folder] = 1
    if (ARGV[i] ~ /\.md$/) is_page[ARGV[i]] = 1
  }
}
END { exit bad }
' pass=1 "${pages[@]}" pass=2 "${files[@]}"
