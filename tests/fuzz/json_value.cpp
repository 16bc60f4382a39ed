// A JSON text of any kind: what parses is written and read back the same.

#include "fuzz/fuzz_target.h"
#include "json/value.h"

namespace {

/// Equal but for numbers with a fraction or exponent: these may come out one unit beside
/// themselves, and nothing in this project reads any.
void expect_same(const json::Value& one, const json::Value& other) {
    fuzz::expect(one.as_string() == other.as_string());
    fuzz::expect(one.as_integer() == other.as_integer());
    fuzz::expect(one.as_bool() == other.as_bool());
    fuzz::expect(one.is_null() == other.is_null());
    const auto members = one.members();
    const auto other_members = other.members();
    fuzz::expect(members.size() == other_members.size());
    for (std::size_t i = 0; i < members.size(); ++i) {
        fuzz::expect(members[i].first == other_members[i].first);
        fuzz::expect(one.find(members[i].first).has_value());
        expect_same(members[i].second, other_members[i].second);
    }
    const auto elements = one.elements();
    const auto other_elements = other.elements();
    fuzz::expect(elements.size() == other_elements.size());
    for (std::size_t i = 0; i < elements.size(); ++i)
        expect_same(elements[i], other_elements[i]);
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto value = json::Value::parse(fuzz::as_text(data, size));
    if (!value) return 0;
    const auto again = json::Value::parse(value->to_text());
    fuzz::expect(again.has_value());
    expect_same(*value, *again);
    return 0;
}
