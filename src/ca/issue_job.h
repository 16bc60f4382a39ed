#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "acme/certificate_chain.h"
#include "base/file.h"
#include "base/folder.h"
#include "base/lock.h"
#include "ca/chosen_ca.h"
#include "ca/dns_challenges.h"
#include "ca/names.h"
#include "ca/need.h"
#include "ca/outcome.h"
#include "ca/present.h"
#include "ca/session.h"
#include "ca/wanted.h"
#include "ca/wanted_names.h"
#include "crypto/private_key.h"
#include "dns/addresses.h"
#include "store/cause.h"

namespace ca {

/// A name after the new pair was loaded.
struct ServedName {
    std::string name;
    std::string_view cause{};  ///< empty: nginx was seen to serve the certificate
    std::string reason{};
};

/// What the run holds of the app, from the claim on (ca/claim.h).
struct Hold {
    std::optional<base::FileLock> lock{};
    std::optional<base::Folder> seen{};    ///< the app's folder when its domains were read
    std::optional<base::Folder> folder{};  ///< the same, from the claim on
    bool was_off = false;                  ///< by `disable`, when the run began
    bool was_enabled = false;              ///< when it was claimed
    /// When others are to look after this run, if it lasts so long.
    std::optional<base::UtcTime> overdue{};
};

/// The challenge's route in the app's vhost.
struct Route {
    bool is_new = false;    ///< there was none before this run
    bool is_stale = false;  ///< taken off after the app was changed meanwhile
};

/// What became of the new pair at nginx.
struct Serving {
    /// The vhost when Dokku was about to rebuild it, in a run whose Request::on_pair_installed was
    /// called.
    std::optional<base::FileStamp> vhost_before{};
    base::Result<void> rebuilt{};  ///< the vhost, if this run had that done
    std::vector<ServedName> names{};
};

/// One certificate on its way: what is wanted, what is in place, and what the steps of its flow
/// (lifecycle/certificate_flow.h) have come to.
class IssueJob {
  public:
    explicit IssueJob(Wanted what)
        : ca(set_ca(what.settings, what.options.lego)),
          wanted_(std::make_unique<const Wanted>(std::move(what))) {}

    const Wanted& wanted() const { return *wanted_; }
    const dokku::AppName& app() const { return wanted_->app; }
    const settings::Settings& settings() const { return wanted_->settings; }
    const LegoOptions& lego() const { return wanted_->options.lego; }

    Present present;
    Need need = Need::renewal;
    WantedNames names;
    ChosenCa ca;
    Hold hold;
    Route route;
    std::map<std::string, dns::Addresses, std::less<>> addresses;  ///< where the names lead
    std::unique_ptr<DnsChallenges> records;                        ///< for DNS-01
    std::optional<crypto::PrivateKey> key;                         ///< of the certificate to be
    std::optional<acme::IssuedCertificate> issued;
    Serving serving;
    bool ca_is_in_backoff = false;  ///< it asked not to be asked at all for a while

    /// Is it still on its way, or at its end with a certificate?
    bool alive() const { return std::holds_alternative<UnderWay>(outcome_); }
    bool has_nothing_to_do() const { return std::holds_alternative<NothingToDo>(outcome_); }
    bool is_left_to_other() const;
    /// Why there is no certificate; null if that has not failed.
    const acme::Failure* failure() const;
    /// Of the failure; "" without one.
    std::string_view cause() const;

    void fail(std::string_view why, base::Error error);
    void fail(acme::Failure with, std::string_view why);
    /// With the cause that the failure has.
    void fail(acme::Failure with);
    void end_without_order() { outcome_ = NothingToDo{}; }
    /// A failure stays one, which that other run records.
    void leave_to_other();
    /// A failure that is overcome is none.
    void go_on() { outcome_ = UnderWay{}; }

    /// The pair in place is ours and has exactly the names that are ordered.
    bool has_same_names() const;
    bool covers(std::string_view name) const { return present.covers(name); }
    /// Takes a name out of the order.
    void defer(std::string_view name, std::string_view why, base::Error reason);
    /// Takes the deferred and excluded names out; none left is a failure with the first one's
    /// cause.
    void drop_deferred();

  private:
    std::unique_ptr<const Wanted> wanted_;
    Outcome outcome_;
};

/// What the app's state has of the job's certificate.
inline store::CertificateState& own_state(store::AppState& state, const IssueJob& job) {
    return store::certificate_of(state, job.wanted().certificate);
}
inline const store::CertificateState& own_state(const store::AppState& state, const IssueJob& job) {
    return store::certificate_of(state, job.wanted().certificate);
}

}  // namespace ca
