#include "tls/certificate_files.h"

#include <filesystem>
#include <set>
#include <string>

#include <catch2/catch_test_macros.hpp>

#include "support/files.h"
#include "support/temp_dir.h"

namespace fs = std::filesystem;

namespace {

const std::string kLeaf = "-----BEGIN CERTIFICATE-----\nTEFG\n-----END CERTIFICATE-----\n";
const std::string kIssuer = "-----BEGIN CERTIFICATE-----\nSVNT\n-----END CERTIFICATE-----\n";
const std::string kRoot = "-----BEGIN CERTIFICATE-----\nUk9P\n-----END CERTIFICATE-----\n";
const std::string kKey = "-----BEGIN EC PRIVATE KEY-----\nMHcC\n-----END EC PRIVATE KEY-----\n";

tls::CertificateFiles files(const std::string& chain = kLeaf + kIssuer,
                            const std::string& domain = "a.test") {
    return {chain, base::Secret{kKey}, "https://ca.test/cert/1", domain};
}

std::set<std::string> names_in(const fs::path& folder) {
    std::set<std::string> names;
    for (const auto& entry : fs::directory_iterator{folder})
        names.insert(entry.path().filename());
    return names;
}

}  // namespace

TEST_CASE("a certificate's files are named after the first domain", "[tls][dokku-10.3]") {
    CHECK(tls::certificate_base_name("a.test") == "a.test");
    CHECK(tls::certificate_base_name("*.a.test") == "_.a.test");
    CHECK(tls::certificate_base_name("2001:db8::1") == "2001-db8--1");
    CHECK(tls::certificate_base_name("../a") == "..-a");
}

TEST_CASE("the configuration lies beside the certificates to be", "[tls][dokku-10.3]") {
    const test::TempDir root;
    const fs::path folder = root / "certs" / "0123";
    REQUIRE(tls::write_configuration(folder, "--http", "-v /a:/b", "A=1\n"));
    CHECK(test::content_of(folder / "config") == "--http\n");
    CHECK(test::content_of(folder / "docker_options") == "-v /a:/b\n");
    CHECK(test::content_of(folder / "docker.env") == "A=1\n");
    for (const char* name : {"config", "docker_options", "docker.env"})
        CHECK(test::mode_of(folder / name) == 0600);  // DNS secrets are in the last
    const auto before = test::look_at(root.path());
    REQUIRE(tls::write_configuration(folder, "--http", "-v /a:/b", "A=1\n"));
    CHECK(test::look_at(root.path()) == before);
}

TEST_CASE("a certificate has lego's five files, all private", "[tls][dokku-10.3]") {
    const test::TempDir root;
    REQUIRE(tls::write_certificate_files(root.path(), files(kLeaf + kIssuer + kRoot), ""));
    const fs::path folder = root / "certificates";
    CHECK(names_in(folder) == std::set<std::string>{"a.test.crt", "a.test.issuer.crt", "a.test.key",
                                                    "a.test.pem", "a.test.json"});
    CHECK(test::content_of(folder / "a.test.crt") == kLeaf + kIssuer + kRoot);
    CHECK(test::content_of(folder / "a.test.issuer.crt") == kIssuer + kRoot);
    CHECK(test::content_of(folder / "a.test.key") == kKey);
    CHECK(test::content_of(folder / "a.test.pem") == kLeaf + kIssuer + kRoot + kKey);
    CHECK(test::content_of(folder / "a.test.json") ==
          "{\n\t\"domain\": \"a.test\",\n\t\"certUrl\": \"https://ca.test/cert/1\",\n"
          "\t\"certStableUrl\": \"https://ca.test/cert/1\"\n}");
    CHECK(test::mode_of(folder) == 0700);
    for (const auto& name : names_in(folder))
        CHECK(test::mode_of(folder / name) == 0600);
    CHECK(names_in(root.path()) == std::set<std::string>{"certificates"});
}

TEST_CASE("the files of a wildcard begin with an underscore, its record does not",
          "[tls][dokku-10.3]") {
    const test::TempDir root;
    REQUIRE(tls::write_certificate_files(root.path(), files(kLeaf, "*.a.test"), ""));
    CHECK(test::content_of(root / "certificates/_.a.test.json").find("\"*.a.test\"") !=
          std::string::npos);
    CHECK(test::content_of(root / "certificates/_.a.test.issuer.crt").empty());
}

TEST_CASE("a chain without a last line end does not run into the key", "[tls][rfc7468]") {
    const test::TempDir root;
    const std::string chain = kLeaf.substr(0, kLeaf.size() - 1);
    REQUIRE(tls::write_certificate_files(root.path(), files(chain), ""));
    CHECK(test::content_of(root / "certificates/a.test.pem") == kLeaf + kKey);
}

TEST_CASE("while its files are replaced, an app stays active by the chain it serves",
          "[tls][design-4.8]") {
    const test::TempDir root;
    test::write_file(root / "certificates/a.test.crt", kRoot);
    REQUIRE(tls::write_certificate_files(root.path(), files(), kRoot));
    CHECK(test::content_of(root / "fullchain.pem") == kRoot);
    CHECK(test::mode_of(root / "fullchain.pem") == 0600);
    CHECK_FALSE(fs::exists(root / "key.pem"));

    REQUIRE(tls::write_plain_pair(root.path(), files()));
    CHECK(test::content_of(root / "fullchain.pem") == kLeaf + kIssuer);
    CHECK(test::content_of(root / "key.pem") == kKey);
    CHECK(test::mode_of(root / "key.pem") == 0600);
}

TEST_CASE("the served chain is kept before anything is replaced", "[tls][design-4.8]") {
    const test::TempDir root;
    test::write_file(root / "certificates", "a file in the way");
    CHECK_FALSE(tls::write_certificate_files(root.path(), files(), kRoot));
    CHECK(test::content_of(root / "fullchain.pem") == kRoot);
}
