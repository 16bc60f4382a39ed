#include "nginx/listen.h"

#include <string>
#include <vector>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

namespace {

using Pairs = std::vector<nginx::ListenPair>;
using Words = std::vector<std::string>;

// Lines of a real host's tables: nginx on a wildcard and on two addresses, a connection that goes
// out to a port 80, one that came in, another port, and a socket that only was bound.
constexpr std::string_view kTcp =
    R"(  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode                                                     
   0: 00000000:0050 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 23456 1 0000000000000000 100 0 0 10 0                     
   1: 0100007F:0050 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 23457 1 0000000000000000 100 0 0 10 0                     
   2: 010200C0:0050 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 23458 1 0000000000000000 100 0 0 10 0                     
   3: 050200C0:0050 076433C6:D431 01 00000000:00000000 00:00000000 00000000     0        0 23459 1 0000000000000000 20 4 30 10 -1                    
   4: 060200C0:9C40 076433C6:0050 01 00000000:00000000 00:00000000 00000000     0        0 23460 1 0000000000000000 20 4 30 10 -1                    
   5: 070200C0:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 23461 1 0000000000000000 100 0 0 10 0                     
   6: 080200C0:0050 00000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 23462 1 0000000000000000 100 0 0 10 0                     
)";

constexpr std::string_view kTcp6 =
    R"(  sl  local_address                         remote_address                        st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 00000000000000000000000000000000:0050 00000000000000000000000000000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 34567 1 0000000000000000 100 0 0 10 0
   1: 00000000000000000000000001000000:0050 00000000000000000000000000000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 34568 1 0000000000000000 100 0 0 10 0
   2: B80D0120000000000000000001000000:0050 00000000000000000000000000000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 34569 1 0000000000000000 100 0 0 10 0
   3: 0000000000000000FFFF0000010200C0:0050 00000000000000000000000000000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 34570 1 0000000000000000 100 0 0 10 0
   4: 00000000000000000000000000000000:01BB 00000000000000000000000000000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 34571 1 0000000000000000 100 0 0 10 0
)";

nginx::NginxServer server(const Pairs& listens) {
    return {listens, {}, {}, {}, 0};
}

Pairs choose(const std::vector<Pairs>& servers, const Words& listening,
             const Words& bind_addresses = {}) {
    std::vector<nginx::NginxServer> all;
    all.reserve(servers.size());
    for (const Pairs& listens : servers)
        all.push_back(server(listens));
    return nginx::choose_listen_pairs(all, listening, bind_addresses);
}

}  // namespace

TEST_CASE("the kernel's table tells who listens over IPv4", "[nginx][proc]") {
    CHECK(nginx::parse_listening(kTcp, 80) == Words{"*", "127.0.0.1", "192.0.2.1"});
    CHECK(nginx::parse_listening(kTcp, 8080) == Words{"192.0.2.7"});
    CHECK(nginx::parse_listening(kTcp, 443).empty());
}

TEST_CASE("the kernel's table tells who listens over IPv6", "[nginx][proc]") {
    CHECK(nginx::parse_listening(kTcp6, 80) ==
          Words{"[::]", "[::1]", "[2001:db8::1]", "[::ffff:192.0.2.1]"});
    CHECK(nginx::parse_listening(kTcp6, 443) == Words{"[::]"});
}

TEST_CASE("an address does not end at a NUL", "[nginx][nginx]") {
    CHECK_FALSE(nginx::parse_listen(std::string_view{"0.0.0.0\0.1", 10}));
    CHECK_FALSE(nginx::parse_listen(std::string_view{"[::1\0]:80", 9}));
}

TEST_CASE("lines that are no entries of the table are skipped", "[nginx][proc]") {
    const std::string line =
        GENERATE("", "   0:", "0: 0100007F 0 0A", "0: 0100007F: 0 0A", "0: 0100007G:0050 0 0A",
                 "0: 0100007:0050 0 0A", "0: 0100007F:00050x 0 0A", "0: -100007F:0050 0 0A",
                 "0: :0050 0 0A", "0: 0100007F0100007F:0050 0 0A", "0: 0100007F:0050 0 0a");
    CAPTURE(line);
    CHECK(nginx::parse_listening(line, 80).empty());
}

TEST_CASE("this host's tables can be read", "[nginx][proc]") {
    CHECK_NOTHROW(nginx::read_listening(80));
}

TEST_CASE("our block gets exactly the pairs that nginx has on port 80", "[nginx][design-4.6]") {
    CHECK(choose({{{"192.0.2.1", 80}, {"192.0.2.1", 443}}, {{"[2001:db8::1]", 80}}},
                 {"192.0.2.1", "[2001:db8::1]"}) ==
          Pairs{{"192.0.2.1", 80}, {"[2001:db8::1]", 80}});
}

