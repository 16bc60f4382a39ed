#include "settings/settings.h"

#include <string>
#include <vector>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include "settings/known_servers.h"
#include "settings/read_settings.h"
#include "support/dokku_host.h"

using Catch::Matchers::ContainsSubstring;
using dokku::Properties;
using settings::resolve_settings;

TEST_CASE("nothing set gives the defaults", "[settings][dokku-10.1]") {
    const auto settings = resolve_settings({}, {});
    CHECK(settings.server.computed == "https://acme-v02.api.letsencrypt.org/directory");
    CHECK(settings.graceperiod.computed == "2592000");
    CHECK(settings.renewal_margin().value() == std::chrono::hours{24 * 30});
    CHECK_FALSE(settings.graceperiod_was_set());
    CHECK_FALSE(settings.has_email());
    CHECK_FALSE(settings.uses_dns());
    CHECK(settings.lego_words().empty());
    CHECK(settings.challenge_route.computed == "momentary");
    CHECK_FALSE(settings.has_permanent_route());
    // Raw values stay raw: a report tells what was set, not what holds.
    CHECK(settings.server.global.empty());
    CHECK(settings.graceperiod.app.empty());
}

TEST_CASE("the app's value beats the host's, an empty one does not", "[settings][dokku-10.1]") {
    const Properties global{{"email", "host@x.test"}, {"graceperiod", "100"}, {"lego-args", "--a"}};
    const auto settings = resolve_settings(
        {{"email", "app@x.test"}, {"graceperiod", ""}, {"lego-args", "--b"}}, global);
    CHECK(settings.email.computed == "app@x.test");
    CHECK(settings.email.global == "host@x.test");
    CHECK(settings.graceperiod.computed == "100");
    CHECK(settings.graceperiod_was_set());
    CHECK(settings.lego_args.computed == "--b");  // replaced, not merged
}

TEST_CASE("server names stand for URLs, anything else is one", "[settings][dokku-10.1]") {
    struct Case {
        std::string app, global, url;
    };
    const std::string production{settings::kProductionServer};
    const std::string staging{settings::kStagingServer};
    const auto c =
        GENERATE_COPY(values<Case>({{"", "", production},
                                    {"default", "staging", production},
                                    {"staging", "", staging},
                                    {"", "staging", staging},
                                    {"", "default", production},
                                    {"zerossl", "", "https://acme.zerossl.com/v2/DV90"},
                                    {"https://ca.test/d", "staging", "https://ca.test/d"}}));
    CAPTURE(c.app, c.global);
    CHECK(resolve_settings({{"server", c.app}}, {{"server", c.global}}).server.computed == c.url);
}

TEST_CASE("there is no fallback server unless one is named", "[settings][design-4.4]") {
    CHECK(resolve_settings({}, {}).fallback_server.computed.empty());
    CHECK(resolve_settings({}, {{"fallback-server", "google"}}).fallback_server.computed ==
          "https://dv.acme-v02.api.pki.goog/directory");
}

TEST_CASE("staging CAs are known by their names", "[settings][design-1.3]") {
    CHECK(settings::is_staging_server(settings::kStagingServer));
    CHECK(settings::is_staging_server("https://dv.acme-v02.test-api.pki.goog/directory"));
    CHECK_FALSE(settings::is_staging_server(settings::kProductionServer));
    CHECK_FALSE(settings::is_staging_server("https://ca.test/staging"));
}

TEST_CASE("orders in flight are a number of the host's, within bounds", "[settings]") {
    CHECK(resolve_settings({}, {}).concurrency() == 16);
    CHECK(resolve_settings({}, {{"renew-concurrency", "4"}}).concurrency() == 4);
    CHECK(resolve_settings({{"renew-concurrency", "4"}}, {}).concurrency() == 16);
    CHECK(resolve_settings({}, {{"renew-concurrency", "lots"}}).concurrency() == 16);
}

TEST_CASE("none switches a DNS provider off", "[settings][dokku-10.1]") {
    struct Case {
        std::string app, global, provider;
    };
    const auto c = GENERATE(values<Case>({{"", "", ""},
                                          {"exec", "", "exec"},
                                          {"", "exec", "exec"},
                                          {"none", "exec", ""},
                                          {"", "none", ""},
                                          {"exec", "none", "exec"}}));
    CAPTURE(c.app, c.global);
    const auto settings = resolve_settings({{"dns-provider", c.app}}, {{"dns-provider", c.global}});
    CHECK(settings.dns_provider.computed == c.provider);
    CHECK(settings.uses_dns() == !c.provider.empty());
    CHECK(settings.dns_provider.app == c.app);
}

