#pragma once

#include <string>
#include <string_view>

namespace base {

/// Text that must not be seen: no copy, no stream operator, wiped when it goes.
class Secret {
  public:
    Secret() = default;
    explicit Secret(std::string text) : text_(std::move(text)) {}
    Secret(const Secret&) = delete;
    Secret& operator=(const Secret&) = delete;
    Secret(Secret&& other) noexcept;
    Secret& operator=(Secret&& other) noexcept;
    ~Secret();

    /// For handing to the one consumer that needs it; never for a message.
    std::string_view reveal() const noexcept { return text_; }
    bool empty() const noexcept { return text_.empty(); }
    Secret clone() const { return Secret{text_}; }

  private:
    void wipe() noexcept;

    std::string text_;
};

/// From now on a crash of this process leaves no memory image, which could hold keys. What it
/// starts is not affected.
void forbid_core_dumps();

}  // namespace base
