#include "acme/key_authorization.h"

#include "base/base64.h"
#include "crypto/digest.h"

namespace acme {

KeyAuthorization::KeyAuthorization(const Token& token, std::string_view thumbprint)
    : text_(token.text() + "." + std::string(thumbprint)) {}

std::string KeyAuthorization::dns_value() const {
    return base::to_base64url(crypto::sha256(text_));
}

}  // namespace acme
