#pragma once

#include <memory>

#include "async/epoll_loop.h"
#include "base/clock.h"
#include "base/result.h"
#include "dns/ares_transport.h"
#include "dns/host_lookup.h"
#include "http/client.h"
#include "http/curl_client.h"
#include "http/trust_store.h"

namespace runs {

/// The loop of an executable that talks to a CA, and libcurl on it.
class Network {
  public:
    /// `invalid_input` if a CA file of the trust store cannot be used.
    static base::Result<std::unique_ptr<Network>> open(base::Clock& clock,
                                                       const http::TrustStore& trust) {
        std::unique_ptr<Network> network{new Network{clock}};
        auto client = http::CurlClient::open(network->runtime_, network->loop_, trust,
                                             {.lookup = &network->lookup_});
        if (!client) return std::move(client).error();
        network->client_ = std::move(*client);
        network->blocking_ =
            std::make_unique<http::BlockingClient>(network->loop_, *network->client_);
        return network;
    }

    async::Loop& loop() { return loop_; }
    dns::Transport& dns() { return dns_; }
    http::HttpClient& blocking_client() { return *blocking_; }
    http::Client& client() { return *client_; }

  private:
    explicit Network(base::Clock& clock) : loop_(clock), dns_(loop_), lookup_(loop_) {}

    async::EpollLoop loop_;
    dns::AresTransport dns_;
    http::CurlRuntime runtime_;
    dns::HostLookup lookup_;
    std::unique_ptr<http::CurlClient> client_;
    std::unique_ptr<http::BlockingClient> blocking_;
};

}  // namespace runs
