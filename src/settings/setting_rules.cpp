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

/// The official list comes first and keeps its words: scripts look for them.
constexpr std::string_view kInvalidKey =
    "Invalid key specified, valid keys include: dns-provider, dns-provider-*, email, graceperiod, "
    "server, lego-args, lego-docker-options, dns-resolvers, challenge-route, auto-issue, "
    "auto-issue-timeout, preflight, rehearse, renew-unused, profile, key-type, reuse-key, "
    "preferred-chain, fallback-server, eab-kid, eab-hmac-key, eab-algorithm, "
    "renew-concurrency";

constexpr std::array<std::string_view, 22> kKeys{"dns-provider",
                                                 "email",
                                                 "graceperiod",
                                                 "lego-args",
                                                 "lego-docker-options",
                                                 "server",
                                                 "dns-resolvers",
                                                 "challenge-route",
                                                 "auto-issue",
                                                 "auto-issue-timeout",
                                                 "preflight",
                                                 "rehearse",
                                                 "renew-unused",
                                                 "profile",
                                                 "key-type",
                                                 "reuse-key",
                                                 "preferred-chain",
                                                 "fallback-server",
                                                 "eab-kid",
                                                 "eab-hmac-key",
                                                 "renew-concurrency",
                                                 "eab-algorithm"};

constexpr std::array<std::string_view, 5> kKeyTypes{"ec256", "ec384", "rsa2048", "rsa3072",
                                                    "rsa4096"};

/// Properties that are one of a few words.
struct Choice {
    std::string_view key;
    std::string_view one;
    std::string_view other;
};
constexpr std::array<Choice, 5> kChoices{{
    {"challenge-route", "momentary", "permanent"},
    {"auto-issue", "true", "false"},
    {"preflight", "on", "off"},
    {"renew-unused", "true", "false"},
    {"reuse-key", "true", "false"},
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
    const auto url = base::parse_url(value);
    return url && url->is_https();
}

base::Result<void> check_rehearse(std::string_view value) {
    if (value == "true" || value == "false" || is_https_url(value)) return {};
    return not_allowed("rehearse", value,
                       "it must be true, false or the https:// URL of an ACME directory");
}

/// A number within bounds, such as seconds.
base::Result<void> check_number(std::string_view key, std::string_view value, std::int64_t least,
                                std::int64_t most, std::string_view of_what) {
    const auto number = base::parse_integer(value);
    if (number && *number >= least && *number <= most) return {};
    return not_allowed(key, value,
                       "it must be a whole number" + std::string{of_what} + " from " +
                           std::to_string(least) + " to " + std::to_string(most));
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

/// It would take the place of a certificate that is still trusted, and no operator types --force.
base::Result<void> check_fallback(std::string_view value) {
    if (!is_staging_server(server_url(value))) return check_server("fallback-server", value);
    return not_allowed("fallback-server", value,
                       "it is a staging CA, whose certificates no browser trusts");
}

base::Result<void> check_key_type(std::string_view value) {
    if (std::find(kKeyTypes.begin(), kKeyTypes.end(), value) != kKeyTypes.end()) return {};
    return not_allowed("key-type", value, "it must be ec256, ec384, rsa2048, rsa3072 or rsa4096");
}

/// Which ones a CA has, only the CA can say.
base::Result<void> check_profile(std::string_view value) {
    const bool is_word = std::all_of(value.begin(), value.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '-' || c == '_' || c == '.';
    });
    constexpr std::size_t kMost = 64;
    if (is_word && value.size() <= kMost) return {};
    return not_allowed("profile", value, "it must be one word, such as classic or shortlived");
}

/// A secret: the value is not repeated.
base::Result<void> check_mac_key(std::string_view value) {
    const auto decoded = base::parse_base64url(value.substr(0, value.find_last_not_of('=') + 1));
    if (decoded && !decoded->empty()) return {};
    return base::fail(base::ErrorKind::invalid_input,
                      "Invalid value for eab-hmac-key: it must be the base64url text that the CA "
                      "shows with the key id");
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
    if (key == "server") return check_server(key, value);
    if (key == "fallback-server") return check_fallback(value);
    if (key == "key-type") return check_key_type(value);
    if (key == "profile") return check_profile(value);
    if (key == "eab-algorithm" && value != "HS256" && value != "HS384" && value != "HS512") {
        return not_allowed(key, value, "it must be HS256, HS384 or HS512");
    }
    if (key == "eab-hmac-key") return check_mac_key(value);
    if (key == "renew-concurrency") return check_number(key, value, 1, 64, "");
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
    if (key == "auto-issue-timeout") return check_number(key, value, 0, 600, " of seconds");
    if (key == "dns-resolvers") {
        if (auto resolvers = parse_resolvers(value); !resolvers) {
            return std::move(resolvers).error();
        }
    }
    return {};
}

}  // namespace settings
