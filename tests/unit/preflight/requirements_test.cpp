#include "preflight/requirements.h"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include "settings/known_servers.h"
#include "support/run_bench.h"

using Catch::Matchers::ContainsSubstring;

namespace {

ca::IssueJob job_with(const test::RunBench& bench, const dokku::Properties& properties) {
    return ca::IssueJob{ca::Wanted{
        bench.app, settings::resolve_settings(properties, {{"email", "me@x.test"}}), {"a.test"}}};
}

}  // namespace

TEST_CASE("without an e-mail address nothing is ordered, in the official words",
          "[preflight][dokku-11.1]") {
    const test::RunBench bench;
    const auto refused = preflight::require_email(settings::resolve_settings({}, {}), bench.app);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().message ==
          "ERROR: Cannot request a certificate without an e-mail address!");
    CHECK(preflight::require_email(test::RunBench::settings(), bench.app));
    CHECK(preflight::require_email(test::RunBench::settings("none"), bench.app));
}

TEST_CASE("a CA is asked over https only", "[preflight]") {
    const test::RunBench bench;
    CHECK(preflight::require_https_server(job_with(bench, {})));
    CHECK(preflight::require_https_server(job_with(bench, {{"server", "https://ca.test/dir"}})));
    const auto refused =
        preflight::require_https_server(job_with(bench, {{"server", "http://ca.test/dir"}}));
    REQUIRE_FALSE(refused);
    CHECK_THAT(refused.error().message, ContainsSubstring("http://ca.test/dir"));
}

TEST_CASE("a DNS provider is one that this version has", "[preflight]") {
    const test::RunBench bench;
    CHECK(preflight::require_known_provider(job_with(bench, {})));
    CHECK(preflight::require_known_provider(job_with(bench, {{"dns-provider", "exec"}})));
    const auto refused =
        preflight::require_known_provider(job_with(bench, {{"dns-provider", "namecheap"}}));
    REQUIRE_FALSE(refused);
    CHECK_THAT(refused.error().message, ContainsSubstring("'namecheap'"));
}

TEST_CASE("a CA that binds accounts to its customers wants an external account",
          "[preflight][rfc8555-7.3.4]") {
    const test::RunBench bench;
    const auto accepts = [&](const dokku::Properties& properties) {
        return preflight::require_external_account(bench.context, job_with(bench, properties))
            .has_value();
    };
    CHECK(accepts({}));  // Let's Encrypt
    CHECK_FALSE(accepts({{"server", "zerossl"}}));
    CHECK(accepts(
        {{"server", "zerossl"}, {"lego-args", "--eab --kid k --hmac AAAAAAAAAAAAAAAAAAAAAA"}}));
    SECTION("but not of who has an account there") {
        const std::string server = settings::server_url("zerossl");
        const auto key = test::account_key().to_pem();
        REQUIRE(bench.store.write_account_key(server, "me@x.test", key));
        CHECK_FALSE(accepts({{"server", "zerossl"}}));  // the CA has not made it yet
        REQUIRE(bench.store.write_account(server, "me@x.test", "https://ca.test/1", "{}"));
        CHECK(accepts({{"server", "zerossl"}}));
    }
}

TEST_CASE("HTTP-01 wants a listener on port 80, DNS-01 does not", "[preflight][dokku-11.1]") {
    test::RunBench bench;
    const auto ports = [&](std::string_view map) {
        bench.host.set_property("shop", "map", map, "ports");
    };
    ports("http:80:5000\nhttps:443:5000\n");
    CHECK(bench.context.loop.run(preflight::require_port_80(bench.context, job_with(bench, {}))));
    ports("grpc:8080:5000\n");
    const auto refused =
        bench.context.loop.run(preflight::require_port_80(bench.context, job_with(bench, {})));
    REQUIRE_FALSE(refused);
    CHECK_THAT(refused.error().message, ContainsSubstring("no http or https proxy port mapping"));
    CHECK(bench.context.loop.run(
        preflight::require_port_80(bench.context, job_with(bench, {{"dns-provider", "exec"}}))));
}
