#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "acme/certificate_chain.h"
#include "acme/failure.h"
#include "base/folder.h"
#include "base/lock.h"
#include "ca/dns_challenges.h"
#include "ca/lego_options.h"
#include "ca/names.h"
#include "ca/session.h"
#include "crypto/private_key.h"
#include "dns/addresses.h"
#include "dokku/app.h"
#include "settings/settings.h"
#include "store/app_state.h"
#include "store/cause.h"

namespace ca {

/// A wanted name that is not ordered, and why.
struct DeferredName {
    std::string name;
    std::string_view cause;  ///< of store/cause.h
    base::Error reason;
    bool refused_by_ca = false;  ///< a validation was spent on it
};

/// A name after the new pair was loaded.
struct ServedName {
    std::string name;
    std::string_view cause{};  ///< empty: nginx was seen to serve the certificate
    std::string reason{};
};

/// One app on its way to a certificate. A run has one or many; each phase of it works on all that
/// have not failed.
struct IssueJob {
    IssueJob(dokku::AppName app_name, settings::Settings resolved, std::vector<std::string> stored)
        : app(std::move(app_name)),
          settings(std::move(resolved)),
          options(read_options(settings)),
          domains(std::move(stored)) {}

    dokku::AppName app;
    settings::Settings settings;
    AppOptions options;
    std::vector<std::string> domains;    ///< as stored: for files and hash
    std::vector<dns::DnsName> names;     ///< that go into the certificate
    std::vector<DeferredName> deferred;  ///< wanted, but not now
    std::vector<std::string> waiting;    ///< wanted, and not to be looked at before their own time
    std::string lego_command;
    std::string hash;

    std::optional<store::Owner>
        pair_owner;  ///< of the pair in `tls/` as the run began; none: no pair
    std::optional<std::string> live_chain;  ///< tls/server.crt as preflight saw it
    std::vector<std::string> covered;       ///< by the pair in place, if that is ours
    std::optional<base::UtcTime> covered_until;
    std::string live_fingerprint;    ///< of the pair in place, if that is ours
    std::string renewal_id;          ///< its name in newOrder's `replaces` (RFC 9773); "" for none
    bool revoked = false;            ///< it is, by its CA
    bool only_growth = false;        ///< due for no other reason (renewal/rule.h)
    bool interrupted = false;        ///< an earlier run left its journal behind
    bool is_good_otherwise = false;  ///< but for that it would be due for growth at most
    bool route_is_new = false;       ///< there was none before this run

    std::map<std::string, dns::Addresses, std::less<>> addresses;  ///< where the names lead
    std::unique_ptr<DnsChallenges> records;                        ///< for DNS-01
    std::optional<base::FileLock> lock;
    std::optional<base::Folder> seen;    ///< the app's folder when its domains were read
    std::optional<base::Folder> folder;  ///< the same, from the claim on (claim.h)
    CaSession* ca = nullptr;
    std::optional<crypto::PrivateKey> key;  ///< of the certificate to be
    std::optional<acme::IssuedCertificate> issued;
    std::optional<acme::Failure> failure;  ///< why this app got no certificate
    std::string_view cause;                ///< of the failure
    bool was_off = false;                  ///< by `disable`, when the run began
    bool was_enabled = false;              ///< when it was claimed
    bool unused = false;                   ///< a custom pair is served; ours is only kept good
    bool nothing_to_do = false;            ///< there is nothing to order after all
    bool ca_is_in_backoff = false;         ///< it asked not to be asked at all for a while
    bool is_fallback = false;              ///< ordered at the fallback server
    bool left_to_other = false;            ///< another run has the app's lock now: it records
    bool route_is_stale = false;           ///< taken off after the app was changed meanwhile
    /// When others are to look after this run, if it lasts so long.
    std::optional<base::UtcTime> overdue{};
    /// The vhost when Dokku was about to rebuild it, in a run whose Request::on_pair_installed was
    /// called.
    std::optional<base::FileStamp> vhost_before;
    base::Result<void> rebuilt{};  ///< the vhost, if this run had that done
    std::vector<ServedName> served;

    /// Is this app still on its way?
    bool alive() const { return !failure.has_value() && !nothing_to_do; }
    void fail(std::string_view why, base::Error error) {
        failure = acme::Failure{std::move(error), std::nullopt, settings.server.computed};
        cause = why;
    }
    void fail(acme::Failure with);

    /// The pair in place is ours and has exactly the names that are ordered.
    bool has_same_names() const;
    bool covers(std::string_view name) const;
    /// Takes a name out of the order.
    void defer(std::string_view name, std::string_view why, base::Error reason);
    /// Takes the deferred names out; none left is a failure with the first one's cause.
    void drop_deferred();
};

}  // namespace ca
