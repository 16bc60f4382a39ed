#include "settings/properties.h"

#include <algorithm>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include "base/file.h"
#include "base/text.h"

using Catch::Matchers::ContainsSubstring;
using Pair = std::pair<std::string, std::string>;

TEST_CASE("the keys of the official plugin and ours are known", "[settings][dokku-11.9]") {
    const std::string key =
        GENERATE("dns-provider", "dns-provider-OVH_APPLICATION_KEY", "dns-provider-x", "email",
                 "graceperiod", "server", "lego-args", "lego-docker-options", "dns-resolvers",
                 "challenge-route", "auto-issue", "auto-issue-timeout", "preflight", "rehearse",
                 "renew-unused", "renew-concurrency");
    CAPTURE(key);
    CHECK(settings::check_key(key));
}

TEST_CASE("an unknown key gets the official words, ours named at the end",
          "[settings][dokku-11.9]") {
    const std::string key = GENERATE("Email", "e-mail", "dns-provider-", "dns-provider-../../x",
                                     "a/b", "dns-provider-A=B", "dns-provider-A B", "--email");
    CAPTURE(key);
    const auto known = settings::check_key(key);
    REQUIRE_FALSE(known);
    CHECK(known.error().kind == base::ErrorKind::invalid_input);
    CHECK(known.error().message ==
          "Invalid key specified, valid keys include: dns-provider, dns-provider-*, email, "
          "graceperiod, server, lego-args, lego-docker-options, dns-resolvers, challenge-route, "
          "auto-issue, auto-issue-timeout, preflight, rehearse, renew-unused, profile, key-type, "
          "reuse-key, preferred-chain, fallback-server, eab-kid, eab-hmac-key, eab-algorithm, "
          "renew-concurrency");
}

TEST_CASE("no key at all", "[settings][dokku-11.9]") {
    CHECK(settings::check_key("").error().message == "No key specified");
}

TEST_CASE("values that a property can have", "[settings]") {
    const auto [key, value] = GENERATE(values<Pair>({{"graceperiod", "0"},
                                                     {"graceperiod", "2592000"},
                                                     {"server", "default"},
                                                     {"server", "staging"},
                                                     {"server", "https://ca.test:14000/dir"},
                                                     {"email", "me@x.test"},
                                                     {"email", "a.b+c@mail.x.test"},
                                                     {"email", "none"},
                                                     {"challenge-route", "momentary"},
                                                     {"challenge-route", "permanent"},
                                                     {"auto-issue", "true"},
                                                     {"auto-issue", "false"},
                                                     {"auto-issue-timeout", "0"},
                                                     {"auto-issue-timeout", "600"},
                                                     {"preflight", "off"},
                                                     {"rehearse", "false"},
                                                     {"rehearse", "https://ca.test/dir"},
                                                     {"renew-unused", "true"},
                                                     {"server", "zerossl"},
                                                     {"fallback-server", "google"},
                                                     {"fallback-server", "https://ca.test/dir"},
                                                     {"profile", "tlsserver"},
                                                     {"key-type", "rsa4096"},
                                                     {"reuse-key", "true"},
                                                     {"preferred-chain", "ISRG Root X1"},
                                                     {"eab-kid", "kid-1"},
                                                     {"eab-hmac-key", "c2VjcmV0LWtleQ"},
                                                     {"eab-hmac-key", "c2VjcmV0LWtleQ=="},
                                                     {"eab-algorithm", "HS512"},
                                                     {"renew-concurrency", "64"},
                                                     {"dns-resolvers", "192.0.2.1:53"},
                                                     {"lego-args", "--key-type"},
                                                     {"lego-args", "-x\ty"},
                                                     {"dns-provider", "anything"},
                                                     {"dns-provider-KEY", "a=b;c d"},
                                                     {"graceperiod", ""},
                                                     {"server", ""}}));
    CAPTURE(key, value);
    CHECK(settings::check_value(key, value));
}

