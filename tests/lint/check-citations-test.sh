#!/usr/bin/env bash
# Breaks each rule of scripts/check-citations.sh once in a small tree and looks for its message.
set -euo pipefail

# shellcheck source=tests/lint/tree.sh
source "$(dirname "${BASH_SOURCE[0]}")/tree.sh"

# A tree in which every citation leads somewhere.
lay() {
  rm -rf "${tree:?}"/*
  mkdir -p "$tree"/{docs,src/base,tests,build,tests/data}
  cat >"$tree/docs/dokku.md" <<'EOP'
# What Dokku does

## 1 Plugins and `commands`

See 1.1 and section 2.

### 1.1 Folders

The words of section 2 (1.1).

```
## 7 a line of output
```

## 2 Words

## 2.5 GB are enough
EOP
  printf '# Design\n\n## 1 Names\n\n### 1.1 A name, `base/a.h`\n\n## Again\n\n## Again\n' >"$tree/docs/design.md"
  cat >"$tree/README.md" <<'EOP'
[Dokku](docs/dokku.md#1-plugins-and-commands), [a name](docs/design.md#11-a-name-baseah),
[twice](docs/design.md#again-1), [here](#read-me), [the web](https://example.test/x.md#y), [src](src/base/a.h)

# Read me
EOP
  cat >"$tree/src/base/a.h" <<'EOP'
/// Folders (docs/dokku.md 1.1), words (docs/dokku.md 2), both (docs/dokku.md 1.1 and 2), a name
/// (docs/design.md 1.1), an order (RFC 8555 section 7.4), its end (RFC 8555
/// section 7.5). docs/design.md 1, steps 5 and 6. See README.md.
EOP
  printf 'TEST_CASE("a", "[base][dokku-1.1][design-1][rfc8555-7.4]")\n' >"$tree/tests/a_test.cpp"
  mkdir -p "$tree/tests/unit/base"
  printf '//\n' | tee "$tree/tests/unit/base/a_test.cpp" >"$tree/tests/unit/base/b_test.cpp"
  printf '| one | unit base/a, b; story 10 |\n\nProved by unit\n   base/a.\n' >"$tree/docs/parity.md"
  printf '// Beside it (a.h), in its room (base/a.h); <unistd.h>, sys/types.h.\n' >"$tree/src/base/c.h"
  printf 'C 10.4, docs/none.md\n' | tee "$tree/build/out" >"$tree/tests/data/in"
}

lay
expect "a tree whose citations lead somewhere" 0 ""

breaks src/base/c.h '/// as in json/a.h' 'src/base/c.h:2: no file is called json/a.h here or in src/'
breaks src/base/c.h '/// as in base/gone.cpp' 'no file is called base/gone.cpp here or in src/'
breaks tests/a_test.cpp '// as in a.h' 'no file is called a.h here or in src/'
breaks docs/parity.md 'unit base/a, c' 'docs/parity.md:5: no unit test is called base/c'
breaks docs/parity.md $'by unit\n  base/gone.' 'docs/parity.md:6: no unit test is called base/gone'
breaks src/base/a.h '/// (docs/dokku.md 1.2)' 'src/base/a.h:4: docs/dokku.md has no section 1.2'
breaks src/base/a.h '/// (docs/dokku.md 1.1, 3)' 'docs/dokku.md has no section 3'
breaks src/base/a.h '/// (docs/dokku.md 1.1 and 3.4)' 'docs/dokku.md has no section 3.4'
breaks src/base/a.h '/// (docs/dokku.md 7)' 'docs/dokku.md has no section 7'
breaks src/base/a.h '/// (docs/dokku.md 2.5)' 'docs/dokku.md has no section 2.5'
breaks src/base/a.h '/// (docs/other.md 1)' 'docs/other.md is no page'
breaks src/base/a.h '/// see style.md' 'no page is called style.md'
breaks src/base/a.h '/// (docs/dokku.md)' 'a page of many sections: say which'
breaks src/base/a.h '/// as it stands in docs/design.md' 'a page of many sections: say which'
breaks src/base/a.h '/// (section 7.4)' 'section 7.4 of which page or RFC?'
breaks docs/dokku.md 'As in section 9.' 'docs/dokku.md has no section 9'
breaks docs/design.md 'A name (1.7).' 'docs/design.md has no section 1.7'
breaks docs/design.md '### 1.1 Another name' 'a second section 1.1'

breaks tests/a_test.cpp 'TEST_CASE("b", "[base][dokku-9]")' 'tests/a_test.cpp:2: docs/dokku.md has no section 9'
breaks tests/a_test.cpp 'TEST_CASE("b", "[design-1.2]")' 'docs/design.md has no section 1.2'
for tag in C-10.4 RFC-9773 issue-9 pain-5 facts-C design; do
  breaks tests/a_test.cpp "TEST_CASE(\"b\", \"[base][$tag]\")" "[$tag] names no section"
done
old=contract  # in one word with a number, a search for what is left of these forms would find it here
for words in "$old 10.4" "${old^} section 5" "design ""section 4" 'design 4' 'C 7.3' 'C 10' 'pains 12' 'facts F3' 'acme-facts' 'user-pains'; do
  breaks src/base/a.h "/// x ($words) y" "\"$words\" leads to no page of ours"
done

breaks docs/design.md 'See `base/b.h`.' 'docs/design.md:10: no file is called base/b.h'
breaks docs/design.md 'See `check-all.sh`.' 'no file is called check-all.sh'

breaks README.md '[x](docs/none.md)' 'README.md:5: the link to docs/none.md leads nowhere'
breaks README.md '[x](docs/dokku.md#12-x)' 'docs/dokku.md has no #12-x'
breaks README.md '[x](#nowhere)' 'README.md has no #nowhere'
breaks docs/design.md '[x](docs/dokku.md)' 'the link to docs/dokku.md leads nowhere'
breaks docs/design.md '[x](../src/base/b.h)' 'the link to ../src/base/b.h leads nowhere'

report
