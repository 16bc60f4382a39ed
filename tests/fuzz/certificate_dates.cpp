// The DER walk, on bytes rather than base64, so that the fuzzer sees the structure.

#include "base/certificate_dates.h"

#include <string>

#include "base/base64.h"
#include "base/certificate_names.h"
#include "fuzz/fuzz_target.h"

namespace {

std::string to_pem(std::string_view der) {
    std::string text = base::to_base64url(der);
    for (char& c : text) {
        if (c == '-') c = '+';
        if (c == '_') c = '/';
    }
    text.append((4 - text.size() % 4) % 4, '=');
    return "-----BEGIN CERTIFICATE-----\n" + text + "\n-----END CERTIFICATE-----\n";
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto der = fuzz::as_text(data, size);
    if (const auto dates = base::read_certificate_dates(to_pem(der))) {
        fuzz::expect(base::to_rfc3339(dates->not_before).size() == 20);
        fuzz::expect(base::to_rfc3339(dates->not_after).size() == 20);
    }
    if (const auto names = base::read_certificate_names(to_pem(der))) {
        static_cast<void>(base::covers(*names, "www.example.test"));
    }
    static_cast<void>(base::read_certificate_dates(der));
    return 0;
}
