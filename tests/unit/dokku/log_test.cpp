#include "dokku/log.h"

#include <string>

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include "support/dokku_host.h"

TEST_CASE("each helper has its prefix and its stream", "[dokku][dokku-8]") {
    test::DokkuHost host;
    const dokku::Log log = host.log();
    log.plain("a");
    log.info1("b");
    log.info2("c");
    log.verbose("d");
    log.lines({"f", "g"});
    CHECK(host.logged.out == "a\n-----> b\n=====> c\n       d\nf\ng\n");
    CHECK(host.logged.err.empty());
    log.warn("h");
    log.error_plain("i");
    log.debug("never without --trace");
    CHECK(host.logged.err == " !     h\ni\n");
}

TEST_CASE("an error is its message, then its steps", "[dokku][dokku-8]") {
    test::DokkuHost host;
    host.log().warn(
        base::Error{base::ErrorKind::io, "It failed", std::nullopt, {"do this", "  x"}});
    CHECK(host.logged.err == " !     It failed\n !     do this\n !       x\n");
    CHECK(host.logged.out.empty());
}

TEST_CASE("quiet silences the quiet helpers and no others", "[dokku][dokku-8]") {
    test::DokkuHost host;
    host.environment.quiet = true;
    const dokku::Log log = host.log();
    log.plain_quiet("x");
    log.info1_quiet("x");
    log.info2_quiet("x");
    CHECK(host.logged.out.empty());
    CHECK(host.logged.err.empty());
    log.info1("seen");
    log.warn("seen");
    CHECK(host.logged.out == "-----> seen\n");
    CHECK(host.logged.err == " !     seen\n");
}

TEST_CASE("quiet helpers speak otherwise, debug with --trace", "[dokku][dokku-8]") {
    test::DokkuHost host;
    host.environment.trace = true;
    const dokku::Log log = host.log();
    log.plain_quiet("a");
    log.info1_quiet("b");
    log.info2_quiet("c");
    log.debug("f");
    CHECK(host.logged.out == "a\n-----> b\n=====> c\n");
    CHECK(host.logged.err == " ?     f\n");
}

TEST_CASE("column rows keep their padding and never cut", "[dokku][dokku-8]") {
    CHECK(dokku::to_heading_row({"App name", "b", "c", "d"}) ==
          "-----> App name           b                         c                         "
          "d                        ");
    CHECK(dokku::to_message_row({"a", "b", "c", ""}) ==
          "a                         b                         c                         "
          "                         ");
    CHECK(dokku::to_message_row({"an-app-with-a-name-of-more-than-25", "b", "c", "d"})
              .starts_with("an-app-with-a-name-of-more-than-25 b "));
}

TEST_CASE("lines for a log file that runs share begin with their time", "[dokku][log]") {
    const dokku::Environment environment;
    std::string text;
    const dokku::Log log{environment, [&](dokku::Stream, std::string_view line) { text += line; },
                         dokku::Log::Times::shown};
    log.info1("shop needs renewal");
    log.lines({"one", "two"});
    CHECK_THAT(text, Catch::Matchers::Matches(
                         "(2[0-9]{3}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z -----> shop "
                         "needs renewal\n)(2[^ ]*Z one\n)(2[^ ]*Z two\n)"));
}
