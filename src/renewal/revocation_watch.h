#pragma once

#include <cstddef>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>

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
/// in it.
class RevocationWatch {
  public:
    /// Lists of more bytes than these together are not kept for the apps that share them.
    static constexpr std::size_t kMostBytes = 8UL << 20U;

    explicit RevocationWatch(ca::Context& context, std::size_t most_bytes = kMostBytes)
        : context_(context), most_bytes_(most_bytes) {}

    /// If the app's certificate is ours and it is time to look: looks, and notes one that is
    /// revoked in the app's state, which makes it due and keeps its key from being used again. A
    /// list that cannot be had or tells nothing is no finding; it is asked for again after an hour.
    /// Returns whether the state is another now.
    bool check_if_due(const dokku::AppName& app, const tls::CertificateStatus& status,
                      const store::AppState& state);

    /// What the lists say of a chain's leaf. An error says nothing: `not_found` without a list,
    /// else why the last one could not be had (`network`, `timeout`, `rejected`) or tells nothing
    /// (`protocol`).
    base::Result<std::optional<crypto::Revocation>> look_up(const crypto::CertificateChain& chain);

  private:
    using List = base::Result<crypto::RevocationList>;
    using ListKey = std::pair<std::string, std::string>;  // URL, fingerprint of the issuer

    bool check(const dokku::AppName& app, const store::AppState& state);
    const List& list_at(const std::string& url, const crypto::Certificate& issuer);
    List read_list(const std::string& url, const crypto::Certificate& issuer);
    void make_room(std::size_t bytes);
    base::Result<std::string> fetch(const std::string& url);

    ca::Context& context_;
    std::size_t most_bytes_;
    std::map<ListKey, List> lists_;  ///< also those that could not be had
    std::deque<ListKey> kept_;       ///< those that could, oldest first
    std::size_t kept_bytes_ = 0;
    std::set<std::string, std::less<>> silent_hosts_;
};

}  // namespace renewal
