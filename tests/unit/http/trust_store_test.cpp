#include "http/trust_store.h"

#include <cstdlib>
#include <fstream>
#include <string>
#include <vector>

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include "support/temp_dir.h"

using Catch::Matchers::ContainsSubstring;

namespace {

constexpr auto kPem = "-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n";

std::string write(const std::filesystem::path& path, const std::string& text) {
    std::ofstream(path) << text;
    return path;
}

}  // namespace

TEST_CASE("extra roots come behind the system's, each on a line of its own", "[http]") {
    const test::TempDir folder;
    const std::string system = write(folder / "system.pem", "system");  // no line end
    const std::string extra = write(folder / "extra.pem", kPem);
    const auto bundle = http::read_trust({{extra}}, system);
    REQUIRE(bundle);
    CHECK(*bundle == std::string("system\n") + kPem);
    const auto alone = http::read_trust({{extra}}, folder / "missing.pem");
    REQUIRE(alone);
    CHECK(*alone == std::string("\n") + kPem);
}

TEST_CASE("a root that is missing or no PEM is an error that names the file", "[http]") {
    const test::TempDir folder;
    const std::string der = write(folder / "root.der", "0\x82");
    for (const std::string& file : {der, std::string(folder / "missing.pem")}) {
        CAPTURE(file);
        const auto bundle = http::read_trust({{file}}, "");
        REQUIRE_FALSE(bundle);
        CHECK(bundle.error().kind == base::ErrorKind::invalid_input);
        CHECK_THAT(bundle.error().message, ContainsSubstring(file));
        REQUIRE(bundle.error().steps.size() == 1);
        CHECK_THAT(bundle.error().steps[0], ContainsSubstring("LEGO_CA_CERTIFICATES"));
    }
}

TEST_CASE("both variables add roots", "[http]") {
    ::setenv("LEGO_CA_CERTIFICATES", "/a.pem::/b.pem", 1);
    ::setenv("SSL_CERT_FILE", "/c.pem", 1);
    CHECK(http::TrustStore::from_environment().extra_pem_files ==
          std::vector<std::string>{"/a.pem", "/b.pem", "/c.pem"});
    ::unsetenv("LEGO_CA_CERTIFICATES");
    ::unsetenv("SSL_CERT_FILE");
    CHECK(http::TrustStore::from_environment().extra_pem_files.empty());
}
