#include "crypto/openssl_error.h"

#include <stdexcept>

#include <openssl/err.h>

namespace crypto {

void clear_openssl_errors() {
    ERR_clear_error();
}

std::string take_openssl_reason() {
    const unsigned long code = ERR_get_error();
    ERR_clear_error();
    const char* reason = code == 0 ? nullptr : ERR_reason_error_string(code);
    return reason == nullptr ? "unknown reason" : reason;
}

base::Error take_openssl_error(base::ErrorKind kind, std::string_view what) {
    return base::Error{kind, std::string{what} + ": " + take_openssl_reason(), std::nullopt, {}};
}

void throw_openssl_error(std::string_view what) {
    throw std::runtime_error(std::string{what} + ": " + take_openssl_reason());
}

}  // namespace crypto
