#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/secret.h"

namespace settings {

inline constexpr std::int64_t kDefaultConcurrency = 16;
inline constexpr std::int64_t kMostConcurrency = 64;
inline constexpr std::chrono::seconds kDefaultGraceperiod{2'592'000};
inline constexpr std::chrono::seconds kDefaultIssuePatience{90};

/// One property in the three forms that a report shows.
struct Setting {
    std::string app;       ///< as set for the app, else ""
    std::string global;    ///< as set with --global, else ""
    std::string computed;  ///< what holds: resolved and with its default
};

/// The properties of an app, resolved as the table in properties.h says. Of the host: `app` is ""
/// throughout.
struct Settings {
    Setting dns_provider;  ///< computed: "" means HTTP-01
    Setting email;         ///< computed: "" means not set; `none` means an account without contact
    Setting graceperiod;   ///< seconds, as text
    Setting lego_args;
    Setting lego_docker_options;
    Setting server;  ///< computed: the URL of the ACME directory
    Setting dns_resolvers;
    Setting challenge_route;     ///< computed: `momentary` or `permanent`
    Setting auto_issue;          ///< `true`, `false`, or "" where it is not set
    Setting auto_issue_timeout;  ///< seconds, as text
    Setting preflight;           ///< computed: `on` or `off`
    Setting rehearse;            ///< computed: `true`, `false`, or the URL of an ACME directory
    Setting renew_unused;        ///< computed: `true` or `false`
    Setting profile;             ///< of the CA's certificates; computed: "" lets the CA choose
    Setting key_type;            ///< of new certificates; computed: "" keeps what is there
    Setting reuse_key;           ///< computed: `true`, `false`, or "" where it is not set
    Setting preferred_chain;     ///< common name of the topmost issuer; computed: "" is the CA's
    Setting fallback_server;     ///< computed: the URL of an ACME directory, or "" for none
    Setting eab_kid;             ///< of the external account that the CA's account is bound to
    Setting eab_algorithm;       ///< computed: `HS256`, `HS384` or `HS512`
    Setting eab_hmac_key;        ///< its MAC key, base64url; a secret
    Setting renew_concurrency;   ///< of the host: orders in flight at once, as text
    std::vector<std::string> excluded;  ///< domains and patterns; see exclusions.h
    /// NAME to value for each `dns-provider-NAME`: the environment of the DNS provider.
    std::map<std::string, Setting> dns_variables;

    bool has_email() const { return !email.computed.empty(); }
    /// The address for the CA; "" if there is to be none.
    std::string contact() const;
    /// What names the account's folder: the address, or `noemail@example.com` for `none`.
    std::string account_email() const;

    bool uses_dns() const { return !dns_provider.computed.empty(); }
    bool has_permanent_route() const { return challenge_route.computed == "permanent"; }

    bool has_preflight() const { return preflight.computed != "off"; }
    bool renews_unused() const { return renew_unused.computed == "true"; }
    /// How long `domains:add` waits for a certificate.
    std::chrono::seconds issue_patience() const;

    /// From 1 to kMostConcurrency.
    std::size_t concurrency() const;

    bool graceperiod_was_set() const {
        return !graceperiod.app.empty() || !graceperiod.global.empty();
    }
    /// Whole seconds; `invalid_input` if something else was stored by hand.
    base::Result<std::chrono::seconds> renewal_margin() const;
    /// The graceperiod where an operator has set it and it can be read; else the lifetime decides.
    std::optional<std::chrono::seconds> set_graceperiod() const;

    /// The words of lego-args and lego-docker-options, split at blanks, no quoting.
    std::vector<std::string> lego_words() const;
    std::vector<std::string> docker_words() const;

    /// What the official plugin hands to the DNS provider as docker.env (docs/dokku.md 10.1):
    /// `NAME=value` lines, the host's first. Empty unless DNS-01.
    base::Secret docker_env() const;
};

/// Are changes of its domains, deploys and removed certificates to start an issue for an app? The
/// app's own `auto-issue` outranks `disable`, which outranks the host's; where neither is set, an
/// app that is enabled counts (docs/design.md 1.2).
bool issues_by_itself(const Settings& settings, bool enabled, bool switched_off);

/// Reads a graceperiod: whole seconds, "" is the default. `invalid_input` otherwise.
base::Result<std::chrono::seconds> parse_graceperiod(std::string_view value);

/// The address of a name server.
struct ResolverAddress {
    std::string ip;
    std::uint16_t port = 53;

    friend bool operator==(const ResolverAddress&, const ResolverAddress&) = default;
};

/// Reads the value of `dns-resolvers`: addresses `IP`, `IPv4:port` or `[IPv6]:port`, separated by
/// commas or blanks. `invalid_input` names the one that is none.
base::Result<std::vector<ResolverAddress>> parse_resolvers(std::string_view value);

}  // namespace settings
