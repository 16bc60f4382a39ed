#include "dns/host_lookup.h"

#include <arpa/inet.h>
#include <array>
#include <memory>
#include <netinet/in.h>
#include <sys/socket.h>
#include <utility>

#include <ares.h>

#include "async/event.h"
#include "dns/ares_channel.h"

namespace dns {
namespace {

/// What c-ares reports in the end.
struct Found {
    async::Event done;
    int status = ARES_ETIMEOUT;
    std::vector<std::string> addresses;
};

struct FreeAddresses {
    void operator()(ares_addrinfo* info) const noexcept { ares_freeaddrinfo(info); }
};

std::string to_text(const sockaddr* address) {
    std::array<char, INET6_ADDRSTRLEN> text{};
    const void* bytes = nullptr;
    // NOLINTBEGIN(*-reinterpret-cast): the family tells which of them it is
    if (address->sa_family == AF_INET) {
        bytes = &reinterpret_cast<const sockaddr_in*>(address)->sin_addr;
    } else if (address->sa_family == AF_INET6) {
        bytes = &reinterpret_cast<const sockaddr_in6*>(address)->sin6_addr;
    }
    // NOLINTEND(*-reinterpret-cast)
    if (bytes == nullptr) return {};
    if (::inet_ntop(address->sa_family, bytes, text.data(), text.size()) == nullptr) return {};
    return text.data();
}

void on_addresses(void* user, int status, int /*timeouts*/, ares_addrinfo* info) noexcept {
    auto& found = *static_cast<Found*>(user);
    const std::unique_ptr<ares_addrinfo, FreeAddresses> owner{info};
    found.status = status;
    try {
        for (const auto* node = info == nullptr ? nullptr : info->nodes; node != nullptr;
             node = node->ai_next) {
            if (std::string text = to_text(node->ai_addr); !text.empty())
                found.addresses.push_back(std::move(text));
        }
    } catch (...) {  // C called us
        found.status = ARES_ENOMEM;
    }
    found.done.set();
}

base::ErrorKind kind_of(int status) {
    switch (status) {
        case ARES_ENOTFOUND:
        case ARES_ENODATA:
            return base::ErrorKind::not_found;
        case ARES_ETIMEOUT:
            return base::ErrorKind::timeout;
        default:
            return base::ErrorKind::network;
    }
}

}  // namespace

async::Task<base::Result<std::vector<std::string>>> HostLookup::find(std::string host) {
    Found found;  // outlives the channel, which reports once more when it is destroyed
    auto channel = AresChannel::open(loop_, ares_options{}, 0);
    if (!channel) co_return std::move(channel).error();
    if (!servers_.empty()) {
        if (auto used = (*channel)->use_servers(servers_); !used) co_return std::move(used).error();
    }
    ares_addrinfo_hints hints{};
    hints.ai_family = AF_UNSPEC;
    hints.ai_socktype = SOCK_STREAM;
    ares_getaddrinfo((*channel)->get(), host.c_str(), nullptr, &hints, on_addresses, &found);
    (*channel)->begin();
    co_await found.done.wait();
    if (found.status == ARES_SUCCESS && !found.addresses.empty()) {
        co_return std::move(found.addresses);
    }
    co_return ares_failure(kind_of(found.status), "looking for its address", found.status);
}

}  // namespace dns
