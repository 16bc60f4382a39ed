#include "base/utc_time.h"

#include <string>
#include <utility>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

using base::from_unix;
using base::make_utc_time;
using base::parse_http_date;
using base::parse_rfc3339;

TEST_CASE("RFC 3339 date-times are read with fractions dropped and offsets applied",
          "[base][rfc3339-5.8]") {
    using Row = std::pair<std::string, long long>;
    const auto [text, seconds] = GENERATE(
        Row{"1970-01-01T00:00:00Z", 0}, Row{"1985-04-12T23:20:50.52Z", 482196050},
        Row{"1996-12-19T16:39:57-08:00", 851042397}, Row{"1990-12-31T23:59:60Z", 662688000},
        Row{"1937-01-01T12:00:27.87+00:20", -1041337173}, Row{"2024-02-29T00:00:00z", 1709164800},
        Row{"2024-02-29t00:00:00Z", 1709164800}, Row{"2024-02-29 00:00:00Z", 1709164800},
        Row{"2025-01-02T04:00:00.123456789012345678Z", 1735790400},
        Row{"2025-01-02T04:00:00-00:00", 1735790400}, Row{"0001-01-01T00:00:00Z", -62135596800},
        Row{"9999-12-31T23:59:59Z", 253402300799});
    CAPTURE(text);
    const auto time = parse_rfc3339(text);
    REQUIRE(time.has_value());
    CHECK(base::to_unix(*time) == seconds);
}

TEST_CASE("what is not an RFC 3339 date-time is refused", "[base][rfc3339-5.6]") {
    const std::string text = GENERATE(
        "", "2025-01-02", "2025-01-02T04:00Z", "2025-01-02T04:00:00", "2025-01-02T04:00:00.Z",
        "2025-1-2T04:00:00Z", "2025-02-29T00:00:00Z", "2025-13-01T00:00:00Z",
        "2025-00-01T00:00:00Z", "2025-01-00T00:00:00Z", "2025-01-32T00:00:00Z",
        "2025-01-02T24:00:00Z", "2025-01-02T23:60:00Z", "2025-01-02T23:59:61Z",
        "2025-01-02T04:00:00+24:00", "2025-01-02T04:00:00+01:60", "2025-01-02T04:00:00+0100",
        "2025-01-02T04:00:00Zx", " 2025-01-02T04:00:00Z", "+025-01-02T04:00:00Z",
        "2025-01-02T04:00:00\n", "2025/01/02T04:00:00Z", "-025-01-02T04:00:00Z");
    CAPTURE(text);
    CHECK_FALSE(parse_rfc3339(text).has_value());
}

TEST_CASE("the three date forms of HTTP name the same moment", "[base][rfc9110-5.6.7]") {
    const std::string text = GENERATE("Sun, 06 Nov 1994 08:49:37 GMT",
                                      "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994");
    CAPTURE(text);
    CHECK(parse_http_date(text) == from_unix(784111777));
}

TEST_CASE("HTTP dates at the edges of months and years are read", "[base]") {
    CHECK(parse_http_date("Thu, 29 Feb 2024 23:59:59 GMT") == from_unix(1709251199));
    CHECK(parse_http_date("Fri, 31 Dec 1999 23:59:60 GMT") == from_unix(946684800));
    CHECK(parse_http_date("Wed Nov 16 08:49:37 1994") == from_unix(784975777));
    // RFC 9110: a two-digit year more than 50 years ahead is one of the past.
    CHECK(parse_http_date("Friday, 01-Jan-27 00:00:00 GMT") == from_unix(1798761600));
}

TEST_CASE("what is no HTTP date is refused", "[base]") {
    const std::string text = GENERATE(
        "", "120", "Sun, 06 Nov 1994 08:49:37", "Sun, 06 Nov 1994 08:49:37 UTC",
        "Sun, 06 Nov 1994 08:49:37 GMT ", "Thu, 30 Feb 2024 00:00:00 GMT",
        "Sun, 06 Nov 1994 24:49:37 GMT", "Sun, 06 Foo 1994 08:49:37 GMT", "1994-11-06T08:49:37Z",
        "Sun, 06 Nov 1994 08:60:37 GMT", "Sun, 00 Nov 1994 08:49:37 GMT");
    CAPTURE(text);
    CHECK_FALSE(parse_http_date(text).has_value());
}

TEST_CASE("a NUL byte does not end an HTTP date", "[base]") {
    CHECK_FALSE(parse_http_date({"Sun, 06 Nov 1994 08:49:37 GMT\0junk", 34}).has_value());
}

TEST_CASE("a calendar date that does not exist is no moment", "[base]") {
    CHECK(make_utc_time(2000, 2, 29, 0, 0, 0).has_value());
    CHECK_FALSE(make_utc_time(1900, 2, 29, 0, 0, 0).has_value());
    CHECK_FALSE(make_utc_time(2025, -1, 1, 0, 0, 0).has_value());
    CHECK_FALSE(make_utc_time(2025, 1, -1, 0, 0, 0).has_value());
    CHECK_FALSE(make_utc_time(2025, 1, 257, 0, 0, 0).has_value());
    CHECK_FALSE(make_utc_time(2025, 257, 1, 0, 0, 0).has_value());
    CHECK_FALSE(make_utc_time(2025, 1, 1, -1, 0, 0).has_value());
    CHECK_FALSE(make_utc_time(2025, 1, 1, 0, 0, -1).has_value());
}

TEST_CASE("a moment is written in RFC 3339 and for sentences", "[base]") {
    CHECK(base::to_rfc3339(from_unix(1795302545)) == "2026-11-21T23:09:05Z");
    CHECK(base::to_rfc3339(from_unix(0)) == "1970-01-01T00:00:00Z");
    CHECK(base::to_rfc3339(from_unix(-1)) == "1969-12-31T23:59:59Z");
    CHECK(base::to_readable(from_unix(1795302545)) == "2026-11-21 23:09 UTC");
}

TEST_CASE("what to_rfc3339 writes, parse_rfc3339 reads", "[base]") {
    const long long seconds = GENERATE(-62135596800LL, -1LL, 0LL, 1795302545LL, 253402300799LL);
    CHECK(parse_rfc3339(base::to_rfc3339(from_unix(seconds))) == from_unix(seconds));
}
