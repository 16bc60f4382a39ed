#include "dns/message.h"

#include <string>
#include <string_view>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include "support/dns_server.h"

using base::ErrorKind;
using dns::parse_answer;
using dns::RecordType;
using dns::Recursion;
using dns::render_question;
using dns::Reply;
using Values = std::vector<std::string>;
using namespace std::string_literals;

namespace {

/// A message without question, with these records in its answer section.
std::string message(const Values& records, unsigned flags = 0x8000, std::size_t authority = 0) {
    const auto number = [](std::size_t value) {
        return std::string{static_cast<char>(value >> 8U), static_cast<char>(value & 0xffU)};
    };
    std::string bytes = "id" + number(flags) + number(0) + number(records.size() - authority) +
                        number(authority) + number(0);
    for (const std::string& record : records)
        bytes += record;
    return bytes;
}

/// An A record whose name is given in raw bytes.
std::string a_record_of(const std::string& name_bytes) {
    return name_bytes + "\0\1\0\1\0\0\0\0\0\4\xc0\0\2\7"s;
}

void check_broken(const std::string& bytes) {
    const auto answer = parse_answer(bytes);
    REQUIRE_FALSE(answer);
    CHECK(answer.error().kind == ErrorKind::protocol);
}

}  // namespace

TEST_CASE("a question is one message with a random ID", "[dns][rfc1035-4.1]") {
    const auto first = render_question("www.Example.com.", RecordType::caa, Recursion::desired);
    REQUIRE(first);
    CHECK(first->substr(2) == "\1\0\0\1\0\0\0\0\0\0\3www\7example\3com\0\1\1\0\1"s);
    const auto plain = render_question("a", RecordType::a, Recursion::none);
    REQUIRE(plain);
    CHECK(plain->substr(2) == "\0\0\0\1\0\0\0\0\0\0\1a\0\0\1\0\1"s);
    // Four questions with one ID are a chance of 2 to the 48.
    bool differs = false;
    for (int i = 0; i < 3; ++i) {
        const auto other = render_question("a", RecordType::a, Recursion::none).value();
        differs = differs || other.substr(0, 2) != plain->substr(0, 2);
    }
    CHECK(differs);
}

TEST_CASE("the root and escaped bytes can be asked for", "[dns][rfc4343-2.1]") {
    CHECK(render_question(".", RecordType::ns, Recursion::none).value().substr(12) ==
          "\0\0\2\0\1"s);
    CHECK(render_question("a\\.b\\\\.\\000\\255c", RecordType::a, Recursion::none)
              .value()
              .substr(12) ==
          "\4a.b\\\3\0\xff"s
          "c\0\0\1\0\1"s);
}

TEST_CASE("names that no message can hold are refused", "[dns][rfc1035-2.3.4]") {
    const std::string k63(63, 'a');
    const std::string k253 = k63 + "." + k63 + "." + k63 + "." + std::string(61, 'a');
    CHECK(render_question(k253, RecordType::a, Recursion::none));
    const std::string name = GENERATE_COPY(k253 + "a", k63 + "a.test", "a..b"s, ".a"s, "a.."s,
                                           "a\\"s, "a\\25"s, "a\\256"s, "a\\25x"s);
    CAPTURE(name);
    const auto question = render_question(name, RecordType::a, Recursion::none);
    REQUIRE_FALSE(question);
    CHECK(question.error().kind == ErrorKind::invalid_input);
    CHECK_THAT(question.error().message, Catch::Matchers::ContainsSubstring("no name"));
}

