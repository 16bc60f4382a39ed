#include "settings/exclusions.h"

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include "settings/read_settings.h"
#include "support/dokku_host.h"

using Words = std::vector<std::string>;

TEST_CASE("a star stands for any run of characters, dots included", "[settings][design-2.2]") {
    CHECK(settings::is_excluded({"www.shop.test"}, "WWW.shop.test"));
    CHECK(settings::is_excluded({"*.shop.test"}, "a.b.shop.test"));
    CHECK(settings::is_excluded({"*.shop.test"}, "*.shop.test"));
    CHECK(settings::is_excluded({"a*c*.test"}, "abcabc.test"));
    CHECK(settings::is_excluded({"*"}, "shop.test"));
    CHECK_FALSE(settings::is_excluded({"*.shop.test"}, "shop.test"));
    CHECK_FALSE(settings::is_excluded({"shop.test"}, "shop.test.other"));
    CHECK_FALSE(settings::is_excluded({"a*b"}, "a.test"));
    CHECK_FALSE(settings::is_excluded({}, "shop.test"));
    CHECK(settings::is_excluded({"Bü*.test"}, "bücher.TEST"));
}

TEST_CASE("many stars take no long time", "[settings][design-2.2]") {
    const std::string pattern = "*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*b";
    CHECK_FALSE(settings::is_excluded({pattern}, std::string(240, 'a')));
    std::string longest;
    while (longest.size() < 252)
        longest += "*a";
    CHECK_FALSE(settings::is_excluded({longest + "b"}, std::string(253, 'a')));
}

TEST_CASE("domains are excluded once, and come back", "[settings][design-2.2]") {
    test::DokkuHost host;
    const auto app = host.add_app("shop");
    const auto add = [&](const Words& words) {
        return settings::add_exclusions(host.environment, app, words).value();
    };
    CHECK(add({"WWW.shop.test", "*.internal.shop.test"}));
    CHECK_FALSE(add({"www.shop.test"}));
    CHECK(settings::read_settings(host.environment, app)->excluded ==
          Words{"*.internal.shop.test", "www.shop.test"});
    CHECK_FALSE(settings::remove_exclusions(host.environment, app, {"other.test"}).value());
    CHECK(settings::remove_exclusions(host.environment, app,
                                      {"www.shop.test", "*.internal.shop.test"})
              .value());
    CHECK(settings::read_settings(host.environment, app)->excluded.empty());
}

TEST_CASE("what can be no domain changes nothing", "[settings][design-2.2]") {
    test::DokkuHost host;
    const auto app = host.add_app("shop");
    const std::string word =
        GENERATE("", "a b.test", "a/b", "-x.test", "a\n.test", "?.test", "[ab].test", "a\\*.test");
    const auto added = settings::add_exclusions(host.environment, app, {"good.test", word});
    REQUIRE_FALSE(added);
    CHECK(added.error().kind == base::ErrorKind::invalid_input);
    CHECK(settings::read_settings(host.environment, app)->excluded.empty());
}
