#pragma once

#include <string>
#include <string_view>

#include "acme/challenge.h"

namespace acme {

/// Token and account key joined (RFC 8555 section 8.1).
class KeyAuthorization {
  public:
    /// `thumbprint` is that of the account key (RFC 7638).
    KeyAuthorization(const Token& token, std::string_view thumbprint);

    /// The body of `/.well-known/acme-challenge/<token>` (RFC 8555 section 8.3).
    const std::string& text() const noexcept { return text_; }

    /// The TXT value at `_acme-challenge.<name>` (RFC 8555 section 8.4).
    std::string dns_value() const;

  private:
    std::string text_;
};

}  // namespace acme
