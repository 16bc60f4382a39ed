// The state of an app: what parses is written and read back the same.

#include "store/app_state.h"

#include "fuzz/fuzz_target.h"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto state = store::parse_app_state(fuzz::as_text(data, size));
    if (!state) return 0;
    const base::Secret text = store::to_text(*state);
    const auto again = store::parse_app_state(text.reveal());
    fuzz::expect(again.has_value());
    fuzz::expect(store::to_text(*again).reveal() == text.reveal());
    return 0;
}
