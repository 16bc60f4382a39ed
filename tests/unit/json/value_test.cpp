#include "json/value.h"

#include <string>
#include <vector>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

using base::ErrorKind;
using Catch::Matchers::ContainsSubstring;
using json::Value;
using Strings = std::vector<std::string>;

namespace {

Value parse(std::string_view text) {
    auto value = Value::parse(text);
    REQUIRE(value);
    return std::move(*value);
}

}  // namespace

TEST_CASE("members of an object are found by name and type", "[json]") {
    const Value value = parse(R"({"s":"text","n":-5,"t":true,"f":false,"z":null,"l":["a","b"]})");
    CHECK(value.is_object());
    CHECK(value.string("s") == "text");
    CHECK(value.integer("n") == -5);
    CHECK(value.boolean("t") == true);
    CHECK(value.boolean("f") == false);
    CHECK(value.find("z").value().is_null());
    CHECK(value.strings("l") == Strings{"a", "b"});
}

TEST_CASE("a member of another type, or none, is an ordinary nothing", "[json]") {
    const Value value = parse(R"({"s":"5","n":5,"b":true,"o":{},"l":[1]})");
    CHECK_FALSE(value.string("n").has_value());
    CHECK_FALSE(value.integer("s").has_value());
    CHECK_FALSE(value.boolean("n").has_value());
    CHECK_FALSE(value.string("missing").has_value());
    CHECK_FALSE(value.find("").has_value());
    CHECK(value.strings("s").empty());
    CHECK(value.strings("missing").empty());
    CHECK(value.find("o").value().members().empty());
    CHECK(value.find("s").value().elements().empty());
    CHECK_FALSE(parse("[1]").find("s").has_value());
    CHECK_FALSE(parse("\"s\"").string("s").has_value());
    CHECK(parse("[1]").members().empty());
}

TEST_CASE("members that nobody asked for do not disturb, a repeated one counts once", "[json]") {
    const Value value = parse(R"({"unknown":{"deep":[{}]},"status":"valid","status":"invalid"})");
    CHECK(value.string("status") == "valid");
}

TEST_CASE("integers are whole numbers of 64 bits", "[json]") {
    CHECK(parse("9223372036854775807").as_integer() == INT64_MAX);
    CHECK(parse("-9223372036854775808").as_integer() == INT64_MIN);
    CHECK_FALSE(parse("9223372036854775808").as_integer().has_value());
    CHECK_FALSE(parse("1.5").as_integer().has_value());
    CHECK_FALSE(parse("1e3").as_integer().has_value());
}

TEST_CASE("a number that no double holds is refused, others keep their value", "[json]") {
    const std::string text =
        GENERATE("1e309", "-1e309", "847851e308", "[1,{\"a\":1e400000}]", "17976931348623159e292");
    CAPTURE(text);
    const auto value = Value::parse(text);
    REQUIRE_FALSE(value);
    CHECK(value.error().kind == ErrorKind::protocol);
    CHECK(parse("[0.1,1.5e300,-2.5]").to_text() == "[0.1,1.5e300,-2.5]");
}

TEST_CASE("strings keep escapes, other scripts and NUL", "[json]") {
    CHECK(parse(R"("\u00e4\n\"\\\/\ud83c\udf89")").as_string() ==
          "\xc3\xa4\n\"\\/\xf0\x9f\x8e\x89");
    CHECK(parse(R"("a\u0000b")").as_string() == std::string{"a\0b", 3});
    CHECK(parse(R"({"a\u0000":1})").integer(std::string_view{"a\0", 2}) == 1);
    CHECK_FALSE(parse(R"({"a\u0000":1})").integer("a").has_value());
}

TEST_CASE("members and elements keep their order", "[json]") {
    const Value value = parse(R"({"b":1,"a":2,"c":[3,"x",null]})");
    Strings names;
    for (const auto& [name, member] : value.members())
        names.push_back(name);
    CHECK(names == Strings{"b", "a", "c"});
    const auto elements = value.find("c").value().elements();
    REQUIRE(elements.size() == 3);
    CHECK(elements[0].as_integer() == 3);
    CHECK(elements[1].as_string() == "x");
    CHECK(elements[2].is_null());
    CHECK(value.strings("c") == Strings{"x"});
}

TEST_CASE("a member outlives the value it was taken from", "[json]") {
    const Value inner = parse(R"({"a":{"b":"kept"}})").find("a").value();
    CHECK(inner.string("b") == "kept");
    CHECK(inner.to_text() == R"({"b":"kept"})");
}

TEST_CASE("what is not one JSON text is refused as protocol", "[json][rfc8259]") {
    const std::string text =
        GENERATE("", " ", "{", "}", "[1,]", "{\"a\":1,}", "{a:1}", "'a'", "nul", "1 2", "{} {}",
                 "\"a", "\"\xff\"", "\"\\ud800\"", "\"\\udf89\"", "{\"\\udc00\":1}", "\"a\nb\"",
                 "01", "+1", "1e400000", "<html></html>", "\"\xed\xa0\x80\"");
    CAPTURE(text);
    const auto value = Value::parse(text);
    REQUIRE_FALSE(value);
    CHECK(value.error().kind == ErrorKind::protocol);
    CHECK_THAT(value.error().message, ContainsSubstring("not JSON"));
}

TEST_CASE("blanks around a JSON text are allowed", "[json]") {
    CHECK(parse(" \r\n\t{ \"a\" : 1 } \n").integer("a") == 1);
}

TEST_CASE("nesting is bounded at 64 levels, brackets in strings do not count", "[json]") {
    const auto nested = [](std::size_t depth) {
        return std::string(depth, '[') + std::string(depth, ']');
    };
    CHECK(Value::parse(nested(64)));
    for (const std::size_t depth : {65UL, 100'000UL}) {
        const auto value = Value::parse(nested(depth));
        REQUIRE_FALSE(value);
        CHECK(value.error().kind == ErrorKind::protocol);
        CHECK_THAT(value.error().message, ContainsSubstring("64"));
    }
    CHECK_FALSE(Value::parse(std::string(100'000, '[')));
    CHECK(parse("\"" + std::string(100, '[') + "\\\"" + std::string(100, '{') + "\"").as_string());
    CHECK(parse("[" + nested(60) + "," + nested(60) + "]").elements().size() == 2);
}

TEST_CASE("a value is written compactly and reads back the same", "[json]") {
    const std::string text = R"({"a":[1,-2,true,null,"\u0007\""],"b":{}})";
    CHECK(parse(text).to_text() == text);
}
