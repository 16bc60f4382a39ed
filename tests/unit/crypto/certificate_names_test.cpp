// Beside the certificates that a test can make; base itself links no crypto library.

#include "base/certificate_names.h"

#include <string>
#include <vector>

#include <catch2/catch_test_macros.hpp>

#include "support/certificate_maker.h"

using Names = std::vector<std::string>;

TEST_CASE("the names of a certificate are read without a crypto library", "[crypto]") {
    const auto pem = test::make_certificate(
        {.common_name = "leaf",
         .names = {"a.test", "*.b.test", "192.0.2.7", "2001:db8::1", "c.test"}},
        test::make_key());
    CHECK(base::read_certificate_names(pem).value() ==
          Names{"a.test", "*.b.test", "192.0.2.7", "2001:db8::1", "c.test"});
}

TEST_CASE("a certificate without names has none, what is no certificate fails", "[crypto]") {
    const auto pem = test::make_certificate({.common_name = "leaf"}, test::make_key());
    CHECK(base::read_certificate_names(pem).value().empty());
    CHECK_FALSE(base::read_certificate_names("no certificate"));
    CHECK_FALSE(base::read_certificate_names(
        "-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n"));
}

TEST_CASE("a wildcard covers one label", "[crypto][rfc6125]") {
    const Names names{"A.test", "*.b.test"};
    CHECK(base::covers(names, "a.TEST"));
    CHECK(base::covers(names, "x.B.test"));
    CHECK_FALSE(base::covers(names, "b.test"));
    CHECK_FALSE(base::covers(names, "y.x.b.test"));
    CHECK_FALSE(base::covers(names, "x.a.test"));
    CHECK_FALSE(base::covers(names, ""));
    CHECK_FALSE(base::covers({}, "a.test"));
}