TEST_CASE("variables of the DNS provider are merged by name", "[settings][dokku-10.1]") {
    const auto settings = resolve_settings(
        {{"dns-provider-KEY", "app"}, {"dns-provider-OWN", "1"}, {"dns-provider", "exec"}},
        {{"dns-provider-KEY", "host"}, {"dns-provider-ALL", "2"}, {"dns-resolvers", "192.0.2.1"}});
    REQUIRE(settings.dns_variables.size() == 3);
    CHECK(settings.dns_variables.at("KEY").computed == "app");
    CHECK(settings.dns_variables.at("KEY").global == "host");
    CHECK(settings.dns_variables.at("OWN").computed == "1");
    CHECK(settings.dns_variables.at("ALL").computed == "2");
    CHECK(settings.dns_variables.at("ALL").app.empty());
}

TEST_CASE("email none is an account without contact", "[settings]") {
    const auto none = resolve_settings({{"email", "none"}}, {{"email", "host@x.test"}});
    CHECK(none.has_email());
    CHECK(none.contact().empty());
    CHECK(none.account_email() == "noemail@example.com");
    const auto some = resolve_settings({}, {{"email", "host@x.test"}});
    CHECK(some.contact() == "host@x.test");
    CHECK(some.account_email() == "host@x.test");
}

TEST_CASE("a graceperiod written by hand that is no number is named", "[settings][dokku-10.1]") {
    const std::string value = GENERATE("30d", "abc", "-1", "1.5", "2592000 ");
    CAPTURE(value);
    const auto settings = resolve_settings({{"graceperiod", value}}, {});
    CHECK_FALSE(settings.set_graceperiod());
    const auto margin = settings.renewal_margin();
    REQUIRE_FALSE(margin);
    CHECK(margin.error().kind == base::ErrorKind::invalid_input);
    CHECK_THAT(margin.error().message, ContainsSubstring("'" + value + "'"));
}

TEST_CASE("only a graceperiod that a person has set decides", "[settings]") {
    CHECK_FALSE(resolve_settings({}, {}).set_graceperiod());
    CHECK(resolve_settings({{"graceperiod", "60"}}, {}).set_graceperiod() ==
          std::chrono::seconds{60});
    CHECK(resolve_settings({}, {{"graceperiod", "60"}}).set_graceperiod() ==
          std::chrono::seconds{60});
}

TEST_CASE("lego-args are split at blanks without quoting", "[settings][dokku-10.2]") {
    const auto settings = resolve_settings(
        {{"lego-args", " --key-type  rsa2048 "}, {"lego-docker-options", "-v \"/a b\":/c"}}, {});
    CHECK(settings.lego_words() == std::vector<std::string>{"--key-type", "rsa2048"});
    CHECK(settings.docker_words() == std::vector<std::string>{"-v", "\"/a", "b\":/c"});
}

TEST_CASE("settings come from the property files of the app and the host",
          "[settings][dokku-10.1]") {
    const test::DokkuHost host;
    const auto app = host.add_app("shop");
    host.set_property("shop", "email", "app@x.test");
    host.set_property("--global", "server", "staging");
    const auto settings = settings::read_settings(host.environment, app);
    REQUIRE(settings);
    CHECK(settings->email.computed == "app@x.test");
    CHECK(settings->server.computed == settings::kStagingServer);
    const auto global = settings::read_global_settings(host.environment);
    REQUIRE(global);
    CHECK(global->email.computed.empty());
    CHECK(global->server.computed == settings::kStagingServer);
}

TEST_CASE("resolvers are addresses with an optional port", "[settings]") {
    using List = std::vector<settings::ResolverAddress>;
    CHECK(settings::parse_resolvers("").value().empty());
    CHECK(settings::parse_resolvers("192.0.2.1").value() == List{{"192.0.2.1", 53}});
    CHECK(settings::parse_resolvers("192.0.2.1:5353,2001:db8::1").value() ==
          List{{"192.0.2.1", 5353}, {"2001:db8::1", 53}});
    CHECK(settings::parse_resolvers("[2001:db8::1]:8053 [::1], 127.0.0.1").value() ==
          List{{"2001:db8::1", 8053}, {"::1", 53}, {"127.0.0.1", 53}});
}

TEST_CASE("a resolver that is no address is named", "[settings]") {
    const std::string word =
        GENERATE("dns.test", "192.0.2.1:0", "192.0.2.1:65536", "192.0.2", "[192.0.2.1]:53", "[::1",
                 "::1]:53", ":53", "[]", "192.0.2.1:", "[::1]x");
    CAPTURE(word);
    const auto resolvers = settings::parse_resolvers("192.0.2.1," + word);
    REQUIRE_FALSE(resolvers);
    CHECK(resolvers.error().kind == base::ErrorKind::invalid_input);
    CHECK_THAT(resolvers.error().message, ContainsSubstring("'" + word + "'"));
}
