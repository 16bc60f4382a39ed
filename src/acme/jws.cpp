#include "acme/jws.h"

#include <fmt/format.h>

#include "base/base64.h"
#include "json/writer.h"

namespace acme {

base::Result<std::string> sign_jws(const crypto::PrivateKey& key, const JwsHeader& header,
                                   std::string_view payload) {
    json::Writer fields;
    fields.begin_object().member("alg", std::string_view(key.jws_algorithm()));
    if (header.kid.empty()) {
        fields.key("jwk").raw(key.public_jwk());
    } else {
        fields.member("kid", std::string_view(header.kid));
    }
    if (!header.nonce.empty()) fields.member("nonce", std::string_view(header.nonce));
    fields.member("url", std::string_view(header.url)).end_object();

    const std::string signing_input =
        fmt::format("{}.{}", base::to_base64url(fields.text()), base::to_base64url(payload));
    auto signature = key.sign_jws(signing_input);
    if (!signature) return std::move(signature).error();
    const std::string_view input = signing_input;
    const std::size_t dot = input.find('.');
    json::Writer jws;
    jws.begin_object()
        .member("protected", input.substr(0, dot))
        .member("payload", input.substr(dot + 1))
        .member("signature", std::string_view(base::to_base64url(*signature)))
        .end_object();
    return jws.text();
}

}  // namespace acme
