#include "status/name_outcome.h"

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include "store/cause.h"
#include "support/fake_clock.h"

using status::CustomEnd;
using status::NameOutcome;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;
using store::NameStatus;

namespace {

struct Book {
    void note(const NameOutcome& outcome) { status::record_name(state, outcome, clock.now(), 0.5); }
    const store::NameState& name() const { return *store::find_name(state, "a.test"); }
    seconds pause() const { return *name().next_try - clock.now(); }

    test::FakeClock clock;
    store::AppState state;
};

const NameOutcome kFailed{"a.test", NameStatus::failed, store::cause::kCaError, "500"};
const NameOutcome kPending{"a.test", NameStatus::pending_dns, store::cause::kDnsMissing, "no"};

}  // namespace

TEST_CASE("failures in a row are tried at growing distances", "[status][design-3.1]") {
    Book book;
    const auto began = book.clock.now();
    for (const int expected : {1, 2, 4, 8}) {
        book.note(kFailed);
        CHECK(book.pause() == minutes{expected});
        book.clock.advance(minutes{expected});
    }
    CHECK(book.name().failures == 4);
    CHECK(book.name().since == began);
}

TEST_CASE("a paused name is tried once a day, however often it is looked at", "[status]") {
    Book book;
    const NameOutcome paused{"a.test", NameStatus::action_required, store::cause::kPaused,
                             "visit https://ca.test/"};
    book.note(paused);
    CHECK(book.pause() == hours{24});
    book.clock.advance(hours{12});
    book.note(paused);
    CHECK(book.pause() == hours{12});
    book.clock.advance(hours{12});
    book.note(paused);
    CHECK(book.pause() == hours{24});
}

TEST_CASE("a success ends the row", "[status][design-3.1]") {
    Book book;
    book.note(kFailed);
    book.clock.advance(minutes{1});
    book.note({"a.test"});
    CHECK(book.name().status == NameStatus::in_use);
    CHECK(book.name().failures == 0);
    CHECK_FALSE(book.name().next_try);
    CHECK(book.name().since == book.clock.now());
    CHECK_FALSE(status::next_due_of(book.state, CustomEnd::awaited, book.clock.now()));
}

TEST_CASE("a failing renewal of a served name is tried again", "[status][design-3.1]") {
    Book book;
    book.note({"a.test", NameStatus::in_use, store::cause::kCaUnreachable, "no route"});
    CHECK(book.pause() == minutes{1});
    CHECK(book.name().status == NameStatus::in_use);
}

TEST_CASE("a name that waits for its DNS is looked at every minute at first",
          "[status][design-3.2]") {
    Book book;
    for (int i = 0; i < 5; ++i) {
        book.note(kPending);
        CHECK(book.pause() == minutes{1});
        book.clock.advance(minutes{1});
    }
}

TEST_CASE("the CA's own time is kept", "[status][design-3.1]") {
    Book book;
    NameOutcome limited = kFailed;
    limited.not_before = book.clock.now() + hours{2};
    book.note(limited);
    CHECK(book.pause() == hours{2});
}

TEST_CASE("the app is due with its first name", "[status][design-3.5]") {
    Book book;
    book.note(kFailed);
    NameOutcome later = kFailed;
    later.name = "b.test";
    later.not_before = book.clock.now() + hours{5};
    book.note(later);
    CHECK(status::next_due_of(book.state, CustomEnd::awaited, book.clock.now()) ==
          book.name().next_try);
    status::keep_only(book.state, {"b.test"});
    CHECK(status::next_due_of(book.state, CustomEnd::awaited, book.clock.now()) ==
          later.not_before);
}

TEST_CASE("a custom certificate is looked at when it ends, where letsencrypt is on",
          "[status][design-3.5]") {
    Book book;
    const auto end = book.clock.now() + hours{48};
    book.state.installed = store::InstalledPair{"", store::Owner::custom, end};
    book.note({"a.test", NameStatus::not_used, store::cause::kCustom, "own"});
    CHECK_FALSE(status::next_due_of(book.state, CustomEnd::ignored, book.clock.now()));
    CHECK(status::next_due_of(book.state, CustomEnd::awaited, book.clock.now()) == end);
    // A past end would be looked at every minute for ever.
    CHECK_FALSE(status::next_due_of(book.state, CustomEnd::awaited, end));
    // Once it has expired and ours does not come, the tries count and not the past end.
    book.clock.advance(hours{49});
    book.note(kFailed);
    CHECK(status::next_due_of(book.state, CustomEnd::awaited, book.clock.now()) ==
          book.name().next_try);
}

TEST_CASE("looks at the DNS do not make the first failure after them wait",
          "[status][design-3.1]") {
    Book book;
    for (int i = 0; i < 15; ++i) {
        book.note(kPending);
        book.clock.advance(minutes{1});
    }
    book.note(kFailed);
    CHECK(book.name().failures == 1);
    CHECK(book.pause() == minutes{1});
}

