#include "base/pem.h"

#include <string>

#include <catch2/catch_test_macros.hpp>

using base::first_certificate;
using base::pem_blocks;
using base::pem_to_der;

namespace {

const std::string kOne = "-----BEGIN CERTIFICATE-----\nZm9v\nYmFy\n-----END CERTIFICATE-----";
const std::string kTwo = "-----BEGIN CERTIFICATE-----\r\nYmF6\r\n-----END CERTIFICATE-----";
const std::string kKey = "-----BEGIN PRIVATE KEY-----\nZm9v\n-----END PRIVATE KEY-----";

}  // namespace

TEST_CASE("the blocks of a label come in order, without what is around them", "[base][rfc7468]") {
    const std::string text = "subject=x\n" + kOne + "\n" + kKey + "\nissuer=y\n" + kTwo + "\n";
    const auto blocks = pem_blocks(text, "CERTIFICATE");
    REQUIRE(blocks.size() == 2);
    CHECK(blocks[0] == kOne);
    CHECK(blocks[1] == kTwo);
    CHECK(pem_blocks(text, "PRIVATE KEY").size() == 1);
    CHECK(pem_blocks(text, "EC PRIVATE KEY").empty());
}

TEST_CASE("a block without its end is not returned", "[base]") {
    const std::string cut = kOne.substr(0, kOne.size() - 3);
    CHECK(pem_blocks(cut, "CERTIFICATE").empty());
    CHECK(first_certificate(cut).empty());
    CHECK(pem_blocks(kOne + "\n" + cut, "CERTIFICATE").size() == 1);
}

TEST_CASE("dashes belong to one marker only", "[base]") {
    // The end of one block must not be read again as the beginning of the next.
    const std::string shared = kOne + "BEGIN CERTIFICATE-----\nZm9v\n-----END CERTIFICATE-----";
    REQUIRE(pem_blocks(shared, "CERTIFICATE").size() == 1);
    CHECK(pem_blocks(shared, "CERTIFICATE")[0] == kOne);
}

TEST_CASE("the first certificate is the first block, or nothing", "[base]") {
    CHECK(first_certificate("words\n" + kTwo + "\n" + kOne) == kTwo);
    CHECK(first_certificate(kKey).empty());
    CHECK(first_certificate("").empty());
}

TEST_CASE("a block gives its bytes with either kind of line end", "[base]") {
    CHECK(pem_to_der(kOne) == "foobar");
    CHECK(pem_to_der(kTwo) == "baz");
}

TEST_CASE("a block whose inside is not base64 gives no bytes", "[base]") {
    CHECK(pem_to_der("-----BEGIN CERTIFICATE-----\nZm9*\n-----END CERTIFICATE-----").empty());
    CHECK(pem_to_der("-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----").empty());
    CHECK(pem_to_der("-----BEGIN CERTIFICATE-----").empty());
    CHECK(pem_to_der("").empty());
}
