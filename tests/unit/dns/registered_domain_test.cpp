#include "dns/registered_domain.h"

#include <string_view>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

namespace {

struct Row {
    std::string_view name;
    std::string_view registered;
};

}  // namespace

TEST_CASE("a registered domain is one label below a public suffix", "[dns][psl]") {
    const Row row =
        GENERATE(Row{"example.com", "example.com"}, Row{"www.example.com", "example.com"},
                 Row{"a.b.c.example.com", "example.com"}, Row{"WWW.Example.COM", "example.com"},
                 Row{"www.example.co.uk", "example.co.uk"},
                 // The private part of the list counts: each user has a name of their own.
                 Row{"shop.someone.github.io", "someone.github.io"},
                 // `*.ck` with the exception `!www.ck`.
                 Row{"a.b.example.ck", "b.example.ck"}, Row{"a.www.ck", "www.ck"},
                 // What the list does not know has one label.
                 Row{"app.host.nosuchsuffix", "host.nosuchsuffix"},
                 Row{"www.xn--85x722f.xn--55qx5d.cn", "xn--85x722f.xn--55qx5d.cn"});
    CAPTURE(row.name);
    CHECK(dns::registered_domain(row.name) == row.registered);
}

TEST_CASE("a wildcard counts as its base name", "[dns][psl]") {
    CHECK(dns::registered_domain("*.example.co.uk") == "example.co.uk");
    CHECK(dns::registered_domain("*.www.example.co.uk") == "example.co.uk");
    CHECK(dns::registered_domain("*.github.io") == "github.io");
}

TEST_CASE("what is a public suffix itself, or an address, stays", "[dns][psl]") {
    const Row row = GENERATE(Row{"co.uk", "co.uk"}, Row{"github.io", "github.io"},
                             Row{"192.0.2.7", "192.0.2.7"}, Row{"2001:db8::1", "2001:db8::1"},
                             Row{"2001:DB8:0::1", "2001:db8::1"}, Row{"localhost", "localhost"},
                             Row{"", ""}, Row{".", "."});
    CAPTURE(row.name);
    CHECK(dns::registered_domain(row.name) == row.registered);
}
