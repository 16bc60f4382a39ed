#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/process_identity.h"
#include "base/result.h"
#include "base/secret.h"
#include "base/utc_time.h"

namespace store {

/// Who put the certificate into `tls/`.
enum class Owner {
    ours,    ///< this plugin, or the official one
    custom,  ///< an operator
};

/// The pair last seen in an app's `tls/`.
struct InstalledPair {
    std::string fingerprint;  ///< SHA-256 of the leaf's DER, lower-case hex; "" if not computed yet
    Owner owner = Owner::ours;
    base::UtcTime not_after;
    std::optional<base::UtcTime> not_before{};  ///< of ours
    std::string server{};      ///< the CA's directory URL; "" where another program ordered it
    std::string account{};     ///< URL of the account that ordered it; likewise
    bool by_fallback = false;  ///< the fallback server stood in for the one that was set
};

/// What the CA says about when one certificate is to be renewed (RFC 9773).
struct RenewalPlan {
    std::string fingerprint;                      ///< of that certificate
    std::optional<base::UtcTime> start;           ///< of the CA's window; nothing if it named none
    std::optional<base::UtcTime> end;             //
    std::optional<base::UtcTime> moment;          ///< chosen once in the window, by chance
    std::optional<base::UtcTime> next_ask;        ///< not before this time
    std::string explanation_url;                  ///< why the window was moved, if the CA tells
    int failures = 0;                             ///< to ask, in a row
    std::optional<base::UtcTime> next_ask_set{};  ///< when next_ask was written (store/waits.h)
};

/// How the last try to issue ended.
struct Attempt {
    base::UtcTime at;
    bool issued = false;
    std::string message;  ///< why not; empty if it was issued
    /// The CA's problem document (RFC 8555 section 6.7); what is no JSON is not kept.
    std::string problem;
};

/// The journal of a running order: what a killed run needs to go on instead of ordering again.
struct RunningOrder {
    std::string url;            ///< empty until the CA was asked; so are account and key
    std::string directory_url;  ///< of the CA that has it
    std::string account_url;
    std::string hash;  ///< of the configuration that it is for
    std::vector<std::string> names;
    base::Secret key_pem;  ///< of the certificate to be
    /// When the CA was asked for it; an older release did not write it down.
    std::optional<base::UtcTime> ordered{};
    /// What the CA issued, where it could not be installed yet: by this host's clock it is not
    /// valid. Both empty otherwise.
    std::string chain_pem{};
    std::string certificate_url{};
};

/// The run that is at work for a certificate. One that was killed leaves it behind.
struct Claim {
    base::ProcessIdentity run;
    bool is_typed = false;  ///< an operator waits for it

    friend bool operator==(const Claim&, const Claim&) = default;
};

/// The life of a name (docs/design.md 2.1).
enum class NameStatus {
    pending_dns,
    creating,
    installed,
    in_use,
    not_used,
    action_required,
    failed,
    disabled,
};

/// `pending-dns`, `in-use`, ...
std::string_view to_text(NameStatus status);
std::optional<NameStatus> parse_name_status(std::string_view text);

/// One wanted name of an app.
struct NameState {
    std::string name;  ///< as ordered; as stored if it cannot be ordered
    NameStatus status = NameStatus::creating;
    std::string cause;    ///< a name that `letsencrypt:explain` knows, or ""
    std::string reason;   ///< what was seen, one line; "" without a cause
    base::UtcTime since;  ///< has this status and cause
    int failures = 0;     ///< tries in a row that ended so
    std::optional<base::UtcTime> next_try;
    std::optional<base::UtcTime> not_before;  ///< that the CA asked for
    std::vector<base::UtcTime> refusals;      ///< validations that the CA refused in the last day
    /// Since when the name itself could not be certified, whatever the causes were by turns.
    std::optional<base::UtcTime> failing_since{};
    std::optional<base::UtcTime> next_try_set{};  ///< when next_try was written (store/waits.h)
};

/// What we know of one certificate of an app, and of what it is to become.
struct CertificateState {
    /// When the retry job is to renew the certificate in use.
    std::optional<base::UtcTime> renew_at;
    std::vector<NameState> names;
    std::optional<InstalledPair> installed;
    std::optional<RenewalPlan> renewal;
    std::optional<base::UtcTime> ca_fails_since;  ///< the app's own CA, without a success since
    std::string revoked;  ///< fingerprint of the certificate that was revoked last
    /// The CA's list of revoked certificates is not read for the app before this time.
    std::optional<base::UtcTime> next_crl_check;
    std::optional<base::UtcTime> next_crl_check_set;  ///< when that was written (store/waits.h)
    std::string verified_pair_stamp;   ///< tls::stamp_pair of the pair that was last found valid
    std::vector<std::string> covered;  ///< names of our certificate
    std::optional<Attempt> last_attempt;
    std::optional<RunningOrder> order;
    std::optional<Claim> claim{};
};

/// The URL at which its CA explains the renewal window of the certificate in use; "" for none.
std::string renewal_explanation(const CertificateState& state);

NameState* find_name(CertificateState& state, std::string_view name);
const NameState* find_name(const CertificateState& state, std::string_view name);

}  // namespace store
