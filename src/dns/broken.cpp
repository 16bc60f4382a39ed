#include "dns/broken.h"

#include "base/random.h"
#include "base/text.h"

namespace dns {
namespace {

Resolver without_checking(const Resolver& resolver) {
    ResolverSettings settings = resolver.settings();
    settings.checking = Checking::disabled;
    return resolver.with(std::move(settings));
}

/// Does the resolver find anything elsewhere below the same top domain? One without a way out, with
/// a wrong clock or without the keys of the root fails for all names.
async::Task<bool> works_elsewhere(const Resolver& resolver, std::string name) {
    constexpr std::size_t kRandomBytes = 10;
    const auto dot = name.rfind('.');
    if (dot == std::string::npos) co_return false;
    const std::string other = base::to_hex(base::random_bytes(kRandomBytes)) + name.substr(dot);
    const auto answer = co_await resolver.ask(other, RecordType::a);
    co_return answer && answer->is_finding();
}

}  // namespace

async::Task<std::optional<std::string>> why_broken(const Resolver& resolver, std::string name,
                                                   RecordType type, Confirm confirm) {
    const std::string plain = to_plain_name(name);
    const Resolver unchecked = without_checking(resolver);
    const auto raw = co_await unchecked.ask(plain, type);
    const auto again = co_await resolver.ask(plain, type);
    if (!again || again->reply != Reply::server_failure) co_return std::nullopt;
    const bool is_its_own = co_await works_elsewhere(resolver, plain);
    if (!is_its_own) co_return std::nullopt;
    std::string why = "SERVFAIL from " + again->server;
    if (raw && raw->is_finding()) {
        co_return why +
            ", which answers when it is asked not to check: its DNSSEC does not validate";
    }
    if (confirm == Confirm::none) co_return why;
    const bool is_answered = co_await is_answered_by_zone(unchecked, plain, type);
    if (is_answered) co_return std::nullopt;
    co_return why + ", and none of its zone's name servers answers for it";
}

}  // namespace dns
