#include "acme/external_account.h"

#include "base/base64.h"
#include "base/text.h"
#include "crypto/digest.h"
#include "json/writer.h"

namespace acme {
namespace {

std::string_view to_string(MacAlgorithm algorithm) {
    switch (algorithm) {
        case MacAlgorithm::hs256:
            return "HS256";
        case MacAlgorithm::hs384:
            return "HS384";
        case MacAlgorithm::hs512:
            break;
    }
    return "HS512";
}

std::string sign(MacAlgorithm algorithm, std::string_view key, std::string_view text) {
    switch (algorithm) {
        case MacAlgorithm::hs256:
            return crypto::hmac_sha256(key, text);
        case MacAlgorithm::hs384:
            return crypto::hmac_sha384(key, text);
        case MacAlgorithm::hs512:
            break;
    }
    return crypto::hmac_sha512(key, text);
}

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
    json::Writer header;
    header.begin_object().member("alg", to_string(external.algorithm));
    header.member("kid", std::string_view{external.key_id});
    header.member("url", std::string_view{new_account_url}).end_object();
    const std::string protected_part = base::to_base64url(header.text());
    const std::string payload = base::to_base64url(account_key.public_jwk());
    const std::string signature = base::to_base64url(
        sign(external.algorithm, hmac_key.reveal(), protected_part + "." + payload));
    json::Writer jws;
    jws.begin_object().member("protected", std::string_view{protected_part});
    jws.member("payload", std::string_view{payload});
    jws.member("signature", std::string_view{signature}).end_object();
    return jws.text();
}

}  // namespace acme
