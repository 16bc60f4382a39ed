#include "settings/settings.h"

#include <arpa/inet.h>
#include <array>
#include <netinet/in.h>
#include <optional>

#include "base/text.h"

namespace settings {
namespace {

constexpr std::string_view kNone = "none";
constexpr std::string_view kAddressOfNone = "noemail@example.com";

std::vector<std::string> words_of(std::string_view text) {
    std::vector<std::string> words;
    for (const std::string_view word : base::split_words(text))
        words.emplace_back(word);
    return words;
}

bool is_ip(int family, const std::string& text) {
    std::array<unsigned char, sizeof(in6_addr)> address{};
    return ::inet_pton(family, text.c_str(), address.data()) == 1;
}

std::optional<std::uint16_t> parse_port(std::string_view text) {
    const auto number = base::parse_integer(text);
    if (!number || *number < 1 || *number > 65535) return std::nullopt;
    return static_cast<std::uint16_t>(*number);
}

std::optional<ResolverAddress> parse_resolver(std::string_view word) {
    const std::string text{word};
    if (is_ip(AF_INET, text) || is_ip(AF_INET6, text)) return ResolverAddress{text};
    const auto colon = text.rfind(':');
    const bool has_brackets = text.starts_with('[');
    std::string ip = text.substr(0, colon);
    std::optional<std::uint16_t> port;
    if (has_brackets && text.ends_with(']')) {
        ip = text;
        port = 53;
    } else if (colon != std::string::npos) {
        port = parse_port(std::string_view{text}.substr(colon + 1));
    }
    if (has_brackets) {
        if (!ip.ends_with(']')) return std::nullopt;
        ip = ip.substr(1, ip.size() - 2);
    }
    if (!port || !is_ip(has_brackets ? AF_INET6 : AF_INET, ip)) return std::nullopt;
    return ResolverAddress{ip, *port};
}

}  // namespace

std::string Settings::contact() const {
    return email.computed == kNone ? "" : email.computed;
}

std::string Settings::account_email() const {
    return email.computed == kNone ? std::string{kAddressOfNone} : email.computed;
}

std::chrono::seconds Settings::issue_patience() const {
    const auto seconds = base::parse_integer(auto_issue_timeout.computed);
    return seconds && *seconds >= 0 ? std::chrono::seconds{*seconds} : kDefaultIssuePatience;
}

std::size_t Settings::concurrency() const {
    const auto number = base::parse_integer(renew_concurrency.computed).value_or(0);
    const bool is_allowed = number >= 1 && number <= kMostConcurrency;
    return static_cast<std::size_t>(is_allowed ? number : kDefaultConcurrency);
}

base::Result<std::chrono::seconds> Settings::renewal_margin() const {
    return parse_graceperiod(graceperiod.computed);
}

std::optional<std::chrono::seconds> Settings::set_graceperiod() const {
    if (!graceperiod_was_set()) return std::nullopt;
    const auto margin = renewal_margin();
    return margin ? std::optional{*margin} : std::nullopt;
}

std::vector<std::string> Settings::lego_words() const {
    return words_of(lego_args.computed);
}

std::vector<std::string> Settings::docker_words() const {
    return words_of(lego_docker_options.computed);
}

base::Secret Settings::docker_env() const {
    std::string text;
    if (!uses_dns()) return base::Secret{};
    for (const auto& [name, variable] : dns_variables) {
        if (!variable.global.empty()) text += name + "=" + variable.global + "\n";
    }
    for (const auto& [name, variable] : dns_variables) {
        if (!variable.app.empty()) text += name + "=" + variable.app + "\n";
    }
    return base::Secret{std::move(text)};
}

bool issues_by_itself(const Settings& settings, bool enabled, bool switched_off) {
    if (!settings.auto_issue.app.empty()) return settings.auto_issue.app == "true";
    if (switched_off) return false;
    if (!settings.auto_issue.global.empty()) return settings.auto_issue.global == "true";
    return enabled;
}

base::Result<std::chrono::seconds> parse_graceperiod(std::string_view value) {
    if (value.empty()) return kDefaultGraceperiod;
    const auto seconds = base::parse_integer(value);
    if (seconds && *seconds >= 0) return std::chrono::seconds{*seconds};
    return base::fail(base::ErrorKind::invalid_input,
                      "The property graceperiod is '" + base::printable(value) +
                          "', but must be a whole number of seconds, such as 2592000 for 30 days");
}

base::Result<std::vector<ResolverAddress>> parse_resolvers(std::string_view value) {
    std::string blanks_only{value};
    for (char& c : blanks_only) {
        if (c == ',') c = ' ';
    }
    std::vector<ResolverAddress> resolvers;
    for (const std::string_view word : base::split_words(blanks_only)) {
        const auto resolver = parse_resolver(word);
        if (!resolver) {
            return base::fail(base::ErrorKind::invalid_input,
                              "'" + base::printable(word) +
                                  "' is no address of a name server: dns-resolvers takes a "
                                  "comma-separated list of IP[:port], such as "
                                  "192.0.2.53,[2001:db8::53]:5353");
        }
        resolvers.push_back(*resolver);
    }
    return resolvers;
}

}  // namespace settings
