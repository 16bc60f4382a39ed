#include "crypto/asn1_value.h"

#include <ctime>

#include <openssl/x509v3.h>

#include "crypto/octets.h"

namespace crypto {

std::string to_string(const unsigned char* bytes, int length) {
    if (bytes == nullptr || length <= 0) return {};
    return std::string{text_of(bytes, static_cast<std::size_t>(length))};
}

std::string to_string(const ASN1_STRING* text) {
    return to_string(ASN1_STRING_get0_data(text), ASN1_STRING_length(text));
}

std::optional<base::UtcTime> to_utc_time(const ASN1_TIME* time) {
    std::tm fields{};
    if (ASN1_TIME_to_tm(time, &fields) != 1) return std::nullopt;
    return base::make_utc_time(fields.tm_year + 1900, fields.tm_mon + 1, fields.tm_mday,
                               fields.tm_hour, fields.tm_min, fields.tm_sec);
}

std::vector<std::string> uris_of(const DIST_POINT_NAME* name) {
    constexpr int kFullName = 0;
    std::vector<std::string> uris;
    if (name == nullptr || name->type != kFullName) return uris;
    for (int i = 0; i < sk_GENERAL_NAME_num(name->name.fullname); ++i) {
        int type = 0;
        const void* value =
            GENERAL_NAME_get0_value(sk_GENERAL_NAME_value(name->name.fullname, i), &type);
        if (type == GEN_URI) uris.push_back(to_string(static_cast<const ASN1_STRING*>(value)));
    }
    return uris;
}

}  // namespace crypto
