#include "acme/identifier.h"

#include <string>
#include <string_view>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

using acme::Identifier;

TEST_CASE("a name becomes a dns identifier, an address an ip one", "[acme][rfc8738-3]") {
    CHECK(acme::to_identifier("Www.Example.COM") == Identifier{"dns", "www.example.com"});
    CHECK(acme::to_identifier("*.example.com") == Identifier{"dns", "*.example.com"});
    CHECK(acme::to_identifier("192.0.2.1") == Identifier{"ip", "192.0.2.1"});
    CHECK(acme::to_identifier("2001:DB8:0:0::0001") == Identifier{"ip", "2001:db8::1"});
    CHECK(acme::to_identifier(std::string_view("192.0.2.1\0x", 11)).type == "dns");
    CHECK(acme::to_identifier("192.0.2.256") == Identifier{"dns", "192.0.2.256"});
}

TEST_CASE("identifiers are the same in any order and spelling", "[acme]") {
    CHECK(acme::same_identifiers({{"dns", "a.example"}, {"ip", "2001:db8::1"}},
                                 {{"ip", "2001:DB8:0:0:0:0:0:1"}, {"dns", "A.example"}}));
    CHECK(acme::same_identifiers({}, {}));
    CHECK_FALSE(acme::same_identifiers({{"dns", "a.example"}}, {}));
    CHECK_FALSE(acme::same_identifiers({{"dns", "a.example"}}, {{"dns", "b.example"}}));
    CHECK_FALSE(acme::same_identifiers({{"dns", "192.0.2.1"}}, {{"ip", "192.0.2.1"}}));
    CHECK_FALSE(acme::same_identifiers({{"dns", "a.example"}, {"dns", "b.example"}},
                                       {{"dns", "a.example"}, {"dns", "a.example"}}));
}

TEST_CASE("an identifier object has a type and a value", "[acme][rfc8555-7.1.4]") {
    CHECK(acme::parse_identifier(R"({"type":"dns","value":"example.org"})") ==
          Identifier{"dns", "example.org"});
    CHECK(acme::parse_identifier(R"({"type":"email","value":"a@b.example","more":1})") ==
          Identifier{"email", "a@b.example"});
    const std::string bad = GENERATE("", "{}", "[]", R"({"type":"dns"})", R"({"value":"x"})",
                                     R"({"type":"dns","value":""})", R"({"type":1,"value":"x"})");
    CAPTURE(bad);
    CHECK_FALSE(acme::parse_identifier(bad));
}
