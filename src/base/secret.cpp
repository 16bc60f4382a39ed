#include "base/secret.h"

#include <string.h>  // NOLINT(modernize-deprecated-headers): explicit_bzero is not in <cstring>
#include <sys/prctl.h>
#include <utility>

namespace base {

// Short strings live inside the object itself, so a moved-from one is wiped too.
Secret::Secret(Secret&& other) noexcept : text_(std::move(other.text_)) {
    other.wipe();  // NOLINT(bugprone-use-after-move)
}

Secret& Secret::operator=(Secret&& other) noexcept {
    if (this != &other) {
        wipe();
        text_ = std::move(other.text_);
        other.wipe();  // NOLINT(bugprone-use-after-move)
    }
    return *this;
}

Secret::~Secret() {
    wipe();
}

void forbid_core_dumps() {
    // Cannot fail with these arguments (prctl(2)).
    ::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
}

void Secret::wipe() noexcept {
    explicit_bzero(text_.data(), text_.capacity());
    text_.clear();
}

}  // namespace base
