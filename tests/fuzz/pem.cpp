// Blocks lie inside the text, in order, and begin and end as they must.

#include "base/pem.h"

#include "fuzz/fuzz_target.h"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto text = fuzz::as_text(data, size);
    const auto blocks = base::pem_blocks(text, "CERTIFICATE");
    const char* end = text.data();
    for (const auto block : blocks) {
        fuzz::expect(block.data() >= end);
        end = block.data() + block.size();
        fuzz::expect(end <= text.data() + text.size());
        fuzz::expect(block.starts_with("-----BEGIN CERTIFICATE-----"));
        fuzz::expect(block.ends_with("-----END CERTIFICATE-----"));
        static_cast<void>(base::pem_to_der(block));
    }
    fuzz::expect(base::first_certificate(text) == (blocks.empty() ? "" : blocks.front()));
    static_cast<void>(base::pem_to_der(text));
    return 0;
}
