#!/usr/bin/env bash
# Breaks each rule of scripts/check-results.sh once in a small tree and looks for its message.
set -euo pipefail

# shellcheck source=tests/lint/tree.sh
source "$(dirname "${BASH_SOURCE[0]}")/tree.sh"

# A tree in which every function says how it fails.
lay() {
  rm -rf "${tree:?}"/*
  mkdir -p "$tree"/src/{base,room}
  cat >"$tree/src/base/error.h" <<'EOP'
enum class ErrorKind {
    not_found,  ///< it is not there
    io,         ///< the operating system refused
};
EOP
  cat >"$tree/src/room/one_by_one.h" <<'EOP'
#pragma once

#include "base/result.h"

/// Reads it. `not_found` if it is missing.
base::Result<std::string> read_it(const base::Path& path);

/// Reads both,
/// or fails with `io`.
base::Result<std::pair<std::string, std::string>> read_both(const base::Path& one,
                                                            const base::Path& other);
base::Result<void> remove_both(const base::Path& one, const base::Path& other);

/// Fails as `read_it` does.
base::Result<std::string> read_it_again(const base::Path& path);

/// Never fails.
base::Result<std::string> read_nothing();

/// Cannot fail.
void write_it(const base::Path& path);

class Store {
  public:
    /// `io` if it is no store.
    static base::Result<Store> open(const base::Path& path);
    base::Result<void> write(std::string_view text) override;

    std::function<base::Result<void>()> later;

  private:
    base::Result<void> sync() const;
};
EOP
  cat >"$tree/src/room/all_at_once.h" <<'EOP'
#pragma once

/// What is read. All of these fail with `io`.
class Reader {
  public:
    base::Result<std::string> read() const;

    /// The rest.
    base::Result<std::string> read_rest() const;
};
EOP
  cat >"$tree/src/room/whole_header.h" <<'EOP'
#pragma once

// What is written. All of these fail with `io`, and
// with `not_found` without a folder.

base::Result<void> write(const base::Path& path);

/// At its end.
base::Result<void> append(const base::Path& path);
EOP
}

# breaks NAME TEXT: what stands on stdin is one header more in a tree that was right.
breaks() {
  lay
  cat >"$tree/src/room/more.h"
  expect "$1" 1 "$2"
}

lay
expect "a tree whose functions say how they fail" 0 ""

breaks "no comment" 'src/room/more.h:1: read does not say with which error kind it fails' <<'EOP'
base::Result<std::string> read(const base::Path& path);
EOP
breaks "a comment without a kind" 'src/room/more.h:2: read does not say' <<'EOP'
/// Reads it, or fails.
base::Result<std::string> read(const base::Path& path);
EOP
breaks "what is no kind" 'more.h:2: read does not say' <<'EOP'
/// Reads it. `oops` if it is missing.
base::Result<std::string> read(const base::Path& path);
EOP
breaks "a comment of its own hides the one above" 'more.h:4: read_rest does not say' <<'EOP'
/// Reads it, or fails with `io`.
base::Result<std::string> read(const base::Path& path);
/// Reads the rest.
base::Result<std::string> read_rest(const base::Path& path);
EOP
breaks "a blank line ends a comment" 'more.h:4: read_rest does not say' <<'EOP'
/// Reads it, or fails with `io`.
base::Result<std::string> read(const base::Path& path);

base::Result<std::string> read_rest(const base::Path& path);
EOP
breaks "of many lines" 'more.h:2: read does not say' <<'EOP'
/// Reads it.
base::Result<std::map<std::string, std::string>> read(const base::Path& path,
                                                      std::size_t most_bytes);
EOP
breaks "as a function that there is not" 'more.h:2: there is no function read_none' <<'EOP'
/// Fails as `read_none` does.
base::Result<std::string> read(const base::Path& path);
EOP
breaks "a public member" 'more.h:3: read does not say' <<'EOP'
class Reader {
  public:
    base::Result<std::string> read() const;
};
EOP
breaks "a member of a struct" 'more.h:2: read does not say' <<'EOP'
struct Reader {
    static base::Result<std::string> read();
};
EOP
breaks "the comment of another class" 'more.h:8: read does not say' <<'EOP'
/// All of these fail with `io`.
class Reader {
  public:
    base::Result<std::string> read() const;
};

struct Other {
    base::Result<std::string> read() const;
};
EOP
breaks "all of them fail, but how?" 'more.h:3: read does not say' <<'EOP'
// All of these fail. `io` is a kind.

base::Result<std::string> read(const base::Path& path);
EOP

rm -rf "${tree:?}"/src/room
expect "nothing to look at" 1 "no function in a header returns a Result"
rm "$tree/src/base/error.h"
expect "no kinds" 2 "no src/base/error.h"

report
