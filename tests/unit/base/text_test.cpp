#include "base/text.h"

#include <string>
#include <string_view>
#include <vector>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

using base::parse_integer;
using base::printable;
using Views = std::vector<std::string_view>;

TEST_CASE("trim takes blanks, tabs and line ends from both ends", "[base]") {
    CHECK(base::trim(" \t a b\r\n") == "a b");
    CHECK(base::trim("a") == "a");
    CHECK(base::trim(" \n\t").empty());
    CHECK(base::trim("").empty());
}

TEST_CASE("to_lower changes ASCII letters only", "[base]") {
    CHECK(base::to_lower("AZaz09-_.@[`{") == "azaz09-_.@[`{");
    CHECK(base::to_lower("\xc3\x9c") == "\xc3\x9c");
}

TEST_CASE("lines are split at LF and CRLF, and a final line end opens no empty line", "[base]") {
    CHECK(base::split_lines("a\r\nb\n\nc") == Views{"a", "b", "", "c"});
    CHECK(base::split_lines("a\n") == Views{"a"});
    CHECK(base::split_lines("\n") == Views{""});
    CHECK(base::split_lines("").empty());
}

TEST_CASE("words are what stands between runs of blanks", "[base]") {
    CHECK(base::split_words("  a\t b\nc  ") == Views{"a", "b", "c"});
    CHECK(base::split_words("a") == Views{"a"});
    CHECK(base::split_words(" \n").empty());
    CHECK(base::split_words("").empty());
}

TEST_CASE("split keeps empty parts and join is its inverse", "[base]") {
    CHECK(base::split("a,,b,", ',') == Views{"a", "", "b", ""});
    CHECK(base::split("", ',') == Views{""});
    CHECK(base::join({"a", "", "b", ""}, ",") == "a,,b,");
    CHECK(base::join({}, ",").empty());
    CHECK(base::join({"a"}, ", ") == "a");
}

TEST_CASE("an integer is digits with an optional minus sign and nothing else", "[base]") {
    CHECK(parse_integer("0") == 0);
    CHECK(parse_integer("-12") == -12);
    CHECK(parse_integer("007") == 7);
    CHECK(parse_integer("9223372036854775807") == INT64_MAX);
    CHECK(parse_integer("-9223372036854775808") == INT64_MIN);
    const std::string bad = GENERATE("", "-", "+1", " 1", "1 ", "1.0", "0x1", "1e3", "a",
                                     "9223372036854775808", "1\n", "--1");
    CAPTURE(bad);
    CHECK_FALSE(parse_integer(bad).has_value());
}

TEST_CASE("hex is lower case, two digits for each byte", "[base]") {
    CHECK(base::to_hex({"\x00\x0f\xa5\xff", 4}) == "000fa5ff");
    CHECK(base::to_hex("").empty());
}

TEST_CASE("printable text stays as it is", "[base]") {
    const std::string text = "It's \"fine\": <b> \xc3\xa4 \xe2\x82\xac \xf0\x9f\x8e\x89 ~";
    CHECK(printable(text) == text);
}

TEST_CASE("printable makes line ends blanks and disarms escapes", "[base]") {
    CHECK(printable("a\nb\r\nc\td") == "a b  c d");
    CHECK(printable("\x1b[31mred\x07\x7f") == "?[31mred??");
    CHECK(printable({"a\0b", 3}) == "a?b");
    CHECK(printable("\xc2\x9b"
                    "31m") == "??31m");
}

TEST_CASE("printable replaces what is not UTF-8", "[base]") {
    CHECK(printable("\xff\xfe") == "??");
    CHECK(printable("a\xc3") == "a?");
    CHECK(printable("\xe2\x82") == "??");
    CHECK(printable("\xc0\xaf") == "??");
    // A surrogate half and a number past U+10FFFF have the shape of UTF-8, but are none.
    CHECK(printable("\xed\xa0\x80") == "???");
    CHECK(printable("\xf4\x90\x80\x80") == "????");
    // Overlong forms of U+0000 and U+002F.
    CHECK(printable("\xe0\x80\xaf") == "???");
    CHECK(printable("\xf0\x80\x80\xaf") == "????");
}

TEST_CASE("printable disarms marks that reorder or hide text", "[base]") {
    // U+202E, the right-to-left override, could make one domain look like another.
    // NOLINTBEGIN(misc-misleading-bidirectional): they are what this is about
    CHECK(printable("\xe2\x80\xae.test") == "???.test");
    CHECK(printable("\xe2\x81\xa6.test") == "???.test");
    // NOLINTEND(misc-misleading-bidirectional)
    CHECK(printable("\xe2\x80\xa8.test") == "???.test");
    CHECK(printable("\xe2\x80\x8b.test") == "???.test");
    CHECK(printable("\xe2\x80\x93.test") == "\xe2\x80\x93.test");
}

TEST_CASE("printable cuts long text between characters and says so", "[base]") {
    CHECK(printable("abcdef", 6) == "abcdef");
    CHECK(printable("abcdefg", 6) == "abcdef...");
    CHECK(printable("abcd\xe2\x82\xac", 6) == "abcd...");
    CHECK(printable(std::string(10'000, 'x')).size() == 603);
}

TEST_CASE("a link is kept to its end", "[base]") {
    const std::string link = "visit https://ca.test/unpause?jwt=" + std::string(4000, 'j');
    CHECK(printable(link) == link);
    CHECK(printable(link, 600).size() == 603);
    CHECK(printable("http://" + std::string(10'000, 'x')).size() == base::kMostWithLink + 3);
}

TEST_CASE("what is no UTF-8 is marked byte by byte, all else stays", "[base][rfc3629]") {
    CHECK(base::to_utf8("").empty());
    CHECK(base::to_utf8("a\x1b\n\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80") ==
          "a\x1b\n\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80");
    CHECK(base::to_utf8("\xff\x80") == "??");
    CHECK(base::to_utf8("\xc3") == "?");                 // cut off
    CHECK(base::to_utf8("\xc0\xaf") == "??");            // overlong
    CHECK(base::to_utf8("\xed\xa0\x80") == "???");       // a surrogate
    CHECK(base::to_utf8("\xf4\x90\x80\x80") == "????");  // past Unicode
    CHECK(base::to_utf8(std::string_view{"a\0b", 3}) == std::string_view{"a\0b", 3});
}
