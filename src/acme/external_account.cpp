#include "acme/external_account.h"

#include <array>
#include <string_view>

#include "base/base64.h"
#include "base/text.h"
#include "crypto/digest.h"
#include "json/writer.h"

namespace acme {
namespace {

struct Mac {
    std::string_view name;
    std::string (*sign)(std::string_view key, std::string_view text);
};

/// In the order of MacAlgorithm.
constexpr std::array kMacs{Mac{"HS256", &crypto::hmac_sha256}, Mac{"HS384", &crypto::hmac_sha384},
                           Mac{"HS512", &crypto::hmac_sha512}};

}  // namespace

base::Result<std::string> make_binding(const ExternalAccount& external,
                                       const crypto::PrivateKey& account_key,
                                       const std::string& new_account_url) {
    auto decoded = base::parse_base64url(base::trim(external.hmac_key.reveal()));
    const base::Secret hmac_key{decoded ? std::move(*decoded) : std::string{}};
    if (hmac_key.empty()) {
        return base::fail(base::ErrorKind::invalid_input,
                          "The HMAC key of the external account is not in base64url",
                          {"Copy it once more from the CA's page."});
    }
    const Mac& mac = kMacs.at(static_cast<std::size_t>(external.algorithm));
    json::Writer header;
    header.begin_object().member("alg", mac.name);
    header.member("kid", std::string_view{external.key_id});
    header.member("url", std::string_view{new_account_url}).end_object();
    const std::string protected_part = base::to_base64url(header.text());
    const std::string payload = base::to_base64url(account_key.public_jwk());
    const std::string signature =
        base::to_base64url(mac.sign(hmac_key.reveal(), protected_part + "." + payload));
    json::Writer jws;
    jws.begin_object().member("protected", std::string_view{protected_part});
    jws.member("payload", std::string_view{payload});
    jws.member("signature", std::string_view{signature}).end_object();
    return jws.text();
}

}  // namespace acme
