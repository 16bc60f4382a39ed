#include "status/host_fix.h"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

using Catch::Matchers::ContainsSubstring;
using status::fix_of_host;

namespace {

const std::string kData = "/var/lib/dokku/data/letsencrypt";

}  // namespace

TEST_CASE("what root keeps is given back as a whole", "[status]") {
    const auto gives = [](const std::string& tree) {
        return ContainsSubstring("sudo chown -R dokku:dokku " + tree + " ");
    };
    CHECK_THAT(fix_of_host("could not be kept, so none is ordered: opening " + kData +
                               "/--global/ledger.jsonl: Permission denied",
                           "shop"),
               gives(kData));
    CHECK_THAT(fix_of_host("changing the mode of " + kData + ": Operation not permitted", "shop"),
               gives(kData));
    CHECK_THAT(
        fix_of_host("reading /var/lib/dokku/config/letsencrypt/--global/email: Permission denied",
                    "shop"),
        gives("/var/lib/dokku/config/letsencrypt"));
    CHECK_THAT(fix_of_host("reading /home/dokku/shop/VHOST: Permission denied", "shop"),
               gives("/home/dokku/shop"));
    CHECK_THAT(fix_of_host("creating a file in /home/dokku/shop: Permission denied", "shop"),
               gives("/home/dokku/shop"));
    // No operator is to be told to take over what is the system's.
    CHECK(fix_of_host("reading /etc/shadow: Permission denied", "shop").empty());
}

TEST_CASE("a disk without room, or that takes nothing, gets its own words", "[status]") {
    CHECK_THAT(
        fix_of_host("writing " + kData +
                        "/--global/state/.writable.0123456789ab.tmp: No space left on device",
                    "shop"),
        ContainsSubstring("df -h " + kData + "/--global/state and"));
    CHECK_THAT(fix_of_host("syncing /home/dokku/shop/tls: Disk quota exceeded", "shop"),
               ContainsSubstring("df -h /home/dokku/shop/tls"));
    CHECK_THAT(fix_of_host("creating a file in " + kData + ": Read-only file system", "shop"),
               ContainsSubstring("findmnt -T " + kData));
    CHECK_THAT(fix_of_host("replacing " + kData + "/--global/state/due: Is a directory", "shop"),
               ContainsSubstring("sudo mv " + kData + "/--global/state/due " + kData +
                                 "/--global/state/due.aside"));
    CHECK_THAT(fix_of_host("no CA can be asked: reading /x/ca.pem: Permission denied (named by "
                           "LEGO_CA_CERTIFICATES or SSL_CERT_FILE)",
                           "shop"),
               ContainsSubstring("~dokku/.dokkurc/LEGO_CA_CERTIFICATES"));
}

TEST_CASE("other reasons keep the fix of their cause", "[status]") {
    store::NameState name;
    name.name = "a.test";
    name.reason = "the certificate in tls/ is missing";
    const auto* host = store::find_cause(store::cause::kHost);
    CHECK(status::fix_of_name(*host, "shop", name) == store::fix_of(*host, "shop", "a.test"));
    name.reason = "writing /x/y: No space left on device";
    CHECK_THAT(status::fix_of_name(*host, "shop", name), ContainsSubstring("df -h /x/y"));
    const auto* other = store::find_cause(store::cause::kDnsMissing);
    CHECK(status::fix_of_name(*other, "shop", name) == store::fix_of(*other, "shop", "a.test"));
}

TEST_CASE("an error that says what to do keeps that", "[status]") {
    base::Error error{
        base::ErrorKind::io, "reading /home/dokku/shop/VHOST: Permission denied", {}, {"Do."}};
    CHECK(status::with_fix(error, "shop").steps == std::vector<std::string>{"Do."});
    error.steps.clear();
    CHECK(status::with_fix(error, "shop").steps.size() == 1);
    error.message = "no words";
    CHECK(status::with_fix(error, "shop").steps.empty());
}
