#pragma once

#include <compare>
#include <string>
#include <string_view>

#include "base/result.h"

namespace dokku {

/// The name of an app, safe as one path component. Apps of old may contain `_` (docs/dokku.md 5.1).
class AppName {
  public:
    /// The only door. `unknown_app` for what no app can be called (empty, `../x`, `-x`, `.x`,
    /// uppercase), with the words Dokku has for an app that does not exist.
    static base::Result<AppName> parse(std::string_view name);

    const std::string& text() const { return name_; }

    // clang-tidy 14 takes the defaulted comparison for one with a null pointer.
    friend auto operator<=>(const AppName&, const AppName&) = default;  // NOLINT(*-use-nullptr)

  private:
    explicit AppName(std::string_view name) : name_(name) {}

    std::string name_;
};

/// The words that Dokku has for an app that does not exist; `unknown_app`.
base::Unexpected<base::Error> no_such_app(std::string_view name);

}  // namespace dokku
