#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "acme/problem.h"
#include "base/result.h"

namespace acme {

/// A challenge's token (RFC 8555 section 8.1): base64url characters only, so that it may name a
/// path. `parse` is the only door.
class Token {
  public:
    static std::optional<Token> parse(std::string_view text);

    const std::string& text() const noexcept { return text_; }

    friend bool operator==(const Token&, const Token&) = default;

  private:
    explicit Token(std::string_view text) : text_(text) {}

    std::string text_;
};

enum class ChallengeStatus { pending, processing, valid, invalid, unknown };

inline constexpr std::string_view kHttp01 = "http-01";
inline constexpr std::string_view kDns01 = "dns-01";

/// One way to prove control (RFC 8555 section 7.1.5). Types that we do not know, and those without
/// token, are kept as they are.
struct Challenge {
    std::string type;
    std::string url;
    ChallengeStatus status = ChallengeStatus::unknown;
    std::optional<Token> token;  ///< also empty if the CA's is not a token
    std::optional<Problem> error;
};

/// `protocol` if it is no object with a type.
base::Result<Challenge> parse_challenge(std::string_view json);

}  // namespace acme