TEST_CASE("each pair is taken once", "[nginx][design-4.6]") {
    CHECK(choose({{{"*", 80}, {"[::]", 80}}, {{"[::]", 80}, {"*", 80}}}, {"*", "[::]"}) ==
          Pairs{{"*", 80}, {"[::]", 80}});
}

TEST_CASE("no wildcard is added beside specific addresses", "[nginx][design-4.6]") {
    // It would pass `nginx -t` and fail every later reload.
    const auto pairs = choose({{{"192.0.2.1", 80}}}, {"192.0.2.1"}, {"0.0.0.0"});
    CHECK(pairs == Pairs{{"192.0.2.1", 80}});
}

TEST_CASE("bind addresses are not added beside pairs that exist", "[nginx][design-4.6]") {
    // A new specific address would take that address away from every other app.
    CHECK(choose({{{"*", 80}}}, {"*"}, {"192.0.2.9"}) == Pairs{{"*", 80}});
}

TEST_CASE("a live wildcard receives for the specific pairs of its family", "[nginx][design-4.6]") {
    CHECK(choose({{{"*", 80}}, {{"127.0.0.1", 80}}, {{"[::1]", 80}}}, {"*"}) ==
          Pairs{{"*", 80}, {"127.0.0.1", 80}});
    CHECK(choose({{{"127.0.0.1", 80}}, {{"[::]", 80}}, {{"[::1]", 80}}}, {"[::]"}) ==
          Pairs{{"[::1]", 80}, {"[::]", 80}});
}

TEST_CASE("a pair of a file that nginx has not loaded is left out", "[nginx][design-4.6]") {
    CHECK(choose({{{"192.0.2.1", 80}}, {{"*", 80}}, {{"192.0.2.2", 80}}}, {"192.0.2.1"}) ==
          Pairs{{"192.0.2.1", 80}});
}

TEST_CASE("if nginx's files cannot be read, the kernel's word is taken", "[nginx][design-4.6]") {
    CHECK(choose({}, {"[::]", "192.0.2.1"}, {"192.0.2.9"}) ==
          Pairs{{"192.0.2.1", 80}, {"[::]", 80}});
    // Files that know nothing of what is live are no better than none.
    CHECK(choose({{{"192.0.2.2", 80}}, {{"*", 8080}}}, {"192.0.2.1"}) == Pairs{{"192.0.2.1", 80}});
}

TEST_CASE("while nginx is down, the pairs of its files are taken", "[nginx][design-4.6]") {
    CHECK(choose({{{"192.0.2.1", 80}, {"192.0.2.1", 443}}}, {}, {"192.0.2.9"}) ==
          Pairs{{"192.0.2.1", 80}});
}

TEST_CASE("bind addresses count only where nothing listens on port 80", "[nginx][design-4.6]") {
    CHECK(choose({}, {}, {"192.0.2.9", "2001:db8::9", "[2001:db8::8]"}) ==
          Pairs{{"192.0.2.9", 80}, {"[2001:db8::8]", 80}, {"[2001:db8::9]", 80}});
    CHECK(choose({{{"*", 8080}}}, {}, {"0.0.0.0", "::"}) == Pairs{{"*", 80}, {"[::]", 80}});
}

TEST_CASE("with nothing to go by, it is the two wildcards", "[nginx][design-4.6]") {
    CHECK(choose({}, {}) == Pairs{{"*", 80}, {"[::]", 80}});
}

TEST_CASE("a server block is reached over loopback or at its own address", "[nginx][design-4.5]") {
    CHECK(nginx::loopback_for({"*", 80}, {}) == "127.0.0.1");
    CHECK(nginx::loopback_for({"[::]", 80}, {}) == "::1");
    CHECK(nginx::loopback_for({"192.0.2.1", 80}, {}) == "192.0.2.1");
    CHECK(nginx::loopback_for({"[2001:db8::1]", 80}, {}) == "2001:db8::1");
}

TEST_CASE("a wildcard is not looked at where another server block listens by itself",
          "[nginx][design-4.5]") {
    // nginx asks only the server blocks of 127.0.0.1:80 there, such as a status page.
    const std::vector<nginx::NginxServer> others{server({{"127.0.0.1", 80}, {"[::1]", 80}}),
                                                 server({{"127.0.0.2", 80}})};
    CHECK(nginx::loopback_for({"*", 80}, others) == "127.0.0.3");
    CHECK(nginx::loopback_for({"*", 443}, others) == "127.0.0.1");
    CHECK(nginx::loopback_for({"127.0.0.1", 80}, others) == "127.0.0.1");
    CHECK(nginx::loopback_for({"[::]", 80}, others).empty());  // IPv6 has but one
}
