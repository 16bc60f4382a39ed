#include "ca/explain_failure.h"

#include <algorithm>
#include <string>
#include <vector>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include "ca/cause_of_failure.h"
#include "store/cause.h"

namespace {

using Lines = std::vector<std::string>;

acme::Failure refused(const std::string& type, std::vector<acme::Subproblem> parts = {}) {
    acme::Failure failure =
        acme::fail(base::ErrorKind::rejected, "ca.test refused", "https://ca.test/order/1");
    acme::Problem problem;
    problem.type = "urn:ietf:params:acme:error:" + type;
    problem.detail = "no";
    for (const acme::Subproblem& part : parts) {
        if (part.identifier) failure.invalid.push_back(*part.identifier);
    }
    failure.request = acme::RequestKind::validation;
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

TEST_CASE("each error that an operator can mend says how", "[ca][rfc8555-6.7]") {
    struct Sample {
        std::string type;
        std::string words;
    };
    const auto sample =
        GENERATE(Sample{"connection", "Open port 80"}, Sample{"dns", "DNSSEC"},
                 Sample{"unauthorized", "A and AAAA records"},
                 Sample{"incorrectResponse", "no proxy or CDN"}, Sample{"caa", "A CAA record"},
                 Sample{"rejectedIdentifier", "dokku domains:remove shop"},
                 Sample{"externalAccountRequired", "dokku letsencrypt:set shop eab-kid"},
                 Sample{"invalidContact", "dokku letsencrypt:set --global email <e-mail>"},
                 Sample{"accountDoesNotExist", "dokku letsencrypt:account register shop"});
    CAPTURE(sample.type);
    const auto lines = ca::explain(refused(sample.type), "shop");
    REQUIRE(lines.size() >= 3);
    CHECK(lines[0] == "ca.test refused");
    const auto* cause = store::find_cause(ca::cause_of(refused(sample.type)));
    REQUIRE(cause != nullptr);
    CHECK(lines[1] == cause->meaning);
    CHECK(lines[2].find(sample.words) + lines[1].find(sample.words) != 2 * std::string::npos);
}

TEST_CASE("the command for another try is said once", "[ca]") {
    const auto lines = [](const std::string& type) { return ca::explain(refused(type), "shop"); };
    CHECK(lines("caa").back() == "Once that is mended, run: dokku letsencrypt:enable shop");
    CHECK_FALSE(has_line_with(lines("connection"), "Once that is mended"));
    CHECK_FALSE(has_line_with(lines("serverInternal"), "Once that is mended"));
    auto revocation = refused("unauthorized");
    revocation.request = acme::RequestKind::revocation;
    CHECK(ca::explain(revocation, "shop").back() ==
          "Once that is mended, run: dokku letsencrypt:revoke shop");
}

TEST_CASE("each name's part is told, each cause once", "[ca][rfc8555-6.7.1]") {
    const auto lines = ca::explain(
        refused("compound", {part("dns", "NXDOMAIN", "a.test"), part("dns", "SERVFAIL", "b.test"),
                             part("caa", "forbidden")}),
        "shop");
    REQUIRE(lines.size() == 8);
    CHECK(lines[1] == "a.test: \"NXDOMAIN\" (urn:ietf:params:acme:error:dns)");
    CHECK(lines[2] == "b.test: \"SERVFAIL\" (urn:ietf:params:acme:error:dns)");
    CHECK(lines[3] == "one name: \"forbidden\" (urn:ietf:params:acme:error:caa)");
    CHECK(lines[4].starts_with("The CA could not look the name up"));
    CHECK(lines[5].find("records of <domain>") != std::string::npos);
    CHECK(lines[6].starts_with("A CAA record"));
}

TEST_CASE("the CA's words about the only name are printed once", "[ca][rfc8555-6.7.1]") {
    auto failure = refused("dns", {part("dns", "NXDOMAIN", "a.test")});
    failure.error.message = "ca.test refused a.test: \"NXDOMAIN\" (urn:ietf:params:acme:error:dns)";
    const auto lines = ca::explain(failure, "shop");
    REQUIRE(lines.size() == 3);
    CHECK(lines[2].find("records of a.test") != std::string::npos);
    SECTION("and of several the one in the message") {
        failure.error.message += ", and 1 more";
        failure.problem->subproblems.push_back(part("dns", "SERVFAIL", "b.test"));
        const auto both = ca::explain(failure, "shop");
        REQUIRE(both.size() == 4);
        CHECK(both[1].starts_with("b.test: "));
    }
}

TEST_CASE("under a limit is said when, and no command", "[ca][rfc8555-6.6]") {
    auto failure = refused("rateLimited");
    CHECK(ca::explain(failure, "shop").back() == "It goes on by itself, at growing distances.");
    failure.error.retry_at = base::from_unix(1'770'000'000);
    CHECK(
        ca::explain(failure, "shop") ==
        Lines{"ca.test refused",
              "The CA asks not to be asked again before 2026-02-02 02:40 UTC: it goes on by itself "
              "then."});
    failure.request = acme::RequestKind::revocation;
    const auto lines = ca::explain(failure, "shop");
    REQUIRE(lines.size() == 3);
    CHECK(lines[1] == "The CA asks not to be asked again before 2026-02-02 02:40 UTC.");
    CHECK(has_line_with(lines, "dokku letsencrypt:revoke shop"));
}

TEST_CASE("what our own patience ends is not said to be the CA's wish", "[ca]") {
    auto failure = acme::fail(base::ErrorKind::timeout, "not in time", "https://ca.test/order/1");
    failure.status = 200;
    failure.error.retry_at = base::from_unix(1'770'000'000);
    CHECK(ca::explain(failure, "shop").back() ==
          "The order is looked at again, not before 2026-02-02 02:40 UTC: it goes on by itself "
          "then.");
}

TEST_CASE("a page for a person is shown once", "[ca][rfc8555-6.7]") {
    auto failure = refused("userActionRequired");
    failure.problem->instance = "https://ca.test/terms";
    failure.error.steps = {"See https://ca.test/terms"};  // as acme::to_failure puts it
    const auto lines = ca::explain(failure, "shop");
    CHECK(std::count(lines.begin(), lines.end(), "See https://ca.test/terms") == 1);
}

TEST_CASE("a local failure says its own steps", "[ca]") {
    acme::Failure failure = acme::fail(base::ErrorKind::io, "the disk is full", "");
    failure.error.steps = {"Make room."};
    CHECK(ca::explain(failure, "shop") == Lines{"the disk is full", "Make room."});
}

TEST_CASE("a CA that gave no usable answer is named with a way to another", "[ca]") {
    const auto kind =
        GENERATE(base::ErrorKind::network, base::ErrorKind::timeout, base::ErrorKind::protocol);
    const auto lines = ca::explain(acme::fail(kind, "no answer", "https://ca.test/dir"), "shop");
    REQUIRE(lines.size() == 3);
    CHECK(lines[0] == "no answer");
    CHECK(has_line_with(lines, "https://ca.test/dir"));
    CHECK(has_line_with(lines, "dokku letsencrypt:set shop server default|staging|https://..."));
    CHECK(has_line_with(lines, "dokku letsencrypt:enable shop"));
}

TEST_CASE("no word of a CA can speak to the terminal", "[ca][security]") {
    auto failure = refused("caa", {part("caa\x1b[31m", "x\r\n !     all is well", "a\x07.test")});
    failure.error.message = "refused\x1b[2J";
    failure.problem->instance =
        "https://ca.test/\x9b"
        "31m";
    for (const std::string& line : ca::explain(failure, "shop")) {
        CAPTURE(line);
        CHECK(std::none_of(line.begin(), line.end(), [](char c) {
            const auto byte = static_cast<unsigned char>(c);
            return byte < 0x20 || byte >= 0x7f;
        }));
    }
}

TEST_CASE("a limit is known by its kind or by its problem", "[ca][dokku-11.2]") {
    CHECK(ca::is_rate_limit(refused("rateLimited")));
    CHECK(ca::is_rate_limit(acme::fail(base::ErrorKind::rate_limited, "429", "")));
    CHECK_FALSE(ca::is_rate_limit(refused("caa")));
    CHECK_FALSE(ca::is_rate_limit(acme::fail(base::ErrorKind::network, "x", "")));
}
