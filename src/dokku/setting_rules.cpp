#include "dokku/setting_rules.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "base/text.h"
#include "dokku/settings.h"

namespace dokku {
namespace {

/// The official list comes first and keeps its words: scripts look for them.
constexpr std::string_view kInvalidKey =
    "Invalid key specified, valid keys include: dns-provider, dns-provider-*, email, graceperiod, "
    "server, lego-args, lego-docker-options, dns-resolvers, challenge-route, auto-issue, "
    "auto-issue-timeout, preflight, rehearse, renew-unused";

constexpr std::array<std::string_view, 13> kKeys{
    "dns-provider", "email",         "graceperiod",     "lego-args",  "lego-docker-options",
    "server",       "dns-resolvers", "challenge-route", "auto-issue", "auto-issue-timeout",
    "preflight",    "rehearse",      "renew-unused"};

/// Properties that are one of a few words.
struct Choice {
    std::string_view key;
    std::string_view one;
    std::string_view other;
};
constexpr std::array<Choice, 4> kChoices{{
    {"challenge-route", "momentary", "permanent"},
    {"auto-issue", "true", "false"},
    {"preflight", "on", "off"},
    {"renew-unused", "true", "false"},
}};

constexpr std::string_view kVariablePrefix = "dns-provider-";

bool is_plain_text(std::string_view text) {
    return std::none_of(text.begin(), text.end(),
                        [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
}

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

base::Result<void> check_graceperiod(std::string_view value) {
    constexpr std::size_t kMaxDigits = 12;
    const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
    if (value.size() <= kMaxDigits && std::all_of(value.begin(), value.end(), is_digit)) return {};
    const std::int64_t example = in_seconds(value).value_or(kDefaultGraceperiod.count());
    return not_allowed("graceperiod", value,
                       "it must be a whole number of seconds, type " + std::to_string(example) +
                           (in_seconds(value) ? "" : " for 30 days"));
}

bool is_https_url(std::string_view value) {
    constexpr std::string_view kHttps = "https://";
    return value.starts_with(kHttps) && value.size() > kHttps.size() &&
           value[kHttps.size()] != '/' && value.find(' ') == std::string_view::npos;
}

base::Result<void> check_rehearse(std::string_view value) {
    if (value == "true" || value == "false" || is_https_url(value)) return {};
    return not_allowed("rehearse", value,
                       "it must be true, false or the https:// URL of an ACME directory");
}

base::Result<void> check_timeout(std::string_view value) {
    constexpr std::int64_t kMost = 600;
    const auto seconds = base::parse_integer(value);
    if (seconds && *seconds >= 0 && *seconds <= kMost) return {};
    return not_allowed("auto-issue-timeout", value,
                       "it must be a whole number of seconds from 0 to 600");
}

base::Result<void> check_server(std::string_view value) {
    if (is_https_url(value) || value == "default" || value == "staging") return {};
    return not_allowed("server", value,
                       "it must be default, staging or the https:// URL of an ACME directory");
}

}  // namespace

bool is_email(std::string_view value) {
    constexpr std::size_t kMaxBytes = 254;
    const auto at = value.rfind('@');
    if (at == std::string_view::npos || at == 0 || at + 1 == value.size()) return false;
    return value.size() <= kMaxBytes && !value.starts_with('.') && is_plain_text(value) &&
           value.find_first_of(" /\\,;:<>\"'") == std::string_view::npos && value.find('@') == at &&
           value[at + 1] != '.' && !value.ends_with('.');
}

base::Result<void> check_key(std::string_view key) {
    if (key.empty()) return base::fail(base::ErrorKind::invalid_input, "No key specified");
    const bool is_variable = key.starts_with(kVariablePrefix) &&
                             key.size() > kVariablePrefix.size() && is_plain_text(key) &&
                             key.find_first_of("/= ") == std::string_view::npos;
    if (is_variable || std::find(kKeys.begin(), kKeys.end(), key) != kKeys.end()) return {};
    return base::fail(base::ErrorKind::invalid_input, std::string{kInvalidKey});
}

base::Result<void> check_value(std::string_view key, std::string_view value) {
    if (value.empty()) return {};
    if (value.find_first_of("\r\n") != std::string_view::npos) {
        // A line end would start a variable of its own in docker.env. The value may be a secret.
        return base::fail(base::ErrorKind::invalid_input, "Invalid value for " + std::string{key} +
                                                              ": it must be one line of text");
    }
    if (key == "graceperiod") return check_graceperiod(value);
    if (key == "server") return check_server(value);
    if (key == "email" && value != "none" && !is_email(value)) {
        return not_allowed(key, value,
                           "it must be one address such as you@example.com, or none for an "
                           "account without contact");
    }
    for (const Choice& choice : kChoices) {
        if (key != choice.key || value == choice.one || value == choice.other) continue;
        return not_allowed(
            key, value,
            "it must be " + std::string{choice.one} + " or " + std::string{choice.other});
    }
    if (key == "rehearse") return check_rehearse(value);
    if (key == "auto-issue-timeout") return check_timeout(value);
    if (key == "dns-resolvers") {
        if (auto resolvers = parse_resolvers(value); !resolvers) {
            return std::move(resolvers).error();
        }
    }
    return {};
}

}  // namespace dokku