TEST_CASE("a value that cannot work is refused with what is allowed", "[settings]") {
    struct Case {
        std::string key, value, says;
    };
    const auto c =
        GENERATE(values<Case>({{"graceperiod", "30d", "whole number of seconds, type 2592000"},
                               {"graceperiod", "2h", "type 7200"},
                               {"graceperiod", "abc", "type 2592000 for 30 days"},
                               {"graceperiod", "-1", "whole number"},
                               {"graceperiod", "1.5", "whole number"},
                               {"graceperiod", "9999999999999", "whole number"},
                               {"graceperiod", "99999999999999d", "whole number"},
                               {"server", "http://ca.test/dir", "https:// URL"},
                               {"server", "production", "default, staging"},
                               {"server", "https://", "https:// URL"},
                               {"server", "https:///dir", "https:// URL"},
                               {"server", "https://a b", "https:// URL"},
                               {"server", "https://ca.test:x/dir", "https:// URL"},
                               {"server", "https://[ca.test]/dir", "https:// URL"},
                               {"email", "me", "you@example.com"},
                               {"email", "@x.test", "you@example.com"},
                               {"email", "me@", "you@example.com"},
                               {"email", "../me@x.test", "you@example.com"},
                               {"email", "a@x.test,b@x.test", "you@example.com"},
                               {"email", "a b@x.test", "you@example.com"},
                               {"email", ".me@x.test", "you@example.com"},
                               {"email", "a@b@x.test", "you@example.com"},
                               {"email", "None", "none"},
                               {"challenge-route", "always", "momentary or permanent"},
                               {"auto-issue", "yes", "true or false"},
                               {"auto-issue-timeout", "601", "from 0 to 600"},
                               {"auto-issue-timeout", "1m", "from 0 to 600"},
                               {"preflight", "false", "on or off"},
                               {"rehearse", "http://ca.test/dir", "true, false or the https://"},
                               {"dns-resolvers", "dns.test", "IP[:port]"},
                               {"dns-provider-KEY", "a\nB=c", "one line"},
                               {"lego-args", "a\rb", "one line"},
                               {"fallback-server", "other", "default, staging, zerossl, google"},
                               {"fallback-server", "staging", "no browser trusts"},
                               {"profile", "short lived", "one word"},
                               {"key-type", "rsa1024", "ec256, ec384, rsa2048"},
                               {"reuse-key", "yes", "true or false"},
                               {"eab-hmac-key", "not base64!", "base64url"},
                               {"eab-algorithm", "RS256", "HS256, HS384 or HS512"},
                               {"renew-concurrency", "0", "from 1 to 64"},
                               {"renew-concurrency", "65", "from 1 to 64"}}));
    CAPTURE(c.key, c.value);
    const auto allowed = settings::check_value(c.key, c.value);
    REQUIRE_FALSE(allowed);
    CHECK(allowed.error().kind == base::ErrorKind::invalid_input);
    CHECK_THAT(allowed.error().message, ContainsSubstring(c.says));
}

TEST_CASE("a secret with a line end is refused without showing it", "[settings]") {
    const auto allowed = settings::check_value("dns-provider-KEY", "s3cret\nline");
    REQUIRE_FALSE(allowed);
    CHECK_THAT(allowed.error().message, !ContainsSubstring("s3cret"));
}

TEST_CASE("a MAC key that is none is refused without showing it", "[settings]") {
    const auto allowed = settings::check_value("eab-hmac-key", "s3cret key");
    REQUIRE_FALSE(allowed);
    CHECK_THAT(allowed.error().message, !ContainsSubstring("s3cret"));
}

TEST_CASE("each property has a line of help, and a field of its own", "[settings]") {
    std::set<std::string_view> keys;
    std::vector<settings::Setting settings::Settings::*> fields;
    for (const settings::Property& property : settings::properties()) {
        CAPTURE(property.key);
        CHECK(keys.insert(property.key).second);
        CHECK_FALSE(property.help.empty());
        CHECK(property.help.find('\n') == std::string_view::npos);
        if (property.is_prefix()) continue;
        CHECK(settings::find_property(property.key) == &property);
        REQUIRE(property.field != nullptr);
        CHECK(std::find(fields.begin(), fields.end(), property.field) == fields.end());
        fields.push_back(property.field);
    }
}

TEST_CASE("a property's default is a value that it takes", "[settings]") {
    for (const settings::Property& property : settings::properties()) {
        CAPTURE(property.key, property.otherwise);
        CHECK(settings::check_value(property.key, property.otherwise));
    }
}

TEST_CASE("README.md's table has each property and no other", "[settings]") {
    const auto page = base::read_file(TEST_DATA_DIR "/../../README.md");
    REQUIRE(page);
    std::set<std::string> told;
    bool is_table = false;
    for (const std::string_view line : base::split_lines(*page)) {
        if (line.starts_with("## ")) is_table = line == "## Properties";
        if (!is_table || !line.starts_with("| `")) continue;
        // The words between backquotes of the first cell: every second part.
        const auto parts = base::split(line.substr(0, line.find(" |")), '`');
        for (std::size_t i = 1; i < parts.size(); i += 2)
            told.emplace(parts[i]);
    }
    std::set<std::string> known;
    for (const settings::Property& property : settings::properties()) {
        known.insert(property.is_prefix() ? std::string{property.prefix()} + "<NAME>"
                                          : std::string{property.key});
    }
    CHECK(told == known);
}
