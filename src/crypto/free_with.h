#pragma once

namespace crypto {

/// Deleter for a C handle. Stateless, so that the unique_ptr stays pointer-sized.
template <auto Free>
struct FreeWith {
    template <class T>
    void operator()(T* object) const noexcept {
        Free(object);
    }
};

}  // namespace crypto
