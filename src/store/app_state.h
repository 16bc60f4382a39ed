#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/secret.h"
#include "base/utc_time.h"
#include "store/certificate_id.h"
#include "store/certificate_state.h"

namespace store {

/// What we know of one app beyond what its files say, and of its certificate `app`
/// (docs/design.md 5.4).
struct AppState : CertificateState {
    bool enabled = false;
    bool switched_off = false;  ///< by `disable` or `revoke`: outranks a host's auto-issue
    /// Its file was found damaged; as long as the app was not switched on or off since, no run
    /// knows whether it is enabled.
    std::optional<base::UtcTime> damaged;
    /// When the retry job is to look at the app again; see LocalStore::due_head. The earliest of
    /// what the app waits for (store/waits.h).
    std::optional<base::UtcTime> due;
    /// The graceperiod of which was said that the scheduled run cuts it.
    std::optional<std::chrono::seconds> clamped_graceperiod;
    /// Of vhost and pair, where a rebuild has left the vhost without https (serving/load_again.h).
    std::string plain_vhost{};
    /// Those beside the certificate `app`.
    std::map<CertificateId, CertificateState> further{};

    bool is_unknown() const { return damaged && !enabled && !switched_off; }
};

/// The latest form of a state that this version knows. Form 2 is form 1 with further certificates;
/// it says so in a member of its own, so that a version that knows form 1 alone reads what it has
/// of the certificate `app`. One of a later form is refused: what this version would leave out of
/// it would be lost.
inline constexpr std::int64_t kStateForm = 2;

/// The state of one certificate of the app; of a further one that is not there yet it is made.
CertificateState& certificate_of(AppState& state, const CertificateId& id);
/// The same; of one that is not there nothing is known.
const CertificateState& certificate_of(const AppState& state, const CertificateId& id);

template <class Visitor>
void for_each_certificate(AppState& state, Visitor visit) {
    visit(static_cast<CertificateState&>(state));
    for (auto& [id, certificate] : state.further)
        visit(certificate);
}
template <class Visitor>
void for_each_certificate(const AppState& state, Visitor visit) {
    visit(static_cast<const CertificateState&>(state));
    for (const auto& [id, certificate] : state.further)
        visit(certificate);
}

/// Is the certificate in use one of ours, which is renewed?
bool is_renewed(const AppState& state);

/// `protocol` if the text is no JSON object, `invalid_input` if it is of a later form. Members that
/// are missing or of another type are as if nothing were known of them.
base::Result<AppState> parse_app_state(std::string_view text);
base::Secret to_text(const AppState& state);

}  // namespace store
