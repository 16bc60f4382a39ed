#include "settings/setting_rules.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "base/base64.h"
#include "base/text.h"
#include "base/url.h"
#include "settings/known_servers.h"
#include "settings/settings.h"

namespace settings {
namespace {

base::Unexpected<base::Error> not_allowed(std::string_view key, std::string_view value,
                                          std::string_view allowed) {
    return base::fail(base::ErrorKind::invalid_input, "Invalid value '" + base::printable(value) +
                                                          "' for " + std::string{key} + ": " +
                                                          std::string{allowed});
}

/// `30d` and its like in seconds, for a message that says what to type.
std::optional<std::int64_t> in_seconds(std::string_view value) {
    constexpr std::array<std::pair<char, std::int64_t>, 5> kUnits{
        {{'s', 1}, {'m', 60}, {'h', 3'600}, {'d', 86'400}, {'w', 604'800}}};
    constexpr std::int64_t kMost = 100'000;
    if (value.empty()) return std::nullopt;
    const auto unit = std::find_if(kUnits.begin(), kUnits.end(),
                                   [&](const auto& entry) { return entry.first == value.back(); });
    const auto count = base::parse_integer(value.substr(0, value.size() - 1));
    if (unit == kUnits.end() || !count || *count < 0 || *count > kMost) return std::nullopt;
    return *count * unit->second;
}

bool is_https_url(std::string_view value) {
    const auto url = base::parse_url(value);
    return url && url->is_https();
}

/// An address that a CA can take and that is safe as a folder's name.
bool is_email(std::string_view value) {
    constexpr std::size_t kMaxBytes = 254;
    const auto at = value.rfind('@');
    if (at == std::string_view::npos || at == 0 || at + 1 == value.size()) return false;
    return value.size() <= kMaxBytes && !value.starts_with('.') && is_plain_text(value) &&
           value.find_first_of(" /\\,;:<>\"'") == std::string_view::npos && value.find('@') == at &&
           value[at + 1] != '.' && !value.ends_with('.');
}

/// `on or off`, `HS256, HS384 or HS512`
std::string describe(const OneOf& choice) {
    std::string text{choice.words};
    const auto last = text.rfind(", ");
    return last == std::string::npos ? text : text.replace(last, 2, " or ");
}

base::Result<void> check_choice(const OneOf& choice, std::string_view key, std::string_view value) {
    for (const std::string_view word : base::split(choice.words, ',')) {
        if (base::trim(word) == value) return {};
    }
    return not_allowed(key, value, "it must be " + describe(choice));
}

base::Result<void> check_number(const WholeNumber& allowed, std::string_view key,
                                std::string_view value) {
    const auto number = base::parse_integer(value);
    if (number && *number >= allowed.least && *number <= allowed.most) return {};
    return not_allowed(key, value,
                       "it must be a whole number" + std::string{allowed.of_what} + " from " +
                           std::to_string(allowed.least) + " to " + std::to_string(allowed.most));
}

}  // namespace

base::Result<void> check_rule(const ValueRule& rule, std::string_view key, std::string_view value) {
    if (const auto* choice = std::get_if<OneOf>(&rule)) return check_choice(*choice, key, value);
    if (const auto* number = std::get_if<WholeNumber>(&rule)) {
        return check_number(*number, key, value);
    }
    if (const auto* check = std::get_if<ValueCheck>(&rule)) return (*check)(key, value);
    return {};
}

bool is_plain_text(std::string_view text) {
    return std::none_of(text.begin(), text.end(),
                        [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
}

base::Result<void> check_email(std::string_view key, std::string_view value) {
    if (value == "none" || is_email(value)) return {};
    return not_allowed(key, value,
                       "it must be one address such as you@example.com, or none for an account "
                       "without contact");
}

base::Result<void> check_graceperiod(std::string_view key, std::string_view value) {
    constexpr std::size_t kMaxDigits = 12;
    const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
    if (value.size() <= kMaxDigits && std::all_of(value.begin(), value.end(), is_digit)) return {};
    const std::int64_t example = in_seconds(value).value_or(kDefaultGraceperiod.count());
    return not_allowed(key, value,
                       "it must be a whole number of seconds, type " + std::to_string(example) +
                           (in_seconds(value) ? "" : " for 30 days"));
}

base::Result<void> check_server(std::string_view key, std::string_view value) {
    if (is_https_url(value) || server_url(value) != value) return {};
    std::string names;
    for (const KnownServer& server : known_servers())
        names += std::string{server.name} + ", ";
    names.resize(names.size() - 2);
    return not_allowed(key, value,
                       "it must be " + names + " or the https:// URL of an ACME directory");
}

base::Result<void> check_fallback_server(std::string_view key, std::string_view value) {
    if (!is_staging_server(server_url(value))) return check_server(key, value);
    return not_allowed(key, value, "it is a staging CA, whose certificates no browser trusts");
}

base::Result<void> check_rehearse(std::string_view key, std::string_view value) {
    if (value == "true" || value == "false" || is_https_url(value)) return {};
    return not_allowed(key, value,
                       "it must be true, false or the https:// URL of an ACME directory");
}

base::Result<void> check_profile(std::string_view key, std::string_view value) {
    const bool is_word = std::all_of(value.begin(), value.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '-' || c == '_' || c == '.';
    });
    constexpr std::size_t kMost = 64;
    if (is_word && value.size() <= kMost) return {};
    return not_allowed(key, value, "it must be one word, such as classic or shortlived");
}

base::Result<void> check_mac_key(std::string_view key, std::string_view value) {
    const auto decoded = base::parse_base64url(value.substr(0, value.find_last_not_of('=') + 1));
    if (decoded && !decoded->empty()) return {};
    return base::fail(base::ErrorKind::invalid_input,
                      "Invalid value for " + std::string{key} +
                          ": it must be the base64url text that the CA shows with the key id");
}

base::Result<void> check_resolvers(std::string_view /*key*/, std::string_view value) {
    if (auto resolvers = parse_resolvers(value); !resolvers) return std::move(resolvers).error();
    return {};
}

}  // namespace settings