TEST_CASE("every type that we ask for is read", "[dns]") {
    const auto answer = parse_answer(
        message({test::a_record("A.test", "192.0.2.7"), test::aaaa_record("a.test", "2001:db8::7"),
                 test::ns_record("test", "NS1.test"), test::cname_record("www.test", "a.test"),
                 test::soa_record("test"), test::txt_record("a.test", {"one ", "two"}),
                 test::txt_record("a.test", {""}),
                 test::caa_record("test", 128, "Issue", "ca.example; x=y"),
                 test::caa_record("test", 127, "iodef", "")}));
    REQUIRE(answer);
    CHECK(answer->values_of("a.test", RecordType::a) == Values{"192.0.2.7"});
    CHECK(answer->values_of("a.test", RecordType::aaaa) == Values{"2001:db8::7"});
    CHECK(answer->values_of("test", RecordType::ns) == Values{"ns1.test"});
    CHECK(answer->values_of("www.test", RecordType::cname) == Values{"a.test"});
    CHECK(answer->values_of("test", RecordType::soa) == Values{"ns1.test"});
    CHECK(answer->values_of("a.test", RecordType::txt) == Values{"one two", ""});
    CHECK(answer->caa_of("test") ==
          std::vector<dns::Caa>{{true, "issue", "ca.example; x=y"}, {false, "iodef", ""}});
    CHECK(answer->caa_of("a.test").empty());
    CHECK(answer->values_of("b.test", RecordType::a).empty());
}

TEST_CASE("types and classes that we do not ask for are left out", "[dns]") {
    std::string chaos = test::a_record("a.test", "192.0.2.8");
    chaos[8 + 3] = 3;  // class CH
    const auto answer =
        parse_answer(message({test::dns_record("a.test", RecordType{46}, "signature"), chaos,
                              test::a_record("a.test", "192.0.2.7")}));
    REQUIRE(answer);
    CHECK(answer->records.size() == 1);
    CHECK(answer->values_of("a.test", RecordType::a) == Values{"192.0.2.7"});
}

TEST_CASE("the authority section is kept apart", "[dns]") {
    const auto answer = parse_answer(
        message({test::a_record("a.test", "192.0.2.7"), test::soa_record("test")}, 0x8400, 1));
    REQUIRE(answer);
    CHECK(answer->records.size() == 1);
    REQUIRE(answer->authority.size() == 1);
    CHECK(answer->authority.front().type == RecordType::soa);
    CHECK(answer->authority.front().name == "test");
    CHECK(answer->authoritative);
    CHECK_FALSE(parse_answer(message({}))->authoritative);
}

TEST_CASE("what a server said is told apart", "[dns][rfc1035-4.1.1]") {
    struct Row {
        unsigned code;
        Reply reply;
        bool is_finding;
    };
    const Row row =
        GENERATE(Row{0, Reply::answered, true}, Row{1, Reply::other, false},
                 Row{2, Reply::server_failure, false}, Row{3, Reply::no_such_name, true},
                 Row{4, Reply::not_implemented, false}, Row{5, Reply::refused, false},
                 Row{9, Reply::other, false});
    CAPTURE(row.code);
    const auto answer = parse_answer(message({}, 0x8000 | row.code));
    REQUIRE(answer);
    CHECK(answer->reply == row.reply);
    CHECK(answer->is_finding() == row.is_finding);
}

TEST_CASE("a name may end in a pointer backwards", "[dns][rfc1035-4.1.4]") {
    // "test" stands at 12 as the owner of the first record.
    const auto answer = parse_answer(
        message({a_record_of("\4test\0"s), a_record_of("\1a\xc0\x0c"), a_record_of("\xc0\x0c")}));
    REQUIRE(answer);
    CHECK(answer->values_of("a.test", RecordType::a).size() == 1);
    CHECK(answer->values_of("test", RecordType::a).size() == 2);
}

TEST_CASE("pointers that lead nowhere, forwards or round are refused", "[dns][rfc1035-4.1.4]") {
    const std::string name =
        GENERATE("\xc0\x0c"s, "\xc0\x0e"s, "\xc0\xff"s, "\xff\xff"s, "\1a\xc0\x0c"s,
                 "\x40"s
                 "a\0"s,
                 "\x80"s
                 "a\0"s,
                 "\xc0"s);
    CAPTURE(name);
    check_broken(message({a_record_of(name)}));
}

TEST_CASE("a name of more than 255 bytes is refused", "[dns][rfc1035-2.3.4]") {
    const auto label = [](char length) {
        return length + std::string(static_cast<std::size_t>(length), 'a');
    };
    const std::string three = label(63) + label(63) + label(63);
    const std::string longest = three + label(61) + "\0"s;
    CHECK(parse_answer(message({a_record_of(longest)})));
    check_broken(message({a_record_of(three + label(62) + "\0"s)}));
    // The same by a pointer: 12 + 4 * 64 bytes, and four labels more in front.
    check_broken(message({a_record_of(longest), a_record_of("\1a\xc0\x0c")}));
}

