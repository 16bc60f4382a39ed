// Text from outside, made safe for one line of a terminal: no control byte, and stable.

#include "base/text.h"
#include "fuzz/fuzz_target.h"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto text = fuzz::as_text(data, size);
    const auto shown = base::printable(text, 200);
    fuzz::expect(shown.size() <= 203);
    for (const char c : shown) {
        const auto byte = static_cast<unsigned char>(c);
        fuzz::expect(byte >= 0x20 && byte != 0x7f);
    }
    fuzz::expect(base::printable(shown, 203) == shown);
    return 0;
}
