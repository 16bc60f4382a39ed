#!/usr/bin/env bash
# Breaks each rule of scripts/check-layers.sh once in a small tree and looks for its message.
set -euo pipefail

check=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)/scripts/check-layers.sh
tree=$(mktemp -d)
trap 'rm -rf "$tree"' EXIT
failures=0

# A tree in which everything is right.
lay() {
  rm -rf "${tree:?}"/*
  mkdir -p "$tree"/src/{base,json,crypto,http,acme,dokku,cli,lifecycle} "$tree"/triggers/subcommands
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
suite_library(lifecycle SOURCES lifecycle/a.cpp USES suite::acme suite::dokku)
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
}

# expect NAME STATUS TEXT: what the check says of the tree as it is now.
expect() {
  local output status=0
  output=$("$check" "$tree" 2>&1) || status=$?
  if [[ $status != "$2" || $output != *"$3"* || ($2 == 0 && -n $output) ]]; then
    printf 'FAILED: %s: status %s, output:\n%s\n' "$1" "$status" "$output"
    failures=$((failures + 1))
  fi
}

# breaks FILE LINE TEXT: adds the line to a tree that was right.
breaks() {
  lay
  printf '%s\n' "$2" >>"$tree/$1"
  expect "$1: $2" 1 "$3"
}

lay
expect "a tree that keeps the rules" 0 ""

breaks src/base/a.cpp '#include "json/a.h"' 'src/base/a.cpp:1: base/ may not include "json/a.h"'
breaks src/acme/a.h '#include "dokku/a.h"' 'src/acme/a.h:5: acme/ may not include "dokku/a.h"'
breaks src/cli/a.cpp '#include "lifecycle/a.h"' 'cli/ may not include "lifecycle/a.h"'
lay
mkdir "$tree/src/util"
printf '#include "base/a.h"\n' >"$tree/src/util/a.cpp"
expect "a folder that is no room" 1 'src/util/a.cpp:1: util/ is no room'
breaks triggers/subcommands/list.cpp '  #  include "lifecycle/a.h"' \
  'list.cpp:4: a light trigger may not include "lifecycle/a.h"'
breaks triggers/subcommands/enable.cpp '#include "acme/a.h"' 'a heavy trigger may not include'
breaks triggers/stray.cpp '#include "base/a.h"' 'stray.cpp:1: no suite_trigger() has this file'
breaks src/json/a.cpp '#include "value.h"' 'an own header is named with its room'

breaks src/acme/a.cpp '#include <openssl/evp.h>' 'only src/crypto/ may include <openssl/evp.h>'
breaks src/acme/a.cpp '#include <rapidjson/document.h>' 'only src/json/ may include'
breaks src/http/a.cpp '#include <curl/curl.h>' 'only src/http/curl_client.cpp may include'
breaks src/acme/a.cpp '#include <idn2.h>' 'only src/dns/ may include <idn2.h>'
breaks src/acme/a.cpp '#include <ares.h>' 'only src/dns/ may include <ares.h>'
breaks src/acme/a.cpp '#include <ares_dns.h>' 'only src/dns/ may include <ares_dns.h>'
breaks src/acme/a.cpp '#include <libpsl.h>' 'only src/dns/ may include <libpsl.h>'
breaks triggers/subcommands/list.cpp '#include <fmt/format.h>' 'only src/ may include'
breaks src/base/a.h '#include <fmt/format.h>' 'third-party headers belong in .cpp files'
breaks src/crypto/a.h '#include <openssl/evp.h>' 'third-party headers belong in .cpp files'

breaks src/CMakeLists.txt 'suite_library(store SOURCES a.cpp USES suite::dokku)' \
  'src/CMakeLists.txt:12: store/ may not link suite::dokku'
breaks src/CMakeLists.txt 'suite_library(util SOURCES a.cpp)' 'util/ is no room'
breaks src/CMakeLists.txt 'suite_library(store SOURCES a.cpp HIDES OpenSSL::SSL)' \
  'only crypto/ may link OpenSSL::SSL'
breaks src/CMakeLists.txt 'suite_library(dns SOURCES a.cpp USES PkgConfig::IDN2)' \
  'dns/ shows PkgConfig::IDN2 in its headers'
breaks triggers/CMakeLists.txt 'suite_trigger(cron LIGHT SOURCE cron.cpp USES suite::lifecycle)' \
  'a light trigger (cron) may not link suite::lifecycle'
breaks triggers/CMakeLists.txt 'suite_trigger(cron SOURCE cron.cpp USES CURL::libcurl)' \
  'a trigger links rooms only'
breaks src/dokku/a.cpp '#include "json/a.h"' \
  'dokku/ includes "json/a.h" but does not link suite::json'
# What acme hides is no link of those who use it.
breaks src/lifecycle/a.cpp '#include "json/a.h"' 'but does not link suite::json'

((failures == 0)) && echo "check-layers: every rule was seen to fail"
exit $((failures > 0))