TEST_CASE("a message that ends too early is refused, wherever it is cut", "[dns]") {
    const std::string whole =
        message({test::a_record("a.test", "192.0.2.7"), test::txt_record("a.test", {"one", "two"}),
                 test::caa_record("a.test", 0, "issue", "ca.example"), test::soa_record("test"),
                 test::ns_record("test", "ns1.test"), test::cname_record("b.test", "a.test")});
    REQUIRE(parse_answer(whole));
    for (std::size_t size = 0; size < whole.size(); ++size) {
        CAPTURE(size);
        CHECK_FALSE(parse_answer(whole.substr(0, size)));
    }
}

TEST_CASE("records whose bytes do not fit their type are refused", "[dns]") {
    const std::string record = GENERATE(
        test::dns_record("a.test", RecordType::a, "123"),
        test::dns_record("a.test", RecordType::a, "12345"),
        test::dns_record("a.test", RecordType::aaaa, "1234"),
        test::dns_record("a.test", RecordType::txt, "\5abc"),
        test::dns_record("a.test", RecordType::caa, ""),
        test::dns_record("a.test", RecordType::caa, "\0"s),
        test::dns_record("a.test", RecordType::caa, "\0\0issue"s),
        test::dns_record("a.test", RecordType::caa, "\0\6issue"s),
        test::dns_record("a.test", RecordType::ns, ""),
        // The name runs into the next record.
        test::dns_record("a.test", RecordType::ns, "\3ns") + test::a_record("b.test", "192.0.2.7"));
    check_broken(message({record, test::a_record("b.test", "192.0.2.7")}));
}

TEST_CASE("only the TC bit says that there is more", "[dns][rfc1035-4.1.1]") {
    CHECK(dns::is_truncated(message({}, 0x8200)));
    CHECK_FALSE(dns::is_truncated(message({}, 0xfdff)));
    CHECK_FALSE(dns::is_truncated("\xff\xff\xff"));
}

TEST_CASE("a question is no answer", "[dns]") {
    check_broken(message({}, 0x0100));
    check_broken(std::string(70'000, '\0'));
}

TEST_CASE("bytes of a label that are no text come out escaped and go in again", "[dns]") {
    const auto answer =
        parse_answer(message({a_record_of("\6\0 .\\\xff"s
                                          "A\4test\0"s)}));
    REQUIRE(answer);
    REQUIRE(answer->records.size() == 1);
    const std::string name = answer->records.front().name;
    CHECK(name == R"(\000\032\.\\\255a.test)");
    CHECK(dns::parent_of(name) == "test");
    CHECK(render_question(name, RecordType::a, Recursion::none).value().substr(12, 7) ==
          "\6\0 .\\\xff"s
          "a");
}

TEST_CASE("aliases lead to their end, and a ring of them has one too", "[dns]") {
    const auto answer = parse_answer(
        message({test::cname_record("b.test", "c.test"), test::cname_record("a.test", "b.test"),
                 test::a_record("c.test", "192.0.2.7"), test::cname_record("x.test", "y.test"),
                 test::cname_record("y.test", "x.test")}));
    REQUIRE(answer);
    CHECK(answer->end_of_aliases("a.test") == "c.test");
    CHECK(answer->end_of_aliases("c.test") == "c.test");
    CHECK(answer->end_of_aliases("other.test") == "other.test");
    CHECK_FALSE(answer->end_of_aliases("x.test").empty());
}

TEST_CASE("plain names have neither capitals nor a final dot", "[dns]") {
    CHECK(dns::to_plain_name("WWW.Test.") == "www.test");
    CHECK(dns::to_plain_name("test") == "test");
    CHECK(dns::to_plain_name(".").empty());
    CHECK(dns::to_plain_name("a\\.") == "a\\.");
    CHECK(dns::to_plain_name("a\\\\.") == "a\\\\");
    CHECK(dns::parent_of("a.b.c") == "b.c");
    CHECK(dns::parent_of("a\\.b.c") == "c");
    CHECK(dns::parent_of("c").empty());
    CHECK(dns::parent_of("").empty());
}
