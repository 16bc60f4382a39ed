// What a CA sends as a chain, in PEM.

#include "base/certificate_dates.h"
#include "crypto/certificate.h"
#include "fuzz/fuzz_target.h"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto text = fuzz::as_text(data, size);
    const auto chain = crypto::parse_chain_pem(text);
    if (!chain) return 0;
    fuzz::expect(!chain->empty());
    for (const auto& certificate : *chain) {
        fuzz::expect(certificate.fingerprint().size() == 64);
        fuzz::expect(!certificate.serial_der().empty());
        for (const auto& name : certificate.names()) {
            // A DNS entry that spells an IPv6 address in an unusual way equals no address.
            fuzz::expect(name.find(':') != std::string::npos || certificate.covers(name));
        }
        static_cast<void>(certificate.subject_common_name());
        static_cast<void>(certificate.issuer_common_name());
        static_cast<void>(certificate.authority_key_identifier());
    }
    // The two readers of the dates must agree wherever both can read.
    if (const auto dates = base::read_certificate_dates(text)) {
        fuzz::expect(dates->not_before == chain->front().not_before());
        fuzz::expect(dates->not_after == chain->front().not_after());
    }
    return 0;
}
