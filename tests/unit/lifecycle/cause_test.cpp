#include "lifecycle/cause.h"

#include <set>

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include "base/file.h"
#include "lifecycle/explain_cause.h"

using Catch::Matchers::ContainsSubstring;

namespace {

acme::Failure failure(base::ErrorKind kind, const std::string& type = {}) {
    acme::Failure failed = acme::fail(kind, "x", "https://ca.test/");
    if (!type.empty()) {
        failed.problem = acme::Problem{};
        failed.problem->type = "urn:ietf:params:acme:error:" + type;
    }
    return failed;
}

}  // namespace

TEST_CASE("every cause can be explained, and no name stands twice", "[lifecycle][pain-5]") {
    std::set<std::string_view> names;
    for (const lifecycle::Cause& cause : lifecycle::causes()) {
        CHECK(names.insert(cause.name).second);
        CHECK(lifecycle::find_cause(cause.name) == &cause);
        CHECK_FALSE(cause.meaning.empty());
        CHECK_FALSE(cause.evidence.empty());
        CHECK_FALSE(cause.fix.empty());
        const auto lines = lifecycle::explain_cause(cause.name);
        REQUIRE(lines);
        CHECK_THAT(lines->front(), ContainsSubstring(std::string{cause.name}));
    }
    CHECK(lifecycle::explain_cause("").value().size() == names.size());
}

TEST_CASE("the operators' page tells all causes", "[lifecycle][pain-5]") {
    const auto page = base::read_file(TEST_DATA_DIR "/../../docs/operating.md");
    REQUIRE(page);
    for (const lifecycle::Cause& cause : lifecycle::causes())
        CHECK_THAT(*page, ContainsSubstring("`" + std::string{cause.name} + "`"));
}

TEST_CASE("an unknown cause gets the list", "[lifecycle]") {
    const auto lines = lifecycle::explain_cause("dns");
    REQUIRE_FALSE(lines);
    CHECK_THAT(lines.error().steps.front(), ContainsSubstring("dns-missing"));
}

TEST_CASE("the fix names the app and the domain", "[lifecycle]") {
    const auto* cause = lifecycle::find_cause(lifecycle::cause::kBadName);
    CHECK_THAT(lifecycle::fix_of(*cause, "shop", "a.test"),
               ContainsSubstring("dokku domains:remove shop a.test"));
}

TEST_CASE("a failed exchange has a cause", "[lifecycle][pain-5]") {
    using base::ErrorKind;
    using lifecycle::cause_of;
    CHECK(cause_of(failure(ErrorKind::network)) == lifecycle::cause::kCaUnreachable);
    CHECK(cause_of(failure(ErrorKind::timeout)) == lifecycle::cause::kCaUnreachable);
    CHECK(cause_of(failure(ErrorKind::protocol)) == lifecycle::cause::kCaError);
    CHECK(cause_of(failure(ErrorKind::io)) == lifecycle::cause::kHost);
    CHECK(cause_of(failure(ErrorKind::rejected, "unauthorized")) == lifecycle::cause::kRefused);
    CHECK(cause_of(failure(ErrorKind::rejected, "connection")) == lifecycle::cause::kFirewall);
    CHECK(cause_of(failure(ErrorKind::rejected, "caa")) == lifecycle::cause::kCaa);
    CHECK(cause_of(failure(ErrorKind::rejected, "rejectedIdentifier")) ==
          lifecycle::cause::kBadName);
    CHECK(cause_of(failure(ErrorKind::rate_limited, "rateLimited")) ==
          lifecycle::cause::kRateLimited);
    CHECK(cause_of(failure(ErrorKind::rejected, "userActionRequired")) ==
          lifecycle::cause::kAccount);
    auto paused = failure(ErrorKind::rate_limited, "rateLimited");
    paused.problem->detail = "Your account is temporarily prevented from requesting certificates";
    CHECK(cause_of(paused) == lifecycle::cause::kPaused);
    paused.problem->detail = "too many orders: see https://ca.test/paused";
    CHECK(cause_of(paused) == lifecycle::cause::kRateLimited);
}

TEST_CASE("the CA's words tell why it refused a name", "[lifecycle][pain-25]") {
    namespace cause = lifecycle::cause;
    using lifecycle::cause_of_words;
    const std::string acme = "urn:ietf:params:acme:error:";
    const std::string late = "203.0.113.9: Fetching http://a.test/x: Timeout during connect";
    CHECK(cause_of_words(acme + "connection", late) == cause::kFirewall);
    CHECK(cause_of_words(acme + "unauthorized", "Invalid response: 404") == cause::kRefused);
    CHECK(cause_of_words(acme + "dns", "NXDOMAIN looking up A") == cause::kRefused);
    for (const char* type : {"connection", "unauthorized", "dns"}) {
        CHECK(cause_of_words(acme + type, "During secondary validation: " + late) ==
              cause::kSecondaryValidation);
        CHECK(cause_of_words(acme + type, "During Secondary Validation: " + late) ==
              cause::kSecondaryValidation);
    }
    // CAA records and the CA's own troubles are what they are, wherever it met them.
    CHECK(cause_of_words(acme + "caa", "During secondary validation: forbidden") == cause::kCaa);
    CHECK(cause_of_words(acme + "serverInternal", "During secondary validation: x") ==
          cause::kCaError);
}

TEST_CASE("the words about the only name count for the order", "[lifecycle][pain-25]") {
    acme::Failure failed = failure(base::ErrorKind::rejected, "unauthorized");
    failed.problem->detail = "one name failed";
    failed.problem->subproblems = {
        {failed.problem->type, "During secondary validation: 404", acme::Identifier{"dns", "a"}}};
    CHECK(lifecycle::cause_of(failed) == lifecycle::cause::kSecondaryValidation);
}

TEST_CASE("whatever it says, a refusal counts as one", "[lifecycle][pain-25]") {
    namespace cause = lifecycle::cause;
    for (const lifecycle::Cause& one : lifecycle::causes()) {
        CAPTURE(one.name);
        const bool refused = one.name == cause::kRefused || one.name == cause::kFirewall ||
                             one.name == cause::kSecondaryValidation;
        CHECK(lifecycle::is_refusal(one.name) == refused);
    }
}
