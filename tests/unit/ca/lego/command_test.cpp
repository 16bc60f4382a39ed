#include "ca/lego/command.h"

#include <catch2/catch_test_macros.hpp>

#include "settings/read_settings.h"

namespace {

std::string line(const dokku::Properties& app, const std::vector<std::string>& domains) {
    return ca::render_lego_command(settings::resolve_settings(app, {{"email", "me@x.test"}}),
                                   domains);
}

std::string hash(const dokku::Properties& app, const std::vector<std::string>& domains) {
    const auto settings = settings::resolve_settings(app, {{"email", "me@x.test"}});
    return ca::config_hash(ca::render_lego_command(settings, domains),
                           settings.lego_docker_options.computed);
}

}  // namespace

TEST_CASE("the configuration's hash is the official plugin's", "[ca][dokku-10.4]") {
    CHECK(hash({}, {"myapp.dokku.test"}) == "7a36941ce5d7f062e13a0f82e610b1fa373c5544");
    CHECK(hash({{"lego-args", "--cert.timeout=45"}, {"lego-docker-options", "-v /a:/b:ro"}},
               {"a.x.test", "b.x.test"}) == "4290a5731b9852b39c954a618c2be4d390c5900d");
    CHECK(hash({{"server", "staging"}, {"dns-provider", "exec"}}, {"*.x.test"}) ==
          "9358de3569d6843941aed71b57d84b846d5911c0");
}

TEST_CASE("without lego-args three blanks stand before the first domain", "[ca][dokku-10.4]") {
    CHECK(line({}, {"a.test", "b.test"}) ==
          "--http --http.webroot /webroot --pem --accept-tos --cert.timeout 30 --path /certs "
          "--server https://acme-v02.api.letsencrypt.org/directory --email me@x.test   "
          "--domains a.test --domains b.test");
    CHECK(line({{"lego-args", "--x"}}, {"a.test"}).ends_with("me@x.test --x  --domains a.test"));
}

TEST_CASE("the order of domains changes the hash, the grace period does not", "[ca][dokku-10.4]") {
    CHECK(hash({}, {"a.test", "b.test"}) != hash({}, {"b.test", "a.test"}));
    CHECK(hash({{"graceperiod", "1"}}, {"a.test"}) == hash({}, {"a.test"}));
}

TEST_CASE("an account without contact has the address that lego gives it", "[ca][dokku-10.4]") {
    CHECK(line({{"email", "none"}}, {"a.test"}).find("--email noemail@example.com ") !=
          std::string::npos);
}
