#include "dns/authoritative.h"

#include <algorithm>
#include <chrono>

namespace dns {
namespace {

constexpr int kMaxAliases = 10;
constexpr std::size_t kMaxServers = 16;
constexpr std::chrono::milliseconds kOneServer{5000};

/// Until when new questions are asked.
class Budget {
  public:
    explicit Budget(const Resolver& resolver)
        : end_(std::chrono::steady_clock::now() + resolver.settings().deadline) {}

    bool is_left() const { return std::chrono::steady_clock::now() < end_; }

  private:
    std::chrono::steady_clock::time_point end_;
};

void add_addresses(const Resolver& resolver, const std::string& host, const Budget& budget,
                   std::vector<ServerAddress>& servers) {
    for (const RecordType type : {RecordType::a, RecordType::aaaa}) {
        if (!budget.is_left()) return;
        const auto answer = resolver.ask(host, type);
        if (!answer) continue;
        for (std::string& ip : answer->values_of(answer->end_of_aliases(host), type)) {
            ServerAddress server{std::move(ip), resolver.settings().authoritative_port};
            if (servers.size() == kMaxServers) return;
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

/// What the first of the zone's servers says that speaks for it.
base::Result<Answer> ask_zone(const Resolver& resolver, const std::string& name, RecordType type) {
    const Zone zone = find_authoritative(resolver, name);
    const Budget budget{resolver};
    for (const ServerAddress& server : zone.servers) {
        if (!budget.is_left()) break;
        auto answer = to_authoritative(resolver, server).ask(name, type);
        if (answer && speaks_for_zone(*answer)) return answer;
    }
    return base::fail(base::ErrorKind::not_found, "no name server speaks for " + name);
}

Existence existence_of(const Resolver& resolver, const std::string& name, int aliases_left) {
    const Zone zone = find_authoritative(resolver, name);
    const Budget budget{resolver};
    auto found = Existence::unknown;
    std::string elsewhere;
    for (const ServerAddress& server : zone.servers) {
        if (!budget.is_left()) break;
        const auto answer = to_authoritative(resolver, server).ask(name, RecordType::a);
        if (!answer || !speaks_for_zone(*answer)) continue;
        if (answer->reply == Reply::no_such_name) return Existence::does_not_exist;
        found = Existence::exists;
        if (leads_elsewhere(*answer, name, RecordType::a)) elsewhere = answer->end_of_aliases(name);
    }
    if (elsewhere.empty()) return found;
    if (aliases_left == 0) return Existence::unknown;
    return existence_of(resolver, elsewhere, aliases_left - 1);
}

}  // namespace

Zone find_authoritative(const Resolver& resolver, std::string_view name) {
    const Budget budget{resolver};
    const std::string plain = to_plain_name(name);
    for (std::string_view zone = plain; !zone.empty(); zone = parent_of(zone)) {
        if (!budget.is_left()) return {};
        const auto answer = resolver.ask(zone, RecordType::ns);
        if (!answer) return {};
        // Not those behind an alias: they speak for the zone that it leads to.
        const auto hosts = answer->values_of(zone, RecordType::ns);
        Zone found{std::string{zone}, {}};
        for (const std::string& host : hosts)
            add_addresses(resolver, host, budget, found.servers);
        if (!found.servers.empty()) return found;
        if (!hosts.empty()) return {};  // its parent speaks for others only
    }
    return {};
}

std::string follow_alias(const Resolver& resolver, std::string_view name) {
    const std::string plain = to_plain_name(name);
    std::string end = plain;
    for (int step = 0; step < kMaxAliases; ++step) {
        const auto answer = resolver.ask(end, RecordType::cname);
        if (!answer) return end;
        std::string next = answer->end_of_aliases(end);
        if (next == end) return end;
        end = std::move(next);
    }
    return plain;
}

base::Result<Answer> ask_authoritative(const Resolver& resolver, std::string_view name,
                                       RecordType type) {
    std::string asked = to_plain_name(name);
    std::vector<Record> on_the_way;
    for (int step = 0; step <= kMaxAliases; ++step) {
        auto answer = ask_zone(resolver, asked, type);
        if (!answer) return answer;
        const bool goes_on = leads_elsewhere(*answer, asked, type);
        asked = answer->end_of_aliases(asked);
        answer->records.insert(answer->records.begin(), on_the_way.begin(), on_the_way.end());
        if (!goes_on) return answer;
        on_the_way = std::move(answer->records);
    }
    return base::fail(base::ErrorKind::not_found,
                      "the aliases of " + to_plain_name(name) + " have no end");
}

Existence find_existence(const Resolver& resolver, std::string_view name) {
    return existence_of(resolver, to_plain_name(name), kMaxAliases);
}

Resolver to_authoritative(const Resolver& resolver, const ServerAddress& server) {
    ResolverSettings settings = resolver.settings();
    settings.servers = {server};
    settings.deadline = std::min(settings.deadline, kOneServer);
    settings.recursion = Recursion::none;
    return Resolver{std::move(settings)};
}

bool speaks_for_zone(const Answer& answer) {
    return answer.is_finding() && answer.authoritative;
}

}  // namespace dns
