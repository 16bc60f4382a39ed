// Bytes survive the round trip; a text that is read is the only one for its bytes.

#include "base/base64.h"
#include "fuzz/fuzz_target.h"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    auto text = fuzz::as_text(data, size);
    fuzz::expect(base::parse_base64url(base::to_base64url(text)) == text);
    if (const auto bytes = base::parse_base64url(text)) {
        while (text.ends_with('='))
            text.remove_suffix(1);
        fuzz::expect(base::to_base64url(*bytes) == text);
    }
    static_cast<void>(base::parse_base64(text));
    return 0;
}
