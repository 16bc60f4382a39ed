#include "ca/rejected_names.h"

#include <string>
#include <vector>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

using ca::rejected_names;
using Words = std::vector<std::string>;

namespace {

const Words kOrdered{"x.test", "www.x.test", "*.x.test", "y.test"};

acme::Problem problem(const std::string& type, const std::string& detail) {
    acme::Problem one;
    one.type = "urn:ietf:params:acme:error:" + type;
    one.detail = detail;
    return one;
}

acme::Subproblem part(const std::string& name) {
    return {"urn:ietf:params:acme:error:caa", "words about " + name, acme::Identifier{"dns", name}};
}

Words names_in(const acme::Problem& refusal) {
    Words names;
    for (const acme::Subproblem& one : rejected_names(refusal, kOrdered))
        names.push_back(one.identifier->value);
    return names;
}

}  // namespace

TEST_CASE("subproblems say which names were refused", "[ca][rfc8555-6.7.1]") {
    acme::Problem refusal = problem("compound", "two names");
    refusal.subproblems = {part("x.test"), part("y.test")};
    CHECK(names_in(refusal) == Words{"x.test", "y.test"});
    CHECK(rejected_names(refusal, kOrdered).front().detail == "words about x.test");
}

TEST_CASE("a complaint about anything else is about the whole order", "[ca]") {
    acme::Problem refusal = problem("compound", "x.test");
    refusal.subproblems = {part("x.test"), part("other.test")};
    CHECK(names_in(refusal).empty());
    refusal.subproblems = {part("x.test"), {"about:blank", "x.test", std::nullopt}};
    CHECK(names_in(refusal).empty());
}

TEST_CASE("a pause tells which names it is about, and a wildcard is paused as its base name",
          "[ca]") {
    const auto paused = [](const std::string& names) {
        return problem("rateLimited",
                       "Your account is temporarily prevented from requesting certificates for " +
                           names +
                           " and possibly others. Please visit: https://y.test/?jwt=y.test");
    };
    CHECK(names_in(paused("x.test, www.x.test")) == Words{"x.test", "www.x.test", "*.x.test"});
    CHECK(names_in(paused("other.test")).empty());
    CHECK(names_in(problem("rateLimited", "too many new orders for x.test")).empty());
}

TEST_CASE("a single refused name stands in the detail", "[ca]") {
    const std::string detail = GENERATE(
        "Cannot issue for \"y.test\": The ACME server refuses to issue a certificate for "
        "this domain name, because it is forbidden by policy",
        "While processing CAA for y.test: CAA record for y.test prevents issuance",
        "Not for Y.TEST.", "y.test");
    CAPTURE(detail);
    const auto type = GENERATE("rejectedIdentifier", "caa", "unsupportedIdentifier");
    const auto refused = rejected_names(problem(type, detail), kOrdered);
    REQUIRE(refused.size() == 1);
    CHECK(refused[0].identifier->value == "y.test");
    CHECK(refused[0].detail == detail);
}

TEST_CASE("a name is not said by a longer one", "[ca]") {
    CHECK(names_in(problem("rejectedIdentifier", "not \"www.x.test\"")) == Words{"www.x.test"});
    CHECK(names_in(problem("rejectedIdentifier", "not \"*.x.test\"")) == Words{"*.x.test"});
    CHECK(names_in(problem("rejectedIdentifier", "not my-y.test, y.test.example")).empty());
}

TEST_CASE("what is not about a name is about the whole order", "[ca]") {
    CHECK(names_in(problem("rateLimited", "too many certificates for \"y.test\"")).empty());
    CHECK(names_in(problem("serverInternal", "y.test")).empty());
    CHECK(names_in(problem("rejectedIdentifier", "no such names")).empty());
}

TEST_CASE("a name beside a wildcard that covers it is the one that is refused", "[ca]") {
    CHECK(names_in(problem("malformed",
                           "Domain name \"www.x.test\" is redundant with a wildcard domain in the "
                           "same request. Remove one or the other from the certificate "
                           "request.")) == Words{"www.x.test"});
    CHECK(names_in(problem("malformed", "\"www.x.test\" is not understood")).empty());
}
