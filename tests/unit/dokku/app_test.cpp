#include "dokku/app.h"

#include <filesystem>
#include <string>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include "support/dokku_host.h"
#include "support/fake_programs.h"

TEST_CASE("names that an app can have are taken as they are", "[dokku][dokku-5.1]") {
    const std::string name = GENERATE("a", "shop", "0shop", "shop.example", "my-app", "old_name");
    CAPTURE(name);
    const auto app = dokku::AppName::parse(name);
    REQUIRE(app);
    CHECK(app->text() == name);
}

TEST_CASE("names that would leave ROOT or look like an option are no apps", "[dokku][dokku-5.1]") {
    const std::string name = GENERATE(as<std::string>{}, "", ".", "..", "../x", "a/../b", "/etc",
                                      ".ssh", "Shop", "ENV", "-x", "--global", "a b", "a\nb", "a;b",
                                      "_a", std::string{"a\0b", 3}, std::string(256, 'a'));
    CAPTURE(name);
    const auto app = dokku::AppName::parse(name);
    REQUIRE_FALSE(app);
    CHECK(app.error().kind == base::ErrorKind::unknown_app);
}

TEST_CASE("the words for an unknown app are Dokku's", "[dokku][dokku-5.1]") {
    const test::DokkuHost host;
    const auto missing = dokku::verify_app(host.environment, "shop");
    REQUIRE_FALSE(missing);
    CHECK(missing.error().kind == base::ErrorKind::unknown_app);
    CHECK(missing.error().message == "App shop does not exist");
    CHECK(dokku::verify_app(host.environment, "").error().message == "App  does not exist");
    CHECK(dokku::verify_app(host.environment, "../home").error().message ==
          "App ../home does not exist");
}

TEST_CASE("an app with the words of a terminal escape is shown without it", "[dokku]") {
    const auto app = dokku::AppName::parse("a\x1b[2J");
    REQUIRE_FALSE(app);
    CHECK(app.error().message == "App a?[2J does not exist");
}

TEST_CASE("apps are the folders of ROOT, links followed, sorted bytewise", "[dokku][dokku-5.1]") {
    const test::DokkuHost host;
    CHECK(dokku::list_apps(host.environment)->empty());
    for (const char* name : {"b-app", "b.app", "a_b", "B", ".ssh", "0x"})
        std::filesystem::create_directories(host.environment.root / name);
    test::DokkuHost::write(host.environment.root / "file", "");
    std::filesystem::create_directory_symlink(host.environment.root / "a_b",
                                              host.environment.root / "link");
    std::filesystem::create_symlink("nowhere", host.environment.root / "dangling");
    const auto apps = dokku::list_apps(host.environment);
    REQUIRE(apps);
    std::string names;
    for (const auto& app : *apps)
        names += app.text() + " ";
    CHECK(names == "0x a_b b-app b.app link ");
    CHECK(dokku::verify_app(host.environment, "link"));
    CHECK_FALSE(dokku::verify_app(host.environment, "file"));
}

TEST_CASE("apps filtered per user are asked for as core does", "[dokku][dokku-5.1]") {
    const test::DokkuHost host;
    const auto seen = host.add_app("seen");
    host.add_app("hidden");
    test::DokkuHost::write(host.environment.plugins_enabled / "acl" / "user-auth-app", "");
    const test::FakePrograms programs{
        R"(case "$2 $3" in 'app-list '*) echo seen;; 'app-exists seen') ;; *) exit 20;; esac)"};
    const auto apps = dokku::list_apps(host.environment);
    REQUIRE(apps);
    CHECK(*apps == std::vector<dokku::AppName>{seen});
    CHECK(dokku::list_all_apps(host.environment)->size() == 2);
    CHECK(dokku::verify_app(host.environment, "seen"));
    CHECK(dokku::verify_app(host.environment, "hidden").error().message ==
          "App hidden does not exist");
}
