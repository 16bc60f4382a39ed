#include "dns/authoritative.h"

#include <algorithm>
#include <chrono>
#include <optional>

namespace dns {
namespace {

constexpr int kMaxAliases = 10;
constexpr std::size_t kMaxServers = 16;

using std::chrono::milliseconds;

/// The time that a resolver's deadline gives.
class Budget {
  public:
    explicit Budget(const Resolver& resolver)
        : transport_(resolver.transport()), end_(transport_.now() + resolver.settings().deadline) {}

    bool is_left() const { return left() > milliseconds{0}; }

    /// What the next of `count` servers may take.
    milliseconds share_of(std::size_t count) const {
        return left() / static_cast<milliseconds::rep>(count);
    }

  private:
    milliseconds left() const { return std::chrono::floor<milliseconds>(end_ - transport_.now()); }

    const Transport& transport_;
    async::Loop::Moment end_;
};

async::Task<void> add_addresses(const Resolver& resolver, std::string host, const Budget& budget,
                                std::vector<ServerAddress>& servers) {
    for (const RecordType type : {RecordType::a, RecordType::aaaa}) {
        if (!budget.is_left()) co_return;
        const auto answer = co_await resolver.ask(host, type);
        if (!answer) continue;
        for (std::string& ip : answer->values_of(answer->end_of_aliases(host), type)) {
            ServerAddress server{std::move(ip), resolver.settings().authoritative_port};
            if (servers.size() == kMaxServers) co_return;
            // Two name servers may share an address.
            if (std::find(servers.begin(), servers.end(), server) == servers.end()) {
                servers.push_back(std::move(server));
            }
        }
    }
}

/// Whether the answer leaves open what is at the end of the aliases, because that is another zone's
/// to say.
bool leads_elsewhere(const Answer& answer, std::string_view name, RecordType type) {
    const std::string end = answer.end_of_aliases(name);
    return answer.reply == Reply::answered && end != name && answer.values_of(end, type).empty();
}

bool is_within(std::string_view name, std::string_view zone) {
    if (!name.ends_with(zone)) return false;
    return name.size() == zone.size() || name[name.size() - zone.size() - 1] == '.';
}

/// The zone below `above` that the answer says to ask, with the addresses that came along or that
/// the resolver knows.
async::Task<std::optional<Zone>> referral_in(const Resolver& resolver, const Answer& answer,
                                             std::string name, const Zone& above) {
    if (answer.reply != Reply::answered || answer.authoritative) co_return std::nullopt;
    Zone below;
    const Budget budget{resolver};
    for (const Record& record : answer.authority) {
        const bool deeper = record.name.size() > above.name.size() && is_within(name, record.name);
        if (record.type != RecordType::ns || !deeper) continue;
        below.name = record.name;
        const std::size_t known = below.servers.size();
        for (const Record& glue : answer.additional) {
            const bool is_address = glue.type == RecordType::a || glue.type == RecordType::aaaa;
            if (!is_address || glue.name != record.value) continue;
            below.servers.push_back({glue.value, resolver.settings().authoritative_port});
        }
        if (below.servers.size() == known) {
            co_await add_addresses(resolver, record.value, budget, below.servers);
        }
        if (below.servers.size() >= kMaxServers) break;
    }
    if (below.name.empty()) co_return std::nullopt;
    co_return below;
}

/// A zone that is down may have many names: its servers that were silent are left alone for a
/// while.
Resolver to_server_of_zone(const Resolver& resolver, const ServerAddress& server,
                           milliseconds deadline) {
    ResolverSettings settings = to_authoritative(resolver, server, deadline).settings();
    if (settings.zone_silences) settings.silence = settings.zone_silences->of({server});
    return resolver.with(std::move(settings));
}

/// The word of the name's own zone, from a zone above it downwards.
async::Task<std::optional<Answer>> descend(const Resolver& resolver, Zone zone, std::string name,
                                           RecordType type) {
    constexpr int kMostCuts = 16;
    for (int cut = 0; cut < kMostCuts; ++cut) {
        const Budget budget{resolver};
        std::size_t left = zone.servers.size();
        std::optional<Zone> below;
        for (const ServerAddress& server : zone.servers) {
            const Resolver asking = to_server_of_zone(resolver, server, budget.share_of(left--));
            auto answer = co_await asking.ask(name, type);
            if (!answer) continue;
            if (speaks_for_zone(*answer)) co_return std::move(*answer);
            below = co_await referral_in(resolver, *answer, name, zone);
            if (below) break;
        }
        if (!below) co_return std::nullopt;
        zone = std::move(*below);
    }
    co_return std::nullopt;
}

/// What the first server says that speaks for the zone of `name`.
async::Task<base::Result<Answer>> ask_first_of_zone(const Resolver& resolver, std::string name,
                                                    RecordType type) {
    const Zone zone = co_await find_authoritative(resolver, name);
    const Budget budget{resolver};
    std::size_t left = zone.servers.size();
    for (const ServerAddress& server : zone.servers) {
        const Resolver asking = to_authoritative(resolver, server, budget.share_of(left--));
        auto answer = co_await asking.ask(name, type);
        if (answer && speaks_for_zone(*answer)) co_return answer;
    }
    co_return base::fail(base::ErrorKind::not_found, "no name server speaks for " + name);
}

}  // namespace

async::Task<Zone> find_authoritative(const Resolver& resolver, std::string name) {
    const Budget budget{resolver};
    const std::string plain = to_plain_name(name);
    for (std::string_view zone = plain; !zone.empty(); zone = parent_of(zone)) {
        if (!budget.is_left()) co_return Zone{};
        const auto answer = co_await resolver.ask(std::string(zone), RecordType::ns);
        if (!answer) co_return Zone{};
        // Not those behind an alias: they speak for the zone that it leads to.
        const auto hosts = answer->values_of(zone, RecordType::ns);
        Zone found{std::string{zone}, {}};
        for (const std::string& host : hosts)
            co_await add_addresses(resolver, host, budget, found.servers);
        if (!found.servers.empty()) co_return found;
        if (!hosts.empty()) co_return Zone{};  // its parent speaks for others only
    }
    co_return Zone{};
}

async::Task<std::string> follow_alias(const Resolver& resolver, std::string name) {
    std::string end = to_plain_name(name);
    for (int step = 0; step < kMaxAliases; ++step) {
        const auto answer = co_await resolver.ask(end, RecordType::cname);
        if (!answer) co_return end;
        std::string next = answer->end_of_aliases(end);
        if (next == end) co_return end;
        end = std::move(next);
    }
    co_return to_plain_name(name);
}

async::Task<base::Result<Answer>> ask_authoritative(const Resolver& resolver, std::string name,
                                                    RecordType type) {
    std::string asked = to_plain_name(name);
    std::vector<Record> on_the_way;
    for (int step = 0; step <= kMaxAliases; ++step) {
        auto answer = co_await ask_first_of_zone(resolver, asked, type);
        if (!answer) co_return answer;
        const bool goes_on = leads_elsewhere(*answer, asked, type);
        asked = answer->end_of_aliases(asked);
        answer->records.insert(answer->records.begin(), on_the_way.begin(), on_the_way.end());
        if (!goes_on) co_return answer;
        on_the_way = std::move(answer->records);
    }
    co_return base::fail(base::ErrorKind::not_found,
                         "the aliases of " + to_plain_name(name) + " have no end");
}

async::Task<bool> is_answered_by_zone(const Resolver& resolver, std::string name, RecordType type) {
    std::string asked = to_plain_name(name);
    for (int step = 0; step <= kMaxAliases; ++step) {
        Zone zone = co_await find_authoritative(resolver, asked);
        const auto answer = co_await descend(resolver, std::move(zone), asked, type);
        if (!answer) co_return false;
        if (!leads_elsewhere(*answer, asked, type)) co_return true;
        asked = answer->end_of_aliases(asked);
    }
    co_return false;
}

Resolver to_authoritative(const Resolver& resolver, const ServerAddress& server,
                          milliseconds deadline) {
    ResolverSettings settings = resolver.settings();
    settings.servers = {server};
    settings.deadline = deadline;
    settings.recursion = Recursion::none;
    settings.silence = nullptr;  // says nothing about the resolver
    return resolver.with(std::move(settings));
}

bool speaks_for_zone(const Answer& answer) {
    return answer.is_finding() && answer.authoritative;
}

}  // namespace dns
