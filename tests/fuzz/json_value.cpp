// A JSON text of any kind: what parses is written and read back the same.

#include "fuzz/fuzz_target.h"
#include "json/value.h"

namespace {

std::size_t count(const json::Value& value) {
    std::size_t nodes = 1;
    for (const auto& [name, member] : value.members()) {
        fuzz::expect(value.find(name).has_value());
        nodes += count(member);
    }
    for (const auto& element : value.elements())
        nodes += count(element);
    return nodes;
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto value = json::Value::parse(fuzz::as_text(data, size));
    if (!value) return 0;
    const auto again = json::Value::parse(value->to_text());
    fuzz::expect(again.has_value());
    fuzz::expect(again->to_text() == value->to_text());
    fuzz::expect(count(*again) == count(*value));
    return 0;
}
