#include "acme/revocation.h"

#include <array>
#include <string>
#include <utility>

#include "base/base64.h"
#include "base/text.h"
#include "json/writer.h"

namespace acme {

std::optional<RevocationReason> parse_revocation_reason(std::string_view word) {
    constexpr std::array<std::pair<std::string_view, RevocationReason>, 5> kReasons{{
        {"unspecified", RevocationReason::unspecified},
        {"keyCompromise", RevocationReason::key_compromise},
        {"affiliationChanged", RevocationReason::affiliation_changed},
        {"superseded", RevocationReason::superseded},
        {"cessationOfOperation", RevocationReason::cessation_of_operation},
    }};
    for (const auto& [name, reason] : kReasons) {
        const bool same_number = base::parse_integer(word) == static_cast<int>(reason);
        if (base::to_lower(word) == base::to_lower(name) || same_number) return reason;
    }
    return std::nullopt;
}

async::Task<Outcome<void>> revoke_certificate(Client& client, std::string der,
                                              RevocationReason reason, RevocationSigner signer) {
    const std::string& url = client.directory().revoke_cert;
    if (url.empty()) {
        co_return fail(base::ErrorKind::not_found, client.name() + " offers no revocation",
                       client.directory().url);
    }
    json::Writer payload;
    payload.begin_object().member("certificate", base::to_base64url(der));
    payload.key("reason").integer(static_cast<int>(reason));
    payload.end_object();
    auto request = signer == RevocationSigner::account ? client.post(url, payload.text())
                                                       : client.post_with_key(url, payload.text());
    const auto response = co_await request;
    if (response || response.error().is("alreadyRevoked")) co_return Outcome<void>{};
    co_return outcome_of<void>(RequestKind::revocation, response.error());
}

}  // namespace acme
