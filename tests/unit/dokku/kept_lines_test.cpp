#include "dokku/kept_lines.h"

#include <string>
#include <utility>
#include <vector>

#include <catch2/catch_test_macros.hpp>

#include "support/dokku_host.h"

using dokku::Stream;

namespace {

struct Printed {
    dokku::Log log(dokku::Log::Times times = dokku::Log::Times::none) {
        return {host.environment,
                [this](Stream stream, std::string_view text) {
                    writes.emplace_back(stream, std::string{text});
                },
                times};
    }

    test::DokkuHost host;
    std::vector<std::pair<Stream, std::string>> writes;
};

}  // namespace

TEST_CASE("the lines of each app are printed together, each on its stream", "[dokku][design-4.9]") {
    Printed printed;
    const dokku::Log log = printed.log();
    dokku::AllKeptLines all;
    dokku::KeptLines shop{log, all, "shop"};
    dokku::KeptLines blog{log, all, "blog"};
    shop.log().info1("one");
    blog.log().info1("other");
    shop.log().verbose("two");
    shop.log().warn("three");
    CHECK(printed.writes.empty());
    shop.print();
    REQUIRE(printed.writes.size() == 2);
    CHECK(printed.writes[0] == std::pair{Stream::out, std::string{"-----> one\n       two\n"}});
    CHECK(printed.writes[1] == std::pair{Stream::err, std::string{" !     three\n"}});
    shop.print();
    CHECK(printed.writes.size() == 2);
}

TEST_CASE("what was not printed yet can be printed at any time", "[dokku]") {
    Printed printed;
    const dokku::Log log = printed.log();
    dokku::AllKeptLines all;
    dokku::KeptLines shop{log, all, "shop"};
    {
        dokku::KeptLines blog{log, all, "blog"};
        blog.log().plain("gone");
    }
    CHECK(printed.writes.size() == 1);  // it ended
    shop.log().plain("kept");
    all.print();
    REQUIRE(printed.writes.size() == 2);
    CHECK(printed.writes[1].second == "kept\n");
}

TEST_CASE("a log file has each line at once, with the app's name", "[dokku]") {
    Printed printed;
    const dokku::Log log = printed.log(dokku::Log::Times::shown);
    dokku::AllKeptLines all;
    const dokku::KeptLines shop{log, all, "shop"};
    shop.log().info1("one");
    REQUIRE(printed.writes.size() == 1);
    const std::string& line = printed.writes[0].second;
    CHECK(line.substr(line.find(' ')) == " shop: -----> one\n");
}
