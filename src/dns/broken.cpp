#include "dns/broken.h"

#include "base/random.h"
#include "base/text.h"

namespace dns {
namespace {

Resolver without_checking(const Resolver& resolver) {
    ResolverSettings settings = resolver.settings();
    settings.checking = Checking::disabled;
    return Resolver{std::move(settings)};
}

/// Does the resolver find anything elsewhere below the same top domain? One without a way out, with
/// a wrong clock or without the keys of the root fails for all names.
bool works_elsewhere(const Resolver& resolver, std::string_view name) {
    constexpr std::size_t kRandomBytes = 10;
    const auto dot = name.rfind('.');
    if (dot == std::string_view::npos) return false;
    const std::string other = base::to_hex(base::random_bytes(kRandomBytes));
    const auto answer = resolver.ask(other + std::string{name.substr(dot)}, RecordType::a);
    return answer && answer->is_finding();
}

}  // namespace

std::optional<std::string> why_broken(const Resolver& resolver, std::string_view name,
                                      RecordType type, Confirm confirm) {
    const std::string plain = to_plain_name(name);
    const Resolver unchecked = without_checking(resolver);
    const auto raw = unchecked.ask(plain, type);
    const auto again = resolver.ask(plain, type);
    if (!again || again->reply != Reply::server_failure) return std::nullopt;
    if (!works_elsewhere(resolver, plain)) return std::nullopt;
    std::string why = "SERVFAIL from " + again->server;
    if (raw && raw->is_finding()) {
        return why + ", which answers when it is asked not to check: its DNSSEC does not validate";
    }
    if (confirm == Confirm::none) return why;
    if (is_answered_by_zone(unchecked, plain, type)) return std::nullopt;
    return why + ", and none of its zone's name servers answers for it";
}

}  // namespace dns
