#include "http/retry_after.h"

#include <string>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include "base/asked_waits.h"

using http::parse_retry_after;
using std::chrono::seconds;

namespace {

// Sun, 06 Nov 1994 08:49:37 GMT, the example of RFC 9110 section 5.6.7.
constexpr base::UtcTime kNow = base::from_unix(784111777);

}  // namespace

TEST_CASE("Retry-After is a number of seconds or a date", "[http][rfc9110-10.2.3]") {
    CHECK(parse_retry_after("120", kNow) == seconds{120});
    CHECK(parse_retry_after(" 0 ", kNow) == seconds{0});
    CHECK(parse_retry_after("Sun, 06 Nov 1994 08:51:37 GMT", kNow) == seconds{120});
    CHECK(parse_retry_after("Sunday, 06-Nov-94 08:51:37 GMT", kNow) == seconds{120});
    CHECK(parse_retry_after("Sun Nov  6 08:51:37 1994", kNow) == seconds{120});
}

TEST_CASE("a date that has passed asks for no delay", "[http][rfc9110-10.2.3]") {
    CHECK(parse_retry_after("Sun, 06 Nov 1994 08:49:36 GMT", kNow) == seconds{0});
    CHECK(parse_retry_after("Thu, 01 Jan 1970 00:00:00 GMT", kNow) == seconds{0});
}

TEST_CASE("an absurd delay is cut, not dropped", "[http]") {
    const std::string value =
        GENERATE("99999999999", "9223372036854775807", "99999999999999999999999999",
                 "Fri, 31 Dec 9999 23:59:59 GMT");
    CAPTURE(value);
    CHECK(parse_retry_after(value, kNow) == base::kLongestAskedWait);
}

TEST_CASE("what is neither number nor date asks for nothing", "[http]") {
    const std::string value = GENERATE("", " ", "-5", "+5", "1.5", "5 s", "0x10", "soon",
                                       "Sun, 06 Nov", "1994-11-06T08:51:37Z");
    CAPTURE(value);
    CHECK_FALSE(parse_retry_after(value, kNow).has_value());
}

TEST_CASE("a date counts from the server's own clock", "[http]") {
    const http::Response response{429,
                                  {{"date", "Sun, 06 Nov 1994 08:00:00 GMT"},
                                   {"retry-after", "Sun, 06 Nov 1994 08:01:00 GMT"}},
                                  ""};
    CHECK(http::retry_after(response, kNow) == seconds{60});
    const http::Response without_date{429, {{"retry-after", "Sun, 06 Nov 1994 08:50:37 GMT"}}, ""};
    CHECK(http::retry_after(without_date, kNow) == seconds{60});
    const http::Response bad_date{429, {{"date", "today"}, {"retry-after", "7"}}, ""};
    CHECK(http::retry_after(bad_date, kNow) == seconds{7});
    CHECK_FALSE(http::retry_after(http::Response{200, {}, ""}, kNow).has_value());
}
