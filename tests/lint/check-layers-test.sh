#!/usr/bin/env bash
# Breaks each rule of scripts/check-layers.sh once in a small tree and looks for its message.
set -euo pipefail

# shellcheck source=tests/lint/tree.sh
source "$(dirname "${BASH_SOURCE[0]}")/tree.sh"
complaint=': '  # the list of rooms has none

# A tree in which everything is right.
lay() {
  rm -rf "${tree:?}"/*
  mkdir -p "$tree"/src/{base,json,dokku,cli,crypto,http,acme,ca/limits,dns,lifecycle} \
    "$tree"/{docs,triggers/subcommands}
  cat >"$tree/docs/architecture.md" <<'EOF'
| name | no table of rooms |
|---|---|
| `util` | - |

| room | what lives there | may include |
|---|---|---|
| `base` | a | - |
| `json` | b | base |
| `dokku` | c | base json |
| `store` | d | base json |
| `cli` | e | base dokku |
| *light above, heavy below* | | |
| `crypto` | f | base |
| `http` | g | base |
| `acme` | h | base json crypto http |
| `dns` | i | base |
| `ca` | j | base acme |
| `ca/limits` | k | base ca |
| `lifecycle` | l | base json acme ca ca/limits dokku |

| file | no room either |
|---|---|
| `lint` | - |
EOF
  cat >"$tree/src/CMakeLists.txt" <<'EOF'
suite_library(base SOURCES base/a.cpp HIDES fmt::fmt-header-only)
suite_library(json SOURCES json/a.cpp USES suite::base)
suite_library(crypto SOURCES crypto/a.cpp USES suite::base HIDES OpenSSL::SSL OpenSSL::Crypto)
suite_library(http SOURCES http/a.cpp USES suite::base HIDES CURL::libcurl)
suite_library(acme  # a comment with suite::dokku in it
  SOURCES acme/a.cpp
  USES suite::crypto suite::http
  HIDES suite::json)
suite_library(dokku SOURCES dokku/a.cpp USES suite::base)
suite_library(cli SOURCES cli/a.cpp USES suite::dokku)
suite_library(ca SOURCES ca/a.cpp USES suite::acme)
suite_library(ca/limits SOURCES ca/limits/a.cpp USES suite::ca)
suite_library(lifecycle SOURCES lifecycle/a.cpp USES suite::acme suite::dokku suite::ca-limits)
EOF
  cat >"$tree/triggers/CMakeLists.txt" <<'EOF'
suite_trigger(list IN subcommands LIGHT SOURCE subcommands/list.cpp USES suite::cli)
suite_trigger(enable IN subcommands
              SOURCE subcommands/enable.cpp USES suite::cli suite::lifecycle)
EOF
  printf '#include <string>\n#include <sys/types.h>\n\n#include "base/b.h"\n' >"$tree/src/acme/a.h"
  printf '#include <openssl/evp.h>\n\n#include "base/b.h"\n' >"$tree/src/crypto/a.cpp"
  printf '#include <curl/curl.h>\n' >"$tree/src/http/curl_client.cpp"
  printf '#include <rapidjson/document.h>\n#include <fmt/format.h>\n' >"$tree/src/json/a.cpp"
  printf '#include "cli/b.h"\n#include "dokku/b.h"\n#include "base/b.h"\n' \
    >"$tree/triggers/subcommands/list.cpp"
  printf '#include "lifecycle/b.h"\n' >"$tree/triggers/subcommands/enable.cpp"
  printf '#include "ca/b.h"\n#include "ca/limits/b.h"\n' >"$tree/src/ca/limits/a.cpp"
}

lay
expect "a tree that keeps the rules" 0 "acme              4 lines heavy -> base"

breaks src/base/a.cpp '#include "json/a.h"' 'src/base/a.cpp:1: base/ may not include "json/a.h"'
breaks src/acme/a.h '#include "dokku/a.h"' 'src/acme/a.h:5: acme/ may not include "dokku/a.h"'
breaks src/cli/a.cpp '#include "lifecycle/a.h"' 'cli/ may not include "lifecycle/a.h"'
lay
mkdir "$tree/src/util"
printf '#include "base/a.h"\n' >"$tree/src/util/a.cpp"
expect "a folder that is no room" 1 'src/util/a.cpp:1: util/ is no room'
breaks triggers/subcommands/list.cpp '  #  include "lifecycle/a.h"' \
  'list.cpp:4: a light trigger may not include "lifecycle/a.h"'
breaks triggers/subcommands/enable.cpp '#include "util/a.h"' 'a heavy trigger may not include'
breaks src/ca/a.cpp '#include "ca/limits/a.h"' 'ca/ may not include "ca/limits/a.h"'
breaks src/ca/limits/a.cpp '#include "acme/a.h"' 'ca/limits/ may not include "acme/a.h"'
breaks triggers/stray.cpp '#include "base/a.h"' 'stray.cpp:1: no suite_trigger() has this file'
breaks src/json/a.cpp '#include "value.h"' 'an own header is named with its room'

breaks src/acme/a.cpp '#include <openssl/evp.h>' 'only src/crypto/ may include <openssl/evp.h>'
breaks src/acme/a.cpp '#include <rapidjson/document.h>' 'only src/json/ may include'
breaks src/http/a.cpp '#include <curl/curl.h>' 'only src/http/curl_ may include'
breaks src/acme/a.cpp '#include <idn2.h>' 'only src/dns/ may include <idn2.h>'
breaks src/acme/a.cpp '#include <ares.h>' 'only src/dns/ may include <ares.h>'
breaks src/acme/a.cpp '#include <ares_dns.h>' 'only src/dns/ may include <ares_dns.h>'
breaks src/acme/a.cpp '#include <libpsl.h>' 'only src/dns/ may include <libpsl.h>'
breaks triggers/subcommands/list.cpp '#include <fmt/format.h>' 'only src/ may include'
breaks src/base/a.h '#include <fmt/format.h>' 'third-party headers belong in .cpp files'
breaks src/crypto/a.h '#include <openssl/evp.h>' 'third-party headers belong in .cpp files'

breaks src/CMakeLists.txt 'suite_library(store SOURCES a.cpp USES suite::dokku)' \
  'src/CMakeLists.txt:14: store/ may not link suite::dokku'
breaks src/CMakeLists.txt 'suite_library(util SOURCES a.cpp)' 'util/ is no room'
breaks src/CMakeLists.txt 'suite_library(store SOURCES a.cpp HIDES OpenSSL::SSL)' \
  'only crypto/ may link OpenSSL::SSL'
breaks src/CMakeLists.txt 'suite_library(store SOURCES a.cpp HIDES CURL::libcurl)' 'only http/ may link CURL::libcurl'
breaks src/CMakeLists.txt 'suite_library(store SOURCES a.cpp HIDES PkgConfig::IDN2)' 'only dns/ may link PkgConfig::IDN2'
breaks src/CMakeLists.txt 'suite_library(dns SOURCES a.cpp USES PkgConfig::IDN2)' \
  'dns/ shows PkgConfig::IDN2 in its headers'
breaks triggers/CMakeLists.txt 'suite_trigger(cron LIGHT SOURCE cron.cpp USES suite::lifecycle)' \
  'a light trigger (cron) may not link suite::lifecycle'
breaks triggers/CMakeLists.txt 'suite_trigger(cron SOURCE cron.cpp USES CURL::libcurl)' \
  'a trigger links rooms only'
breaks src/dokku/a.cpp '#include "json/a.h"' \
  'dokku/ includes "json/a.h" but does not link suite::json'
# What acme hides is no link of those that use it.
breaks src/lifecycle/a.cpp '#include "json/a.h"' 'but does not link suite::json'


# The table itself.
lay
sed -i 's/| `cli` | e | base dokku |/| `cli` | e | base dokku acme |/' "$tree/docs/architecture.md"
expect "a room that comes later" 1 'docs/architecture.md:11: `acme` is no room above `cli`'
lay
rm "$tree/docs/architecture.md"
expect "a tree without the table" 2 'no table of rooms in docs/architecture.md'

# Circles of files, in a room and through a header or a source.
lay
printf '#include "base/two.h"\n' >"$tree/src/base/one.h"
printf '#include "base/three.h"\n' >"$tree/src/base/two.h"
printf '\n#include "base/one.h"\n' >"$tree/src/base/three.cpp"
expect "a circle of files" 1 'src/base/three.cpp:2: base/three and base/one include each other in a circle'

# Sizes.
lay
for n in 1 2 3; do seq 320 >"$tree/src/base/long$n.cpp"; done
expect "files that are long" 0 'note: src/base/long1.cpp: 320 of at most 400 lines' note
seq 401 >"$tree/src/base/long1.cpp"
expect "a file that is too long" 1 'src/base/long1.cpp: 401 lines, and 400 are the most'
lay
{ cat "$tree/triggers/subcommands/list.cpp"; seq 27; } >"$tree/main"
mv "$tree/main" "$tree/triggers/subcommands/list.cpp"
expect "a main of thirty lines" 0 "acme              4 lines heavy -> base"
echo 31 >>"$tree/triggers/subcommands/list.cpp"
expect "a main that is too long" 1 \
  'triggers/subcommands/list.cpp: 31 lines, and 30 are the most'
lay
for n in {1..8}; do seq 310 >"$tree/src/base/part$n.cpp"; done
expect "a room that is large" 0 'note: src/base: 2480 of at most 3000 lines' note
for n in {1..10}; do seq 310 >"$tree/src/base/part$n.cpp"; done
expect "a room that is too large" 1 'src/base: 3100 lines, and 3000 are the most'

# What `dokku help` would execute.
for place in src tests/data scripts buildings; do
  lay
  mkdir -p "$tree/$place/commands"
  expect "a folder called commands" 1 "./$place/commands: dokku help would execute every path called commands"
done
# What is in build/ comes and goes, as roots with a /proc do; the rest of the tree is looked at all the same.
lay
mkdir -p "$tree/build/commands"
expect "a built executable called commands" 0 ""
PATH="$tree/bin:$PATH"
mkdir -p "$tree/bin" "$tree/src/commands"
printf '#!/bin/sh\n%s "$@"\nexit 1\n' "$(command -v find)" >"$tree/bin/find"
chmod +x "$tree/bin/find"
expect "a tree that cannot be read whole" 1 ""

report
