#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>

#include "crypto/certificate.h"
#include "crypto/crl.h"
#include "dokku/certs.h"
#include "lifecycle/context.h"
#include "store/app_state.h"

namespace lifecycle {

/// Looks the certificates of a run's apps up in the lists of what their CAs have revoked (CRL,
/// RFC 5280), once a day each. A CA that revokes also moves the renewal window (renewal_plan.h) if
/// it has one; not all do, and Let's Encrypt has no OCSP any more. Each list is had once in a run,
/// and a host that does not answer is not asked again in it.
class RevocationWatch {
  public:
    explicit RevocationWatch(Context& context) : context_(context) {}

    /// If the app's certificate is ours and it is time to look: looks, and notes one that is
    /// revoked in the app's state, which makes it due and keeps its key from being used again. A
    /// list that cannot be had or tells nothing is no finding; it is asked for again after an hour.
    void check_if_due(const dokku::AppName& app);

    /// The same with what has been read already. Returns whether the state is another now.
    bool check_if_due(const dokku::AppName& app, const dokku::CertificateStatus& status,
                      const store::AppState& state);

  private:
    void check(const dokku::AppName& app, const store::AppState& state);
    base::Result<std::optional<crypto::Revocation>> look_up(const crypto::CertificateChain& chain);
    const base::Result<std::string>& list_at(const std::string& url);
    base::Result<std::string> fetch(const std::string& url);

    Context& context_;
    std::map<std::string, base::Result<std::string>, std::less<>> lists_;  ///< by URL
    std::set<std::string, std::less<>> silent_hosts_;
};

}  // namespace lifecycle
