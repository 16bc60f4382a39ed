#include "subcommands/list.h"

#include <cstdlib>
#include <ctime>
#include <string>
#include <vector>

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include "support/dokku_host.h"

using Catch::Matchers::ContainsSubstring;

namespace {

constexpr long long kShopEnds = 1'803'080'425;

void make_active(const test::DokkuHost& host, const std::string& name,
                 const std::string& certificate) {
    const auto app = host.add_app(name);
    const std::string pem = test::read_test_data(certificate);
    host.install_pair(app, pem);
    host.issue(app, name + ".test", pem);
}

}  // namespace

TEST_CASE("list shows active apps only, the first to expire on top", "[subcommands][dokku-11.7]") {
    ::setenv("TZ", "UTC", 1);
    ::tzset();
    test::DokkuHost host;
    make_active(host, "a-shop", "dokku/shop.crt");
    make_active(host, "b-shop", "dokku/shop.crt");
    make_active(host, "z-soon", "dokku/other.crt");
    host.install_pair(host.add_app("custom"), test::read_test_data("dokku/shop.crt"));
    host.add_app("plain");
    host.set_property("b-shop", "graceperiod", "86400");

    REQUIRE(
        subcommands::print_list(host.environment, host.log(), base::from_unix(kShopEnds - 90'061)));
    CHECK(host.logged.err.empty());
    const std::string heading =
        "-----> App name           Certificate Expiry        Time before expiry        "
        "Time before renewal      \n";
    REQUIRE(host.logged.out.starts_with(heading));
    const std::string rows = host.logged.out.substr(heading.size());
    CHECK(rows.starts_with("z-soon "));
    CHECK_THAT(rows, ContainsSubstring(" ago"));
    const std::string last_two =
        "a-shop                    2027-02-19 23:40:25       1d, 1h, 1m, 1s            "
        "28d, 22h, 58m, 59s ago   \n"
        "b-shop                    2027-02-19 23:40:25       1d, 1h, 1m, 1s            "
        "1h, 1m, 1s               \n";
    CHECK(rows.ends_with(last_two));
}

TEST_CASE("a host without apps is told so and the list is no failure",
          "[subcommands][dokku-11.7]") {
    test::DokkuHost host;
    host.environment.quiet = true;
    REQUIRE(subcommands::print_list(host.environment, host.log(), base::from_unix(0)));
    CHECK(host.logged.out.empty());
    CHECK(host.logged.err == " !     You haven't deployed any applications yet\n");
}

TEST_CASE("a graceperiod that is no number is named and counts as the default", "[subcommands]") {
    test::DokkuHost host;
    make_active(host, "shop", "dokku/shop.crt");
    host.set_property("shop", "graceperiod", "30d");
    const auto apps = dokku::list_apps(host.environment);
    REQUIRE(apps);
    const auto active = subcommands::find_active_apps(host.environment, host.log(), *apps);
    REQUIRE(active);
    REQUIRE(active->size() == 1);
    CHECK(active->front().renewal() == base::from_unix(kShopEnds - 2'592'000));
    CHECK_THAT(host.logged.err, ContainsSubstring("shop: The property graceperiod is '30d'"));
}

TEST_CASE("an active app whose certificate cannot be read is named", "[subcommands]") {
    test::DokkuHost host;
    const auto app = host.add_app("shop");
    const std::string no_der = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
    host.install_pair(app, no_der);
    host.issue(app, "shop.test", no_der);
    const auto active = subcommands::find_active_apps(host.environment, host.log(), {app});
    REQUIRE(active);
    CHECK(active->empty());
    CHECK_THAT(host.logged.err, ContainsSubstring("server.crt"));
}
