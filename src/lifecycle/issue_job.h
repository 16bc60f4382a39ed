#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "acme/failure.h"
#include "acme/order_flow.h"
#include "base/lock.h"
#include "crypto/private_key.h"
#include "dokku/app.h"
#include "dokku/settings.h"
#include "lifecycle/ca_session.h"
#include "lifecycle/dns_challenges.h"
#include "lifecycle/lego_options.h"
#include "lifecycle/names.h"

namespace lifecycle {

/// Who owns what `tls/` holds before we start.
enum class Predecessor {
    none,    ///< no pair
    ours,    ///< issued by us or by the official plugin
    custom,  ///< installed by a person
};

/// One app on its way to a certificate. A run has one or many; each phase of it works on all that
/// have not failed.
struct IssueJob {
    IssueJob(dokku::AppName app_name, dokku::Settings resolved, std::vector<std::string> stored)
        : app(std::move(app_name)),
          settings(std::move(resolved)),
          options(read_options(settings)),
          domains(std::move(stored)) {}

    dokku::AppName app;
    dokku::Settings settings;
    AppOptions options;
    std::vector<std::string> domains;  ///< as stored: for files and hash
    std::vector<dns::DnsName> names;   ///< that go into the certificate
    std::string config_line;
    std::string hash;

    Predecessor predecessor = Predecessor::none;
    std::optional<std::string> live_chain;  ///< tls/server.crt as preflight saw it
    bool same_names = false;                ///< the pair in place is ours and has exactly `names`
    bool interrupted = false;               ///< an earlier run left its journal behind
    bool route_is_new = false;              ///< there was none before this run

    std::unique_ptr<DnsChallenges> records;  ///< for DNS-01
    std::optional<base::FileLock> lock;
    CaSession* ca = nullptr;
    std::optional<crypto::PrivateKey> key;  ///< of the certificate to be
    std::optional<acme::IssuedCertificate> issued;
    std::optional<acme::Failure> failure;  ///< why this app got no certificate

    bool alive() const { return !failure.has_value(); }
    void fail(base::Error error) {
        failure = acme::Failure{std::move(error), std::nullopt, settings.server.computed};
    }
};

}  // namespace lifecycle
