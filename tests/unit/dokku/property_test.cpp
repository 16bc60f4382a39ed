#include "dokku/property.h"

#include <filesystem>
#include <string>
#include <sys/stat.h>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include "support/dokku_host.h"

namespace {

mode_t mode_of(const std::filesystem::path& path) {
    struct stat info {};
    REQUIRE(::stat(path.c_str(), &info) == 0);
    return info.st_mode & 07777U;
}

}  // namespace

TEST_CASE("a property is one file with the raw value, 0600 in folders of 0755",
          "[dokku][dokku-4.1]") {
    const test::DokkuHost host;
    const auto app = host.add_app("shop");
    const dokku::PropertyStore store{host.environment};
    CHECK(store.get(app, "email")->empty());
    REQUIRE(store.set(app, "email", "me@x.test"));
    const auto folder = host.environment.lib_root / "config" / "letsencrypt" / "shop";
    CHECK(std::filesystem::file_size(folder / "email") == 9);
    CHECK(mode_of(folder / "email") == 0600);
    CHECK(mode_of(folder) == 0755);
    CHECK(mode_of(folder.parent_path()) == 0755);
    CHECK(*store.get(app, "email") == "me@x.test");
    CHECK(store.get(dokku::Scope::global(), "email")->empty());
}

TEST_CASE("an empty file reads as nothing, unsetting twice is no failure", "[dokku][dokku-4.1]") {
    const test::DokkuHost host;
    const auto app = host.add_app("shop");
    host.set_property("shop", "server", "");
    const dokku::PropertyStore store{host.environment};
    CHECK(store.get(app, "server")->empty());
    CHECK(store.unset(app, "server"));
    CHECK(store.unset(app, "server"));
    CHECK_FALSE(std::filesystem::exists(host.environment.lib_root / "config" / "letsencrypt" /
                                        "shop" / "server"));
}

TEST_CASE("a key that is no plain file name is refused", "[dokku][dokku-4.1]") {
    const test::DokkuHost host;
    const auto app = host.add_app("shop");
    const dokku::PropertyStore store{host.environment};
    const std::string key = GENERATE(as<std::string>{}, "", ".", "..", ".hidden", "a/b", "../../x",
                                     "/etc/passwd", "a\nb", std::string{"a\0b", 3});
    CAPTURE(key);
    CHECK(store.get(app, key).error().kind == base::ErrorKind::invalid_input);
    CHECK(store.set(app, key, "x").error().kind == base::ErrorKind::invalid_input);
    CHECK(store.unset(app, key).error().kind == base::ErrorKind::invalid_input);
}

TEST_CASE("all properties come sorted; folders and temporary files are none",
          "[dokku][dokku-4.1]") {
    const test::DokkuHost host;
    const auto app = host.add_app("shop");
    host.set_property("shop", "dns-provider-B", "2");
    host.set_property("shop", "dns-provider-A", "1");
    host.set_property("shop", "dns-provider", "exec");
    host.set_property("shop", ".email.12.tmp", "half");
    host.set_property("shop/folder", "x", "y");
    const dokku::PropertyStore store{host.environment};
    CHECK(*store.get_all(app) == dokku::Properties{{"dns-provider", "exec"},
                                                   {"dns-provider-A", "1"},
                                                   {"dns-provider-B", "2"}});
    CHECK(store.get_all_by_prefix(app, "dns-provider-")->size() == 2);
    CHECK(store.get_all(dokku::Scope::global())->empty());
}

TEST_CASE("destroying an app's properties leaves those of others", "[dokku][dokku-10.9]") {
    const test::DokkuHost host;
    const auto shop = host.add_app("shop");
    const auto blog = host.add_app("blog");
    host.set_property("shop", "email", "a@x.test");
    host.set_property("blog", "email", "b@x.test");
    const dokku::PropertyStore store{host.environment};
    REQUIRE(store.destroy(shop));
    CHECK(store.destroy(shop));
    CHECK(store.get(shop, "email")->empty());
    CHECK(*store.get(blog, "email") == "b@x.test");
}

TEST_CASE("an app called letsencrypt shares the folder and disturbs nobody", "[dokku][dokku-4.1]") {
    const test::DokkuHost host;
    const auto app = host.add_app("letsencrypt");
    test::DokkuHost::write(host.environment.lib_root / "config" / "letsencrypt" / "ENV",
                           "NO_VHOST='1'\n");
    host.set_property("letsencrypt", "email", "me@x.test");
    const dokku::PropertyStore store{host.environment};
    CHECK(*store.get(app, "email") == "me@x.test");
    CHECK(store.get_all(app)->size() == 1);
}
