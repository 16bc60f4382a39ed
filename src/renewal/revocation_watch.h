#pragma once

#include <cstddef>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "async/semaphore.h"
#include "async/task.h"
#include "ca/context.h"
#include "crypto/certificate.h"
#include "crypto/crl.h"
#include "store/app_state.h"
#include "tls/certs.h"

namespace renewal {

/// Looks the certificates of a run's apps up in the lists of what their CAs have revoked (CRL,
/// RFC 5280), once a day each. A CA that revokes also moves the renewal window (renewal_plan.h) if
/// it has one; not all do, and Let's Encrypt has no OCSP any more. Each list is had and read once
/// in a run, as long as there are not too many, and a host that does not answer is not asked again
/// in it: lists of one host are fetched one after another, and apps that share a list wait for it
/// together. Outlives what it is asked.
class RevocationWatch {
  public:
    /// Lists of more bytes than these together are not kept for the apps that share them.
    static constexpr std::size_t kMostBytes = 8UL << 20U;

    using Moment = base::Clock::Monotonic;

    /// After `until` no list is fetched.
    explicit RevocationWatch(ca::Context& context, std::size_t most_bytes = kMostBytes,
                             std::optional<Moment> until = std::nullopt)
        : context_(context), most_bytes_(most_bytes), until_(until) {}

    /// If the app's certificate is ours and it is time to look: looks, and notes one that is
    /// revoked in the app's state, which makes it due and keeps its key from being used again. A
    /// list that cannot be had or tells nothing is no finding; it is asked for again after an hour.
    /// `state` stays where it is meanwhile. Returns whether the app's state is another now.
    async::Task<bool> check_if_due(dokku::AppName app, tls::CertificateStatus status,
                                   const store::AppState& state);

    /// What the lists say of a chain's leaf; the chain stays where it is meanwhile. An error says
    /// nothing: `not_found` without a list, else why the last one could not be had (`network`,
    /// `timeout`, `rejected`) or tells nothing (`protocol`).
    async::Task<base::Result<std::optional<crypto::Revocation>>> look_up(
        const crypto::CertificateChain& chain);

  private:
    using List = base::Result<crypto::RevocationList>;
    using ListKey = std::pair<std::string, std::string>;  // URL, fingerprint of the issuer

    struct Entry {
        async::Semaphore fetching{1};
        std::optional<List> list{};  ///< also one that could not be had
    };
    struct Host {
        async::Semaphore asking{1};
        bool is_silent = false;
    };

    bool is_over() const { return until_ && context_.clock.monotonic() > *until_; }
    async::Task<bool> check(dokku::AppName app, const store::AppState& state);
    async::Task<std::shared_ptr<const List>> list_at(std::string url,
                                                     const crypto::Certificate& issuer);
    async::Task<List> read_list(std::string url, const crypto::Certificate& issuer);
    void make_room(std::size_t bytes);
    async::Task<base::Result<std::string>> fetch(std::string url);

    ca::Context& context_;
    std::size_t most_bytes_;
    std::optional<Moment> until_;
    std::map<ListKey, std::shared_ptr<Entry>> lists_;
    std::deque<ListKey> kept_;  ///< those that could be had, oldest first
    std::size_t kept_bytes_ = 0;
    std::map<std::string, Host> hosts_;
};

}  // namespace renewal
