#include "dns/ares_channel.h"

#include <arpa/inet.h>
#include <chrono>
#include <string>
#include <sys/time.h>

#include <ares.h>

#include "base/text.h"

namespace dns {

base::Unexpected<base::Error> ares_failure(base::ErrorKind kind, const std::string& activity,
                                           int status) {
    return base::fail(kind, activity + ": " + ares_strerror(status));
}

AresChannel::AresChannel(async::Loop& loop)
    : loop_(loop), timer_(loop, [this] { process(ARES_SOCKET_BAD, ARES_SOCKET_BAD); }) {}

base::Result<std::unique_ptr<AresChannel>> AresChannel::open(async::Loop& loop,
                                                             const ares_options& options,
                                                             int mask) {
    static const int library = ares_library_init(ARES_LIB_INIT_ALL);  // once for the process
    if (library != ARES_SUCCESS) {
        return ares_failure(base::ErrorKind::io, "setting up the resolver", library);
    }
    std::unique_ptr<AresChannel> self{new AresChannel{loop}};
    ares_options all = options;
    all.sock_state_cb = &on_socket;
    all.sock_state_cb_data = self.get();
    ares_channel channel = nullptr;
    const int status = ares_init_options(&channel, &all, mask | ARES_OPT_SOCK_STATE_CB);
    if (status != ARES_SUCCESS) {
        return ares_failure(base::ErrorKind::io, "setting up the resolver", status);
    }
    self->channel_.reset(channel);
    return self;
}

base::Result<void> AresChannel::use_servers(const std::vector<ServerAddress>& servers) const {
    std::vector<ares_addr_port_node> nodes(servers.size());
    for (std::size_t i = 0; i < servers.size(); ++i) {
        ares_addr_port_node& node = nodes[i];
        const std::string& ip = servers[i].ip;
        node.udp_port = node.tcp_port = servers[i].port;
        if (::inet_pton(AF_INET, ip.c_str(), &node.addr.addr4) == 1) {
            node.family = AF_INET;
        } else if (::inet_pton(AF_INET6, ip.c_str(), &node.addr.addr6) == 1) {
            node.family = AF_INET6;
        } else {
            return base::fail(base::ErrorKind::invalid_input,
                              "\"" + base::printable(ip, 100) + "\" is no address of a server");
        }
        if (i > 0) nodes[i - 1].next = &node;
    }
    const int status = ares_set_servers_ports(get(), nodes.empty() ? nullptr : nodes.data());
    if (status == ARES_SUCCESS) return {};
    return ares_failure(base::ErrorKind::io, "setting up the resolver", status);
}

void AresChannel::Destroy::operator()(ares_channeldata* channel) const noexcept {
    ares_destroy(channel);
}

/// Neither readable nor writable: it is about to be closed.
void AresChannel::on_socket(void* user, int socket, int readable, int writable) noexcept {
    auto& self = *static_cast<AresChannel*>(user);
    const async::Readiness wanted{.to_read = readable != 0, .to_write = writable != 0};
    const auto place = self.watches_.find(socket);
    try {
        if (!wanted.any()) {
            self.watches_.erase(socket);
        } else if (place != self.watches_.end()) {
            place->second.change(wanted);
        } else {
            self.watches_.try_emplace(socket, self.loop_, socket, wanted,
                                      [&self, socket](async::Readiness ready) {
                                          self.process(ready.to_read ? socket : ARES_SOCKET_BAD,
                                                       ready.to_write ? socket : ARES_SOCKET_BAD);
                                      });
        }
    } catch (...) {  // C called us; what is not watched is asked again by the timer
        self.watches_.erase(socket);
    }
}

void AresChannel::process(int readable, int writable) {
    ares_process_fd(get(), readable, writable);
    set_timer();
}

/// Until its next own moment; without one it has nothing to wait for.
void AresChannel::set_timer() {
    timeval next{};
    if (ares_timeout(get(), nullptr, &next) == nullptr) return timer_.cancel();
    timer_.set(
        loop_.now() + std::chrono::seconds{next.tv_sec} +
        std::chrono::ceil<std::chrono::milliseconds>(std::chrono::microseconds{next.tv_usec}));
}

}  // namespace dns
