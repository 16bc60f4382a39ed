#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

/// What libFuzzer and replay_corpus.cpp call with one input; each target defines it once.
// NOLINTNEXTLINE(readability-identifier-naming): libFuzzer calls it by this name
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace fuzz {

inline std::string_view as_text(const std::uint8_t* data, std::size_t size) {
    return {reinterpret_cast<const char*>(data), size};
}

/// A property that must hold for every input; libFuzzer keeps the input that breaks it.
inline void expect(bool holds) {
    if (!holds) __builtin_trap();
}

}  // namespace fuzz
