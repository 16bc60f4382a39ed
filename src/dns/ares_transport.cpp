#include "dns/ares_transport.h"

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <cstdint>
#include <memory>
#include <netinet/in.h>
#include <utility>

#include <ares.h>

#include "async/deadline.h"
#include "async/event.h"
#include "dns/ares_channel.h"

namespace dns {
namespace {

using std::chrono::milliseconds;
using Channel = std::unique_ptr<AresChannel>;

/// UDP packets of one exchange. c-ares doubles its patience after each: 1 + 2 + 4 shares of it.
constexpr int kTries = 3;
constexpr int kShares = 7;

struct FreeAresData {
    void operator()(void* data) const noexcept { ares_free_data(data); }
};

base::Result<Channel> open_channel(async::Loop& loop, Protocol protocol, milliseconds patience) {
    ares_options options{};
    // What servers refuse is for us to judge, and so is truncation: c-ares itself would give TCP no
    // longer than the first packet.
    const bool by_tcp = protocol == Protocol::tcp;
    options.flags = ARES_FLAG_NOCHECKRESP | ARES_FLAG_IGNTC | (by_tcp ? ARES_FLAG_USEVC : 0);
    options.tries = by_tcp ? 1 : kTries;
    options.timeout = std::max(1, static_cast<int>(patience.count()) / (by_tcp ? 1 : kShares));
    return AresChannel::open(loop, options, ARES_OPT_FLAGS | ARES_OPT_TRIES | ARES_OPT_TIMEOUTMS);
}

/// What c-ares reports in the end.
struct Outcome {
    async::Event done;
    int status = ARES_ETIMEOUT;
    std::string message;
};

void on_answer(void* user, int status, int /*timeouts*/, unsigned char* data, int length) noexcept {
    auto& outcome = *static_cast<Outcome*>(user);
    outcome.status = status;
    try {
        if (data != nullptr && length > 0) outcome.message.assign(data, data + length);
    } catch (...) {  // C called us
        outcome.status = ARES_ENOMEM;
    }
    outcome.done.set();
}

async::Task<void> end_of(Outcome& outcome) {
    co_await outcome.done.wait();
}

base::ErrorKind kind_of(int status) {
    if (status == ARES_ETIMEOUT) return base::ErrorKind::timeout;
    // Newer c-ares reads the message itself and keeps what it cannot read.
    return status == ARES_EBADRESP ? base::ErrorKind::protocol : base::ErrorKind::network;
}

}  // namespace

async::Task<base::Result<std::string>> AresTransport::exchange(ServerAddress server,
                                                               std::string question,
                                                               Protocol protocol,
                                                               milliseconds patience) {
    Outcome outcome;  // outlives the channel, which reports once more when it is destroyed
    auto channel = open_channel(loop_, protocol, patience);
    if (!channel) co_return std::move(channel).error();
    if (auto used = (*channel)->use_servers({server}); !used) co_return std::move(used).error();
    ares_send((*channel)->get(),
              reinterpret_cast<const unsigned char*>(question.data()),  // NOLINT(*-cast): bytes
              static_cast<int>(question.size()), on_answer, &outcome);
    (*channel)->begin();
    auto end = end_of(outcome);
    static_cast<void>(co_await async::with_deadline(std::move(end), patience));
    if (!outcome.message.empty()) co_return std::move(outcome.message);
    co_return ares_failure(kind_of(outcome.status),
                           "the name server " + server.ip + " did not answer" +
                               (protocol == Protocol::tcp ? " by TCP" : ""),
                           outcome.status);
}

base::Result<std::vector<ServerAddress>> AresTransport::system_servers() const {
    const auto channel = AresChannel::open(loop_, ares_options{}, 0);
    if (!channel) return channel.error();
    ares_addr_port_node* first = nullptr;
    const int status = ares_get_servers_ports((*channel)->get(), &first);
    const std::unique_ptr<ares_addr_port_node, FreeAresData> owner{first};
    if (status != ARES_SUCCESS) {
        return ares_failure(base::ErrorKind::io, "reading the system's name servers", status);
    }
    std::vector<ServerAddress> found;
    for (const ares_addr_port_node* node = first; node != nullptr; node = node->next) {
        std::array<char, INET6_ADDRSTRLEN> text{};
        if (::inet_ntop(node->family, &node->addr, text.data(), text.size()) == nullptr) continue;
        const int port = node->udp_port;
        found.push_back({text.data(), static_cast<std::uint16_t>(port == 0 ? 53 : port)});
    }
    if (found.empty()) {
        return base::fail(base::ErrorKind::not_found, "the system names no DNS servers");
    }
    return found;
}

}  // namespace dns
