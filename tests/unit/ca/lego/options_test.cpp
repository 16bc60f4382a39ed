#include "ca/lego/options.h"

#include <string>
#include <vector>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include "settings/read_settings.h"
#include "support/files.h"
#include "support/temp_dir.h"

using Catch::Matchers::ContainsSubstring;
using std::chrono::seconds;
using Words = std::vector<std::string>;

namespace {

ca::LegoOptions parse(const Words& words) {
    return ca::parse_lego_options(words);
}

}  // namespace

TEST_CASE("lego's words keep their meaning", "[ca][dokku-10.2]") {
    const auto options = parse({"--key-type",
                                "rsa4096",
                                "--preferred-chain=Root X2",
                                "--profile",
                                "shortlived",
                                "--cert.timeout=45",
                                "--dns-timeout",
                                "7",
                                "--http-timeout",
                                "1m30s",
                                "--server",
                                "https://ca.test/dir",
                                "--dns.resolvers",
                                "192.0.2.1:53",
                                "--dns.resolvers",
                                "192.0.2.2",
                                "--dns.propagation-wait",
                                "2m",
                                "--reuse-key",
                                "--eab",
                                "--kid",
                                "k",
                                "--hmac",
                                "aGk"});
    CHECK(options.key_type == crypto::KeyType::rsa4096);
    CHECK(options.preferred_chain == "Root X2");
    CHECK(options.profile == "shortlived");
    CHECK(options.certificate_timeout == seconds{45});
    CHECK(options.dns.query_timeout == seconds{7});
    CHECK(options.http_timeout == seconds{90});
    CHECK(options.server == "https://ca.test/dir");
    CHECK(options.dns.resolvers == Words{"192.0.2.1:53", "192.0.2.2"});
    CHECK(options.dns.fixed_wait == seconds{120});
    CHECK(options.reuse_key);
    CHECK(options.external_account);
    CHECK(options.external_account_id == "k");
    CHECK(options.external_account_key.reveal() == "aGk");
    CHECK(options.warnings.empty());
}

TEST_CASE("a repeated flag overrides", "[ca][dokku-10.2]") {
    const auto options = parse(
        {"--key-type=ec384", "--cert.timeout", "10", "--key-type=ec256", "--cert.timeout=20"});
    CHECK(options.key_type == crypto::KeyType::p256);
    CHECK(options.certificate_timeout == seconds{20});
}

TEST_CASE("propagation can be switched", "[ca][dokku-10.2]") {
    CHECK(parse({}).dns.ask_authoritative);
    CHECK_FALSE(parse({}).dns.ask_recursive);
    CHECK_FALSE(parse({"--dns.disable-cp"}).dns.ask_authoritative);
    CHECK_FALSE(parse({"--dns.propagation-disable-ans"}).dns.ask_authoritative);
    CHECK(parse({"--dns.disable-cp=false"}).dns.ask_authoritative);
    CHECK(parse({"--dns.propagation-rns"}).dns.ask_recursive);
}

TEST_CASE("words that mean nothing here are named once, their values are not words",
          "[ca][dokku-10.2]") {
    const auto options =
        parse({"--must-staple", "--path", "/x", "--tls-skip-verify", "stray", "--must-staple",
               "--pem", "--accept-tos", "--pfx.pass=s3cret", "--key-type", "ec384"});
    CHECK(options.key_type == crypto::KeyType::p384);
    REQUIRE(options.warnings.size() == 5);
    CHECK_THAT(options.warnings[0], ContainsSubstring("'--must-staple' has no effect"));
    CHECK_THAT(options.warnings[1], ContainsSubstring("'--path'"));
    CHECK_THAT(options.warnings[2], ContainsSubstring("'--tls-skip-verify'"));
    CHECK_THAT(options.warnings[3], ContainsSubstring("'stray'"));
    CHECK_THAT(options.warnings[4], ContainsSubstring("'--pfx.pass'") && !ContainsSubstring("s3c"));
}

TEST_CASE("what is no time or key type means the default, with a warning", "[ca][dokku-10.2]") {
    const auto options = parse({"--dns-timeout", "soon", "--key-type", "dsa", "--http-timeout=-1"});
    CHECK(options.dns.query_timeout == seconds{10});
    CHECK_FALSE(options.key_type);
    CHECK_FALSE(options.http_timeout);
    CHECK(options.warnings.size() == 3);
    // At the end of the list a flag has no value.
    CHECK(parse({"--cert.timeout"}).certificate_timeout == seconds{30});
}

TEST_CASE("paths of the container lead to this host by the longest mount", "[ca][dokku-10.2]") {
    const auto docker = ca::parse_docker_options(
        {"-v", "/srv/dns/:/dns/:ro", "--volume=/etc/keys:/dns/keys", "-v", "named"});
    CHECK(docker.host_path("/dns/hook.sh") == "/srv/dns/hook.sh");
    CHECK(docker.host_path("/dns/keys/a") == "/etc/keys/a");
    CHECK(docker.host_path("/dns") == "/srv/dns");
    CHECK(docker.host_path("/dnsx/a") == "/dnsx/a");
    CHECK(docker.host_path("/usr/bin/x") == "/usr/bin/x");
    CHECK(docker.warnings.empty());
}

TEST_CASE("variables for the container are kept, other options named", "[ca][dokku-10.2]") {
    const test::TempDir folder;
    test::write_file(folder / "env", "# none\nA=1\nB=2=3\nno line\n");
    ::setenv("LEGO_OPTIONS_TEST", "of this process", 1);
    const auto docker = ca::parse_docker_options(
        {"-e", "C=4", "--env=D=5", "-e", "LEGO_OPTIONS_TEST", "-e", "NOT_SET_ANYWHERE",
         "--env-file", (folder / "env").string(), "--network=host", "--network=host"});
    const std::map<std::string, std::string> expected{
        {"A", "1"}, {"B", "2=3"}, {"C", "4"}, {"D", "5"}, {"LEGO_OPTIONS_TEST", "of this process"}};
    CHECK(docker.variables == expected);
    REQUIRE(docker.warnings.size() == 1);
    CHECK_THAT(docker.warnings[0], ContainsSubstring("'--network' has no effect"));
    CHECK(ca::parse_docker_options({"--env-file", "/nowhere"}).warnings.size() == 1);
}

TEST_CASE("an external account may come by variables, resolvers from the host's own arguments",
          "[ca][design-4.3]") {
    const auto settings = settings::resolve_settings(
        {{"lego-args", "--key-type ec384"},
         {"lego-docker-options", "-e LEGO_EAB=true -e LEGO_EAB_KID=k -e LEGO_EAB_HMAC=aGk"}},
        {{"lego-args", "--key-type rsa2048 --dns.resolvers 192.0.2.53"}});
    const auto options = ca::read_options(settings);
    CHECK(options.lego.key_type == crypto::KeyType::p384);
    CHECK(options.lego.dns.resolvers == Words{"192.0.2.53"});
    CHECK(options.lego.external_account);
    CHECK(options.lego.external_account_id == "k");
    CHECK(options.lego.external_account_key.reveal() == "aGk");
}
