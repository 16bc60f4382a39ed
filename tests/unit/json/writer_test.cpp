#include "json/writer.h"

#include <string>
#include <vector>

#include <catch2/catch_test_macros.hpp>

#include "json/value.h"

using json::Layout;
using json::Writer;

TEST_CASE("the compact layout has no blanks", "[json]") {
    Writer writer;
    writer.begin_object()
        .member("s", "text")
        .member("n", std::int64_t{-5})
        .member("b", true)
        .member("l", std::vector<std::string>{"a", "b"})
        .key("o")
        .begin_object()
        .end_object()
        .key("e")
        .begin_array()
        .end_array()
        .end_object();
    CHECK(writer.text() == R"({"s":"text","n":-5,"b":true,"l":["a","b"],"o":{},"e":[]})");
}

TEST_CASE("the layout with tabs is lego's account.json, byte for byte", "[json]") {
    Writer writer{Layout::tabs};
    writer.begin_object()
        .member("email", "me@x.test")
        .key("registration")
        .begin_object()
        .key("body")
        .begin_object()
        .member("status", "valid")
        .member("contact", std::vector<std::string>{"mailto:me@x.test"})
        .end_object()
        .member("uri", "https://ca.test/acct/1")
        .end_object()
        .end_object();
    CHECK(writer.text() ==
          "{\n"
          "\t\"email\": \"me@x.test\",\n"
          "\t\"registration\": {\n"
          "\t\t\"body\": {\n"
          "\t\t\t\"status\": \"valid\",\n"
          "\t\t\t\"contact\": [\n"
          "\t\t\t\t\"mailto:me@x.test\"\n"
          "\t\t\t]\n"
          "\t\t},\n"
          "\t\t\"uri\": \"https://ca.test/acct/1\"\n"
          "\t}\n"
          "}");
}

TEST_CASE("a raw text is put in as it is", "[json]") {
    Writer writer;
    writer.begin_object().key("jwk").raw(R"({"kty":"EC"})").member("alg", "ES256").end_object();
    CHECK(writer.text() == R"({"jwk":{"kty":"EC"},"alg":"ES256"})");
}

TEST_CASE("strings are escaped so that they read back the same", "[json]") {
    const std::string hostile{"\"\\/\b\f\n\r\t\x01\0\xc3\xa4\xf0\x9f\x8e\x89", 16};
    Writer writer;
    writer.begin_object().member(hostile, hostile).end_object();
    const auto value = json::Value::parse(writer.text());
    REQUIRE(value);
    CHECK(value->string(hostile) == hostile);
}

TEST_CASE("a value of its own needs no object around it", "[json]") {
    CHECK(Writer{}.string("x").text() == "\"x\"");
    CHECK(Writer{}.integer(INT64_MIN).text() == "-9223372036854775808");
    CHECK(Writer{}.boolean(false).text() == "false");
}

TEST_CASE("bytes that are no UTF-8 do not spoil the text", "[json][rfc8259-8.1]") {
    json::Writer out;
    out.begin_object().member("a", std::string_view{"x\xff\xc3y\xc3\xa9"}).end_object();
    CHECK(out.text() == "{\"a\":\"x??y\xc3\xa9\"}");
    CHECK(json::Value::parse(out.text()));
}
