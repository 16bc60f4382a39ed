// state/due: what is believed is written and read back the same, and no app is due before the time
// in its first line.

#include "store/due_index.h"

#include "fuzz/fuzz_target.h"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text = fuzz::as_text(data, size);
    const auto head = store::parse_due_head(text);
    const auto due = store::parse_due_index(text);
    if (!due) return 0;
    fuzz::expect(head.has_value());
    fuzz::expect(head->earliest.has_value() || due->empty());
    for (const auto& [app, at] : *due)
        fuzz::expect(*head->earliest <= at);
    fuzz::expect(store::parse_due_index(store::to_text(*due)) == due);
    return 0;
}