TEST_CASE("where DNS and CA fail by turns, neither is tried as often as at first again",
          "[status][design-3.1][design-3.2]") {
    Book book;
    NameOutcome pending = kPending;
    pending.is_of_name = true;
    int tries = 0;
    for (const auto began = book.clock.now(); book.clock.now() - began < hours{24}; ++tries) {
        book.note(tries % 2 == 0 ? pending : kFailed);
        book.clock.advance(*book.name().next_try - book.clock.now());
    }
    CHECK(tries < 60);
}

TEST_CASE("a row of failures from before a long wait for the DNS has ended", "[status]") {
    Book book;
    for (int i = 0; i < 8; ++i)
        book.note(kFailed);
    book.note(kPending);
    book.clock.advance(hours{1});
    book.note(kFailed);
    CHECK(book.name().failures == 1);
}

TEST_CASE("a name's clock begins when it stops being good, whatever the causes are by turns",
          "[status][design-2.2]") {
    Book book;
    const auto outcome = [](std::string_view cause, bool is_of_name) {
        NameOutcome made{"a.test", NameStatus::in_use, cause, "why"};
        made.is_of_name = is_of_name;
        return made;
    };
    // What its CA, its host or a neighbour could not do is not the name's.
    book.note(outcome(store::cause::kCaUnreachable, false));
    CHECK_FALSE(book.name().failing_since);
    const auto began = book.clock.now();
    for (int day = 0; day < 3; ++day) {
        book.note(outcome(store::cause::kDnsMissing, true));
        book.clock.advance(hours{12});
        book.note(outcome(store::cause::kOtherServer, true));
        CHECK(book.name().since == book.clock.now());
        // Nor does it make the name good.
        book.clock.advance(hours{12});
        book.note(outcome(store::cause::kHeldBack, false));
        CHECK(book.name().failing_since == began);
    }
    book.note({"a.test"});
    CHECK_FALSE(book.name().failing_since);
    book.note(outcome(store::cause::kDnsMissing, true));
    CHECK(book.name().failing_since == book.clock.now());
}

TEST_CASE("a name that waits for a limit is tried when that is free, however often it waited",
          "[status][limits]") {
    Book book;
    NameOutcome limited{"a.test", NameStatus::failed, store::cause::kRateLimited, "50"};
    for (int i = 0; i < 12; ++i) {
        limited.not_before = book.clock.now() + minutes{202};
        book.note(limited);
        CHECK(book.pause() == minutes{202});
        book.clock.advance(minutes{202});
    }
    // Seconds that a CA asks for, time and again, are no reason to ask it each minute.
    limited.not_before = book.clock.now() + seconds{1};
    book.note(limited);
    CHECK(book.pause() > hours{12});
}

TEST_CASE("a name that rests has no next try, whatever it had before", "[status][design-3.1]") {
    Book book;
    book.note(kFailed);
    const auto status = GENERATE(NameStatus::not_used, NameStatus::disabled);
    book.note({"a.test", status, store::cause::kExcluded, "out"});
    CHECK(book.name().failures == 0);
    CHECK_FALSE(book.name().next_try);
}

TEST_CASE("while a certificate is in use a name waits for a fifth of its time at most",
          "[status][design-3.1]") {
    Book book;
    NameOutcome renewed{"a.test", NameStatus::in_use, store::cause::kCaError, "500"};
    renewed.covered_until = book.clock.now() + hours{5};
    for (int i = 0; i < 12; ++i)
        book.note(renewed);
    CHECK(book.pause() == hours{1});
}

TEST_CASE("validations that the CA refused are remembered for a day", "[status][design-3.1]") {
    Book book;
    NameOutcome refused = kFailed;
    refused.refused_by_ca = true;
    book.note(refused);
    const auto first = book.clock.now();
    book.clock.advance(hours{24} - seconds{1});
    book.note(refused);
    CHECK(book.name().refusals == std::vector<base::UtcTime>{first, book.clock.now()});
    book.clock.advance(seconds{1});
    book.note(kFailed);  // spends none
    CHECK(book.name().refusals.size() == 1);
    CHECK(book.name().refusals.front() == book.clock.now() - seconds{1});
}

TEST_CASE("what counts the names is what the app's domains are, in their order", "[status]") {
    Book book;
    for (const char* name : {"c.test", "gone.test", "a.test", "b.test"}) {
        NameOutcome outcome = kFailed;
        outcome.name = name;
        book.note(outcome);
    }
    status::keep_only(book.state, {"a.test", "b.test", "c.test", "new.test"});
    REQUIRE(book.state.names.size() == 3);
    CHECK(book.state.names[0].name == "a.test");
    CHECK(book.state.names[1].name == "b.test");
    CHECK(book.state.names[2].name == "c.test");
}

TEST_CASE("the renewal of the certificate in use is looked at like a name's try",
          "[status][design-3.5]") {
    Book book;
    book.note({"a.test"});
    book.state.renew_at = book.clock.now() + hours{48};
    CHECK(status::next_due_of(book.state, CustomEnd::awaited, book.clock.now()) ==
          book.state.renew_at);
    book.note(kFailed);
    CHECK(status::next_due_of(book.state, CustomEnd::awaited, book.clock.now()) ==
          book.name().next_try);
}
