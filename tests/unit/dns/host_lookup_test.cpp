#include "dns/host_lookup.h"

#include <algorithm>
#include <chrono>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <catch2/catch_test_macros.hpp>

#include "async/deadline.h"
#include "async/epoll_loop.h"
#include "base/clock.h"
#include "support/dns_server.h"

using base::ErrorKind;
using dns::RecordType;
using test::DnsReply;
using Addresses = base::Result<std::vector<std::string>>;

namespace {

struct World {
    Addresses find(const std::string& host) { return loop.run(lookup.find(host)); }

    base::SystemClock clock;
    async::EpollLoop loop{clock};
    test::DnsServer server;
    dns::HostLookup lookup{loop, {server.address()}};
};

async::Task<bool> ends_within(dns::HostLookup& lookup, std::string host,
                              std::chrono::milliseconds most) {
    auto finding = lookup.find(std::move(host));
    const std::optional<Addresses> found = co_await async::with_deadline(std::move(finding), most);
    co_return found.has_value();
}

}  // namespace

TEST_CASE("a host's addresses of both families come from the DNS", "[dns]") {
    World world;
    world.server.answer("ca.test", RecordType::a,
                        DnsReply{{test::a_record("ca.test", "192.0.2.7")}});
    world.server.answer("ca.test", RecordType::aaaa,
                        DnsReply{{test::aaaa_record("ca.test", "2001:db8::7")}});
    const auto found = world.find("ca.test");
    REQUIRE(found);
    CHECK(found->size() == 2);
    CHECK(std::find(found->begin(), found->end(), "192.0.2.7") != found->end());
    CHECK(std::find(found->begin(), found->end(), "2001:db8::7") != found->end());
}

TEST_CASE("what stands in /etc/hosts is not asked for", "[dns]") {
    World world;
    const auto found = world.find("localhost");
    REQUIRE(found);
    CHECK(std::find(found->begin(), found->end(), "127.0.0.1") != found->end());
    CHECK(world.server.questions().empty());
}

TEST_CASE("a host that does not exist is not found", "[dns]") {
    World world;
    for (const RecordType type : {RecordType::a, RecordType::aaaa})
        world.server.answer("gone.test", type, DnsReply{{}, test::kNxDomain});
    const auto found = world.find("gone.test");
    REQUIRE_FALSE(found);
    CHECK(found.error().kind == ErrorKind::not_found);
}

TEST_CASE("a lookup that is given up leaves nothing behind", "[dns]") {
    using namespace std::chrono_literals;
    World world;
    DnsReply silent;
    silent.silent = true;
    world.server.answer("slow.test", RecordType::a, silent);
    world.server.answer("slow.test", RecordType::aaaa, silent);
    CHECK_FALSE(world.loop.run(ends_within(world.lookup, "slow.test", 50ms)));
    CHECK(world.find("localhost"));
}

TEST_CASE("a server that is no address is told", "[dns]") {
    base::SystemClock clock;
    async::EpollLoop loop{clock};
    dns::HostLookup lookup{loop, {{"ns1.test", 53}}};
    const auto found = loop.run(lookup.find("ca.test"));
    REQUIRE_FALSE(found);
    CHECK(found.error().kind == ErrorKind::invalid_input);
}
