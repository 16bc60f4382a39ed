#pragma once

#include <cstdint>
#include <string_view>
#include <variant>

#include "base/result.h"

namespace settings {

/// Any line of text.
struct AnyText {};

/// One of a few words, with `, ` between them: `on, off`.
struct OneOf {
    std::string_view words;
};

/// A whole number from `least` to `most`, `of_what` in words: ` of seconds`.
struct WholeNumber {
    std::int64_t least = 0;
    std::int64_t most = 0;
    std::string_view of_what = {};
};

/// Anything else: `invalid_input` for what is not allowed.
using ValueCheck = base::Result<void> (*)(std::string_view key, std::string_view value);

/// What a property may be set to.
using ValueRule = std::variant<AnyText, OneOf, WholeNumber, ValueCheck>;

/// Is `value`, which is not empty, allowed? `invalid_input` says what is.
base::Result<void> check_rule(const ValueRule& rule, std::string_view key, std::string_view value);

/// No byte that steers a terminal or ends a line.
bool is_plain_text(std::string_view text);

// All of these fail with `invalid_input`, which says what is allowed.

/// An address that a CA can take and that is safe as a folder's name, or `none`.
base::Result<void> check_email(std::string_view key, std::string_view value);

/// Whole seconds. The message says how to type `30d` in them.
base::Result<void> check_graceperiod(std::string_view key, std::string_view value);

/// A CA that has a name here, or the https URL of an ACME directory.
base::Result<void> check_server(std::string_view key, std::string_view value);

/// The same, but no staging CA: its certificate would take the place of one that is still trusted,
/// and no operator types --force.
base::Result<void> check_fallback_server(std::string_view key, std::string_view value);

/// `true`, `false`, or the https URL of an ACME directory.
base::Result<void> check_rehearse(std::string_view key, std::string_view value);

/// A word. Which ones a CA has, only the CA can say.
base::Result<void> check_profile(std::string_view key, std::string_view value);

/// base64url. It is a secret, which the message does not repeat.
base::Result<void> check_mac_key(std::string_view key, std::string_view value);

/// Addresses of name servers, as parse_resolvers reads them.
base::Result<void> check_resolvers(std::string_view key, std::string_view value);

}  // namespace settings
