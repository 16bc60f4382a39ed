#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "dns/resolver.h"
#include "support/dns_server.h"
#include "support/real_loop.h"

namespace test {

/// A recursive resolver at 127.0.0.1, and two name servers at 127.0.0.2 and 127.0.0.3 that speak
/// for the zone shop.test.
struct DnsWorld {
    DnsWorld() {
        recursive.answer(
            "shop.test", dns::RecordType::ns,
            {{ns_record("shop.test", "ns1.shop.test"), ns_record("shop.test", "ns2.shop.test")}});
        recursive.answer("ns1.shop.test", dns::RecordType::a,
                         {{a_record("ns1.shop.test", "127.0.0.2")}});
        recursive.answer("ns2.shop.test", dns::RecordType::a,
                         {{a_record("ns2.shop.test", "127.0.0.3")}});
    }

    /// To both name servers.
    void answer(const std::string& name, dns::RecordType type,
                const std::vector<DnsReply>& replies) {
        first.answer(name, type, replies);
        second.answer(name, type, replies);
    }

    DnsServer recursive;
    DnsServer first{"127.0.0.2", recursive.port()};
    DnsServer second{"127.0.0.3", recursive.port()};
    dns::Resolver resolver{real_dns(),
                           {.servers = {recursive.address()},
                            .deadline = std::chrono::milliseconds{1500},
                            .authoritative_port = recursive.port()}};
};

}  // namespace test
