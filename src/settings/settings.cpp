#include "settings/settings.h"

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <netinet/in.h>
#include <optional>

#include "base/text.h"
#include "base/url.h"
#include "settings/exclusions.h"
#include "settings/known_servers.h"

namespace settings {
namespace {

constexpr std::string_view kVariablePrefix = "dns-provider-";
constexpr std::string_view kNone = "none";
constexpr std::string_view kAddressOfNone = "noemail@example.com";

std::string value_of(const dokku::Properties& properties, std::string_view key) {
    const auto found = properties.find(key);
    return found == properties.end() ? std::string{} : found->second;
}

/// The general rule: the app's value, else the host's, else the default.
Setting resolve(const dokku::Properties& app, const dokku::Properties& global, std::string_view key,
                std::string_view otherwise = {}) {
    Setting setting{value_of(app, key), value_of(global, key), {}};
    setting.computed = !setting.app.empty()      ? setting.app
                       : !setting.global.empty() ? setting.global
                                                 : std::string{otherwise};
    return setting;
}

/// One that is named, or a URL.
Setting resolve_server(const dokku::Properties& app, const dokku::Properties& global,
                       std::string_view key, std::string_view otherwise) {
    Setting server = resolve(app, global, key, otherwise);
    server.computed = server_url(server.computed);
    return server;
}

/// `none` for the app switches a host-wide provider off; `none` for the host is as unset.
Setting resolve_dns_provider(const dokku::Properties& app, const dokku::Properties& global) {
    Setting provider = resolve(app, global, "dns-provider");
    if (provider.computed == kNone) provider.computed.clear();
    return provider;
}

std::map<std::string, Setting> resolve_variables(const dokku::Properties& app,
                                                 const dokku::Properties& global) {
    std::map<std::string, Setting> variables;
    for (const dokku::Properties* properties : {&app, &global}) {
        for (auto at = properties->lower_bound(kVariablePrefix);
             at != properties->end() && at->first.starts_with(kVariablePrefix); ++at) {
            variables.try_emplace(at->first.substr(kVariablePrefix.size()),
                                  resolve(app, global, at->first));
        }
    }
    return variables;
}

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
    constexpr std::int64_t kMost = 64;
    const auto number = base::parse_integer(renew_concurrency.computed).value_or(0);
    return number >= 1 && number <= kMost ? static_cast<std::size_t>(number)
                                          : std::size_t{kDefaultConcurrency};
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

Settings resolve_settings(const dokku::Properties& app, const dokku::Properties& global) {
    Settings settings;
    settings.dns_provider = resolve_dns_provider(app, global);
    settings.email = resolve(app, global, "email");
    settings.graceperiod =
        resolve(app, global, "graceperiod", std::to_string(kDefaultGraceperiod.count()));
    settings.lego_args = resolve(app, global, "lego-args");
    settings.lego_docker_options = resolve(app, global, "lego-docker-options");
    settings.server = resolve_server(app, global, "server", "default");
    settings.dns_resolvers = resolve(app, global, "dns-resolvers");
    settings.challenge_route = resolve(app, global, "challenge-route", "momentary");
    settings.auto_issue = resolve(app, global, "auto-issue");
    settings.auto_issue_timeout =
        resolve(app, global, "auto-issue-timeout", std::to_string(kDefaultIssuePatience.count()));
    settings.preflight = resolve(app, global, "preflight", "on");
    settings.rehearse = resolve(app, global, "rehearse", "true");
    settings.renew_unused = resolve(app, global, "renew-unused", "false");
    settings.profile = resolve(app, global, "profile");
    settings.key_type = resolve(app, global, "key-type");
    settings.reuse_key = resolve(app, global, "reuse-key");
    settings.preferred_chain = resolve(app, global, "preferred-chain");
    settings.fallback_server = resolve_server(app, global, "fallback-server", "");
    settings.eab_kid = resolve(app, global, "eab-kid");
    settings.eab_algorithm = resolve(app, global, "eab-algorithm", "HS256");
    settings.eab_hmac_key = resolve(app, global, "eab-hmac-key");
    settings.renew_concurrency =
        resolve({}, global, "renew-concurrency", std::to_string(kDefaultConcurrency));
    settings.excluded = words_of(value_of(app, kExclusionsKey));
    settings.dns_variables = resolve_variables(app, global);
    return settings;
}

base::Result<SettingsReader> SettingsReader::open(const dokku::Environment& environment) {
    dokku::PropertyStore store{environment};
    auto global = store.get_all(dokku::Scope::global());
    if (!global) return std::move(global).error();
    return SettingsReader{std::move(store), std::move(*global)};
}

base::Result<Settings> SettingsReader::read(const dokku::AppName& app) const {
    const auto own = store_.get_all(app);
    if (!own) return own.error();
    return resolve_settings(*own, global_);
}

base::Result<Settings> read_settings(const dokku::Environment& environment,
                                     const dokku::AppName& app) {
    const auto reader = SettingsReader::open(environment);
    if (!reader) return reader.error();
    return reader->read(app);
}

base::Result<Settings> read_global_settings(const dokku::Environment& environment) {
    const auto global = dokku::PropertyStore{environment}.get_all(dokku::Scope::global());
    if (!global) return global.error();
    return resolve_settings({}, *global);
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
