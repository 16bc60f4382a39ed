#include "base/base64.h"

#include <string>
#include <utility>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include "base/random.h"

using base::parse_base64;
using base::parse_base64url;
using base::to_base64url;

TEST_CASE("base64url gives the vectors of RFC 4648 without padding", "[base][rfc4648-10]") {
    using Row = std::pair<std::string, std::string>;
    const auto [bytes, text] = GENERATE(
        Row{"", ""}, Row{"f", "Zg"}, Row{"fo", "Zm8"}, Row{"foo", "Zm9v"}, Row{"foob", "Zm9vYg"},
        Row{"fooba", "Zm9vYmE"}, Row{"foobar", "Zm9vYmFy"}, Row{"\xfb\xff\xfe", "-__-"});
    CAPTURE(bytes);
    CHECK(to_base64url(bytes) == text);
    CHECK(parse_base64url(text) == bytes);
}

TEST_CASE("base64url survives the round trip for every length and byte", "[base]") {
    std::string all;
    for (int c = 0; c < 256; ++c)
        all += static_cast<char>(c);
    CHECK(parse_base64url(to_base64url(all)) == all);
    for (std::size_t length = 0; length < 70; ++length) {
        const std::string bytes = base::random_bytes(length);
        CHECK(parse_base64url(to_base64url(bytes)) == bytes);
    }
}

TEST_CASE("padded base64url is read, as CAs hand out EAB keys", "[base]") {
    CHECK(parse_base64url("Zg==") == "f");
    CHECK(parse_base64url("Zm8=") == "fo");
    CHECK(parse_base64url("Zm9v") == "foo");
}

TEST_CASE("base64url that is not canonical or has foreign signs is refused", "[base]") {
    const std::string text = GENERATE("Z", "Zm9vY", "Zh", "Zm9", "Zg=", "Zg===", "Zm9v=", "=",
                                      "====", "Zm 8", "Zm8\n", "Zm+8", "Zm/8", "Z=g=", "Zm9v====");
    CAPTURE(text);
    CHECK_FALSE(parse_base64url(text).has_value());
}

TEST_CASE("base64 skips line ends and blanks and wants its padding", "[base]") {
    CHECK(parse_base64("Zm9v\r\nYmE=\n") == "fooba");
    CHECK(parse_base64(" Zg = =\t") == "f");
    CHECK(parse_base64("+/+/") == "\xfb\xff\xbf");
    CHECK(parse_base64("").value_or("x").empty());
}

TEST_CASE("base64 with missing padding or foreign signs is refused", "[base]") {
    const std::string text = GENERATE("Zg", "Zg=", "Zh==", "-_-_", "Zm9v!", "====", "Zg==Zg==");
    CAPTURE(text);
    CHECK_FALSE(parse_base64(text).has_value());
}
