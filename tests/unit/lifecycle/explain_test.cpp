#include "lifecycle/explain.h"

#include <algorithm>
#include <string>
#include <vector>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

namespace {

using Lines = std::vector<std::string>;

acme::Failure refused(const std::string& type, std::vector<acme::Subproblem> parts = {}) {
    acme::Failure failure =
        acme::fail(base::ErrorKind::rejected, "ca.test refused", "https://ca.test/order/1");
    acme::Problem problem;
    problem.type = "urn:ietf:params:acme:error:" + type;
    problem.detail = "no";
    problem.subproblems = std::move(parts);
    failure.problem = std::move(problem);
    return failure;
}

acme::Subproblem part(const std::string& type, const std::string& detail,
                      const std::string& name = {}) {
    acme::Subproblem part{"urn:ietf:params:acme:error:" + type, detail, std::nullopt};
    if (!name.empty()) part.identifier = acme::Identifier{"dns", name};
    return part;
}

bool has_line_with(const Lines& lines, std::string_view words) {
    return std::any_of(lines.begin(), lines.end(), [&](const std::string& line) {
        return line.find(words) != std::string::npos;
    });
}

}  // namespace

TEST_CASE("each error of RFC 8555 that an operator can mend says how", "[lifecycle][rfc8555-6.7]") {
    struct Sample {
        std::string type;
        std::string words;
    };
    const auto sample =
        GENERATE(Sample{"connection", "could not connect to port 80"},
                 Sample{"unauthorized", "Another server answered the CA"},
                 Sample{"incorrectResponse", "Another server answered the CA"},
                 Sample{"dns", "could not resolve that name"}, Sample{"caa", "A CAA record"},
                 Sample{"rejectedIdentifier", "dokku domains:remove"},
                 Sample{"externalAccountRequired", "(EAB)"},
                 Sample{"invalidContact", "dokku letsencrypt:set --global email <e-mail>"},
                 Sample{"accountDoesNotExist", "does not know the account"});
    CAPTURE(sample.type);
    const auto lines = lifecycle::explain(refused(sample.type), "shop");
    REQUIRE(lines.size() == 3);
    CHECK(lines[0] == "ca.test refused");
    CHECK(lines[1].find(sample.words) != std::string::npos);
    CHECK(lines[2] == "Once that is mended, run: dokku letsencrypt:enable shop");
}

TEST_CASE("an error that we do not know is told in the CA's words only",
          "[lifecycle][rfc8555-6.7]") {
    CHECK(lifecycle::explain(refused("unheardOf"), "shop") ==
          Lines{"ca.test refused", "Once that is mended, run: dokku letsencrypt:enable shop"});
}

TEST_CASE("each name's part is told, each meaning once", "[lifecycle][rfc8555-6.7.1]") {
    const auto lines = lifecycle::explain(
        refused("compound", {part("dns", "NXDOMAIN", "a.test"), part("dns", "SERVFAIL", "b.test"),
                             part("caa", "forbidden")}),
        "shop");
    REQUIRE(lines.size() == 7);
    CHECK(lines[1] == "a.test: \"NXDOMAIN\" (urn:ietf:params:acme:error:dns)");
    CHECK(lines[2] == "b.test: \"SERVFAIL\" (urn:ietf:params:acme:error:dns)");
    CHECK(lines[3] == "one name: \"forbidden\" (urn:ietf:params:acme:error:caa)");
    CHECK(lines[4].starts_with("The CA could not resolve that name."));
    CHECK(lines[5].starts_with("A CAA record"));
}

TEST_CASE("when the CA may be asked again is said last but one", "[lifecycle][rfc8555-6.6]") {
    auto failure = refused("rateLimited");
    failure.error.retry_at = base::from_unix(1'770'000'000);
    const auto lines = lifecycle::explain(failure, "shop");
    CHECK(lines.at(1) == "The CA asks not to be asked again before 2026-02-02 02:40 UTC.");
}

TEST_CASE("a page for a person is shown once", "[lifecycle][rfc8555-6.7]") {
    auto failure = refused("userActionRequired");
    failure.problem->instance = "https://ca.test/terms";
    failure.error.steps = {"See https://ca.test/terms"};  // as acme::to_failure puts it
    const auto lines = lifecycle::explain(failure, "shop");
    CHECK(std::count(lines.begin(), lines.end(), "See https://ca.test/terms") == 1);
}

TEST_CASE("a local failure says its own steps", "[lifecycle]") {
    acme::Failure failure = acme::fail(base::ErrorKind::io, "the disk is full", "");
    failure.error.steps = {"Make room."};
    CHECK(lifecycle::explain(failure, "shop") == Lines{"the disk is full", "Make room."});
}

TEST_CASE("a CA that gave no usable answer is named with a way to another", "[lifecycle]") {
    const auto kind =
        GENERATE(base::ErrorKind::network, base::ErrorKind::timeout, base::ErrorKind::protocol);
    const auto lines =
        lifecycle::explain(acme::fail(kind, "no answer", "https://ca.test/dir"), "shop");
    REQUIRE(lines.size() == 3);
    CHECK(lines[0] == "no answer");
    CHECK(has_line_with(lines, "https://ca.test/dir"));
    CHECK(has_line_with(lines, "dokku letsencrypt:set shop server default|staging|https://..."));
    CHECK(has_line_with(lines, "dokku letsencrypt:enable shop"));
}

TEST_CASE("no word of a CA can speak to the terminal", "[lifecycle][security]") {
    auto failure = refused("caa", {part("caa\x1b[31m", "x\r\n !     all is well", "a\x07.test")});
    failure.error.message = "refused\x1b[2J";
    failure.problem->instance =
        "https://ca.test/\x9b"
        "31m";
    for (const std::string& line : lifecycle::explain(failure, "shop")) {
        CAPTURE(line);
        CHECK(std::none_of(line.begin(), line.end(), [](char c) {
            const auto byte = static_cast<unsigned char>(c);
            return byte < 0x20 || byte >= 0x7f;
        }));
    }
}

TEST_CASE("a limit is known by its kind or by its problem", "[lifecycle][C-10.4]") {
    CHECK(lifecycle::is_rate_limit(refused("rateLimited")));
    CHECK(lifecycle::is_rate_limit(acme::fail(base::ErrorKind::rate_limited, "429", "")));
    CHECK_FALSE(lifecycle::is_rate_limit(refused("caa")));
    CHECK_FALSE(lifecycle::is_rate_limit(acme::fail(base::ErrorKind::network, "x", "")));
}
