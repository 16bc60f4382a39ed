#!/usr/bin/env bash
# Breaks each rule of scripts/check-coroutines.sh once in a small tree and looks for its message.
set -euo pipefail

# shellcheck source=tests/lint/tree.sh
source "$(dirname "${BASH_SOURCE[0]}")/tree.sh"

# A tree in which every statement is as it should be.
lay() {
  rm -rf "${tree:?}"/*
  mkdir -p "$tree/src/room"
  cat >"$tree/src/room/flow.cpp" <<'EOP'
// co_await f({.a = 1}) in a comment, and one that is never closed: {
namespace room {
Task<int> add(int one, const Store& store) { co_return one + 1'000; }

Task<Result<Exit>> flow(Request request, std::vector<Task<int>> tasks) {
    const std::string text = R"json({"co_await": "a ? b : c"})json";
    co_await ready;
    if (co_await is_ready(request)) { co_await ready; }
    while (co_await is_ready(std::move(request), "a ? b && c")) {
        const auto [one, other] = co_await pair_of(store_.name);
        for (const int number : co_await all(std::move(tasks))) use(number);
    }
    try {
        co_await ready;
    } catch (const Error&) {
    }
    std::vector<Task<int>> more;
    more.push_back(add(1, store_));
    Task<int> one = add(1, store_);
    const auto in_time = co_await with_deadline(std::move(one), kLong);
    const auto lambda = [](Store& store) -> Task<void> { co_await store.wait(); };
    sort(list, [&](int a, int b) { return a < b; });
    co_return Exit{.code = 1};
}
}  // namespace room
EOP
}

# breaks NAME LINE TEXT MESSAGE: a source that is the text alone, beside what was right.
breaks() {
  lay
  printf '%s\n' "$3" >"$tree/src/room/more.cpp"
  expect "$1" 1 "src/room/more.cpp:$2: $4"
}

lay
expect "a tree that is right" 0 ""

in_one='two co_await in one statement'
breaks "two in one statement" 1 'Task<int> f() { const int x = co_await g() + co_await g(); }' "$in_one"
breaks "one within the other" 1 'Task<int> f() { co_await g(co_await h()); }' "$in_one"
breaks "an aggregate as an argument" 2 'Task<int> f() {
    co_await g(Request{1});
}' '`{` in a statement with co_await'
breaks "designated members" 3 'Task<int> f() {
    // why
    co_await g(
        {.a = 1});
}' '`{` in a statement'
breaks "an aggregate of awaits" 2 'Task<int> f() {
    const Pair pair{co_await g(), 1};
}' '`{` in a statement'
breaks "braces for a vector" 1 'Task<int> f() { x = co_await all({a, b}); }' '`{` in a statement'
breaks "a choice of values" 1 'Task<int> f() { co_await g(a ? b : c); }' '`?` in a statement'
breaks "a choice of awaits" 1 'Task<int> f() { x = b ? co_await g() : h(); }' '`?` in a statement'
breaks "after and" 1 'Task<int> f() { if (ok() && co_await g()) return; }' '`&&` in a statement'
breaks "before or" 1 'Task<int> f() { if (co_await g() || ok()) return; }' '`||` in a statement'
breaks "a lambda as an argument" 1 'Task<int> f() { co_await g([&] { return a; }); }' '`[` in a statement'
breaks "an element" 1 'Task<int> f() { co_await tasks[0]; }' '`[` in a statement'
breaks "a deadline for a temporary" 1 'Task<int> f() { co_await with_deadline(g(), kLong); }' 'with_deadline() takes std::move(name)'
breaks "a lambda with captures" 1 'auto f = [this, &a](int b) -> async::Task<void> { co_await a; };' 'a lambda with captures is a coroutine'
breaks "a default aggregate" 1 'Task<int> get(int id, Options options = {});' 'a default argument in braces'
breaks "a default aggregate by name" 1 'Task<int>
 get(int id,
     Options options = Options{.a = 1});' 'a default argument in braces'
breaks "a view" 1 'Task<Result<int>> Client::get(std::string_view url) const;' 'a coroutine takes its parameters by value'
breaks "a reference to a string" 1 'Task<void> get(const std::string& url);' 'a coroutine takes its parameters by value'
breaks "a reference to a temporary" 1 'Task<void> get(Request&& request);' 'a coroutine takes its parameters by value'
breaks "a vector of tasks in braces" 1 'std::vector<Task<int>> tasks{f(), g()};' 'a vector of tasks in braces'

rm -rf "${tree:?}"/src/room
mkdir -p "$tree/src"
expect "nothing to look at" 2 "no coroutine"

report
