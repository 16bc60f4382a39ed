#pragma once

#include <cstddef>
#include <memory>

#include "async/epoll_loop.h"
#include "async/semaphore.h"
#include "base/clock.h"
#include "base/result.h"
#include "dns/ares_transport.h"
#include "dns/host_lookup.h"
#include "http/client.h"
#include "http/curl_client.h"
#include "http/curl_probe.h"
#include "http/limited.h"
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
        auto own =
            http::CurlClient::open(network->runtime_, network->loop_, {}, {.takes_turns = false});
        if (!own) return std::move(own).error();
        network->own_client_ = std::move(*own);
        network->self_fetch_ =
            std::make_unique<http::LimitedClient>(*network->own_client_, network->places_);
        return network;
    }

    async::EpollLoop& loop() { return loop_; }
    dns::Transport& dns() { return dns_; }
    http::Client& client() { return *client_; }

    /// Of this host's own names, by `connect_to`; and what it serves.
    http::Client& self_fetch() { return *self_fetch_; }
    http::CertificateProbe& probe() { return probe_; }

  private:
    /// Of this host's own names, probes among them: nginx has visitors as well.
    static constexpr std::size_t kMostSelfFetches = 32;

    explicit Network(base::Clock& clock)
        : loop_(clock),
          dns_(loop_),
          lookup_(loop_),
          places_(kMostSelfFetches),
          curl_probe_(runtime_, loop_),
          probe_(curl_probe_, places_) {}

    async::EpollLoop loop_;
    dns::AresTransport dns_;
    http::CurlRuntime runtime_;
    dns::HostLookup lookup_;
    std::unique_ptr<http::CurlClient> client_;
    async::Semaphore places_;
    std::unique_ptr<http::CurlClient> own_client_;
    std::unique_ptr<http::LimitedClient> self_fetch_;
    http::CurlProbe curl_probe_;
    http::LimitedProbe probe_;
};

}  // namespace runs
