#include "store/certificate_state.h"

#include <algorithm>
#include <array>
#include <utility>

namespace store {
namespace {

constexpr std::array<std::pair<NameStatus, std::string_view>, 8> kStatuses{{
    {NameStatus::pending_dns, "pending-dns"},
    {NameStatus::creating, "creating"},
    {NameStatus::installed, "installed"},
    {NameStatus::in_use, "in-use"},
    {NameStatus::not_used, "not-used"},
    {NameStatus::action_required, "action-required"},
    {NameStatus::failed, "failed"},
    {NameStatus::disabled, "disabled"},
}};

}  // namespace

std::string_view to_text(NameStatus status) {
    const auto entry = std::find_if(kStatuses.begin(), kStatuses.end(),
                                    [&](const auto& one) { return one.first == status; });
    return entry == kStatuses.end() ? "" : entry->second;
}

std::optional<NameStatus> parse_name_status(std::string_view text) {
    const auto entry = std::find_if(kStatuses.begin(), kStatuses.end(),
                                    [&](const auto& one) { return one.second == text; });
    if (entry == kStatuses.end()) return std::nullopt;
    return entry->first;
}

const NameState* find_name(const CertificateState& state, std::string_view name) {
    const auto found = std::find_if(state.names.begin(), state.names.end(),
                                    [&](const NameState& one) { return one.name == name; });
    return found == state.names.end() ? nullptr : &*found;
}

std::string renewal_explanation(const CertificateState& state) {
    const bool is_known = state.installed && state.renewal &&
                          state.renewal->fingerprint == state.installed->fingerprint;
    return is_known ? state.renewal->explanation_url : std::string{};
}

NameState* find_name(CertificateState& state, std::string_view name) {
    const auto found = std::find_if(state.names.begin(), state.names.end(),
                                    [&](const NameState& one) { return one.name == name; });
    return found == state.names.end() ? nullptr : &*found;
}

}  // namespace store
