#include "settings/properties.h"

#include <algorithm>
#include <array>
#include <cstdint>

#include "settings/known_servers.h"

namespace settings {
namespace {

/// `none` for an app switches the host's provider off; `none` for the host is as unset.
std::string without_none(std::string_view value) {
    return value == "none" ? std::string{} : std::string{value};
}

// The defaults that settings.h has as numbers, in digits: the table is there before main, also for
// what is asked before it.
constexpr std::string_view kGraceperiod = "2592000";
constexpr std::string_view kAutoIssueTimeout = "90";
constexpr std::string_view kRenewConcurrency = "16";

constexpr std::int64_t number_of(std::string_view digits) {
    std::int64_t number = 0;
    for (const char digit : digits)
        number = number * 10 + (digit - '0');
    return number;
}
static_assert(number_of(kGraceperiod) == kDefaultGraceperiod.count());
static_assert(number_of(kAutoIssueTimeout) == kDefaultIssuePatience.count());
static_assert(number_of(kRenewConcurrency) == kDefaultConcurrency);

constexpr auto kProperties = std::to_array<Property>({
    {.key = "dns-provider",
     .field = &Settings::dns_provider,
     .help = "who sets the records of DNS-01, which wildcards need; none for HTTP-01",
     .meaning = without_none},
    {.key = "email",
     .field = &Settings::email,
     .help = "contact of the account at the CA; none registers without one",
     .rule = check_email},
    {.key = "graceperiod",
     .field = &Settings::graceperiod,
     .help =
         "how many seconds before its end a certificate is renewed; unset, its lifetime decides",
     .rule = check_graceperiod,
     .otherwise = kGraceperiod},
    {.key = "lego-args",
     .field = &Settings::lego_args,
     .help = "words of lego; those that mean something here are in README.md"},
    {.key = "lego-docker-options",
     .field = &Settings::lego_docker_options,
     .help = "-v HOST:CONTAINER, -e and --env-file, for what a DNS provider's variables name"},
    {.key = "server",
     .field = &Settings::server,
     .help = "the CA, by a name such as default or staging, or the https URL of its directory",
     .rule = check_server,
     .otherwise = "default",
     .meaning = server_url},
    {.key = "dns-provider-*",
     .help = "a variable of the DNS provider, whose name follows; an app's beats the host's",
     .rows = Rows::with_value,
     .is_secret = true},
    {.key = "dns-resolvers",
     .field = &Settings::dns_resolvers,
     .help = "name servers to ask instead of the system's: IP[:port], with commas between",
     .rule = check_resolvers},
    {.key = "challenge-route",
     .field = &Settings::challenge_route,
     .help = "momentary, or permanent: nginx answers challenges also between issues",
     .rule = OneOf{"momentary, permanent"},
     .otherwise = "momentary"},
    {.key = "auto-issue",
     .field = &Settings::auto_issue,
     .help = "true or false: changed domains, deploys and removed certificates start an issue; "
             "unset, that is so for apps that are enabled",
     .rule = OneOf{"true, false"}},
    {.key = "auto-issue-timeout",
     .field = &Settings::auto_issue_timeout,
     .help = "how many seconds domains:add waits for a certificate at most",
     .rule = WholeNumber{0, 600, " of seconds"},
     .otherwise = kAutoIssueTimeout},
    {.key = "preflight",
     .field = &Settings::preflight,
     .help = "on, or off: order without a look at DNS, CAA and reachability first",
     .rule = OneOf{"on, off"},
     .otherwise = "on"},
    {.key = "rehearse",
     .field = &Settings::rehearse,
     .help = "true, false, or the URL of the CA at which refused orders are rehearsed",
     .rule = check_rehearse,
     .otherwise = "true"},
    {.key = "renew-unused",
     .field = &Settings::renew_unused,
     .help = "true renews letsencrypt's certificate while the app is served with one of your own",
     .rule = OneOf{"true, false"},
     .otherwise = "false"},
    {.key = "profile",
     .field = &Settings::profile,
     .help = "one of the CA's certificate profiles, such as classic; unset, the CA chooses",
     .rule = check_profile},
    {.key = "key-type",
     .field = &Settings::key_type,
     .help = "of new certificates; unset, a renewal keeps the type, and a new one has ec256",
     .rule = OneOf{"ec256, ec384, rsa2048, rsa3072, rsa4096"}},
    {.key = "reuse-key",
     .field = &Settings::reuse_key,
     .help = "true keeps the key at renewals",
     .rule = OneOf{"true, false"}},
    {.key = "preferred-chain",
     .field = &Settings::preferred_chain,
     .help = "common name of the topmost issuer, where the CA offers several chains"},
    {.key = "fallback-server",
     .field = &Settings::fallback_server,
     .help = "another CA, for when the first has failed for long and time runs out",
     .rule = check_fallback_server,
     .meaning = server_url},
    {.key = "eab-kid",
     .field = &Settings::eab_kid,
     .help = "key id of the external account that some CAs want"},
    {.key = "eab-hmac-key",
     .field = &Settings::eab_hmac_key,
     .help = "MAC key of the external account",
     .rule = check_mac_key,
     .is_secret = true},
    {.key = "eab-algorithm",
     .field = &Settings::eab_algorithm,
     .help = "MAC algorithm of the external account",
     .rule = OneOf{"HS256, HS384, HS512"},
     .otherwise = "HS256"},
    {.key = "renew-concurrency",
     .field = &Settings::renew_concurrency,
     .help = "how many orders a run over all apps has under way at once",
     .scope = Scope::host,
     .rule = WholeNumber{1, kMostConcurrency},
     .otherwise = kRenewConcurrency},
});

/// The official list comes first and keeps its words: scripts look for them.
constexpr std::string_view kInvalidKey =
    "Invalid key specified, valid keys include: dns-provider, dns-provider-*, email, graceperiod, "
    "server, lego-args, lego-docker-options";

std::string describe_keys() {
    const std::string official = std::string{kInvalidKey} + ',';
    std::string text{kInvalidKey};
    for (const Property& property : kProperties) {
        const std::string key{property.key};
        if (official.find(' ' + key + ',') == std::string::npos) text += ", " + key;
    }
    return text;
}

bool is_called(const Property& property, std::string_view key) {
    if (!property.is_prefix()) return key == property.key;
    return key.starts_with(property.prefix()) && key.size() > property.prefix().size() &&
           is_plain_text(key) && key.find_first_of("/= ") == std::string_view::npos;
}

}  // namespace

std::span<const Property> properties() {
    return kProperties;
}

const Property* find_property(std::string_view key) {
    const auto* found =
        std::find_if(kProperties.begin(), kProperties.end(),
                     [&](const Property& property) { return is_called(property, key); });
    return found == kProperties.end() ? nullptr : found;
}

base::Result<void> check_key(std::string_view key) {
    if (key.empty()) return base::fail(base::ErrorKind::invalid_input, "No key specified");
    if (find_property(key) != nullptr) return {};
    return base::fail(base::ErrorKind::invalid_input, describe_keys());
}

base::Result<void> check_value(std::string_view key, std::string_view value) {
    if (value.empty()) return {};
    if (value.find_first_of("\r\n") != std::string_view::npos) {
        // A line end would start a variable of its own in docker.env. The value may be a secret.
        return base::fail(base::ErrorKind::invalid_input, "Invalid value for " + std::string{key} +
                                                              ": it must be one line of text");
    }
    const Property* property = find_property(key);
    return property == nullptr ? base::Result<void>{} : check_rule(property->rule, key, value);
}

}  // namespace settings
