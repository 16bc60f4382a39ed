#include "dns/addresses.h"

#include <algorithm>
#include <functional>
#include <optional>

#include "base/ip_address.h"
#include "dns/broken.h"

namespace dns {
namespace {

using State = Addresses::State;
/// One question about a name.
using Ask = std::function<async::Task<base::Result<Answer>>(RecordType)>;

std::string to_word(Reply reply) {
    switch (reply) {
        case Reply::no_such_name:
            return "NXDOMAIN";
        case Reply::server_failure:
            return "SERVFAIL";
        case Reply::not_implemented:
            return "NOTIMP";
        case Reply::refused:
            return "REFUSED";
        case Reply::answered:
            return "no A or AAAA record";
        case Reply::other:
            break;
    }
    return "no usable answer";
}

/// What an answer without addresses says.
std::string describe(const Answer& answer, const std::string& name) {
    const std::string end = answer.end_of_aliases(name);
    return to_word(answer.reply) + (end == name ? "" : " for " + end) + " from " + answer.server;
}

void add_addresses(const std::vector<std::string>& values, std::vector<std::string>& addresses) {
    for (const std::string& value : values) {
        const std::string text = base::to_canonical_ip(value).value_or(value);
        if (std::find(addresses.begin(), addresses.end(), text) == addresses.end()) {
            addresses.push_back(text);
        }
    }
}

struct Gathered {
    Addresses addresses;
    std::optional<RecordType> failed;  ///< SERVFAIL, and there is no address
};

/// Asks for both families.
async::Task<Gathered> gather(std::string name, Ask ask) {
    Gathered gathered;
    Addresses& found = gathered.addresses;
    found.state = State::missing;
    for (const RecordType type : {RecordType::a, RecordType::aaaa}) {
        const auto answer = co_await ask(type);
        if (!answer) {
            found.state = State::unknown;
            found.is_silent = is_unanswered(answer.error());
            found.evidence = answer.error().message;
            break;  // who is silent now would be so for as long again
        }
        if (!answer->is_finding()) found.state = State::unknown;
        if (answer->reply == Reply::server_failure && !gathered.failed) gathered.failed = type;
        if (!answer->is_finding() || found.evidence.empty()) {
            found.evidence = describe(*answer, name);
        }
        add_addresses(answer->values_of(answer->end_of_aliases(name), type),
                      type == RecordType::a ? found.ipv4 : found.ipv6);
    }
    if (!found.ipv4.empty() || !found.ipv6.empty()) {
        found.state = State::found;
        found.is_silent = false;
        found.evidence.clear();
        gathered.failed.reset();
    }
    co_return gathered;
}

}  // namespace

async::Task<Addresses> look_up_addresses(const Resolver& resolver, std::string name,
                                         Confirm confirm) {
    const std::string plain = to_plain_name(name);
    const Ask ask = [&](RecordType type) { return resolver.ask(plain, type); };
    Gathered gathered = co_await gather(plain, ask);
    // A server of its may have been restarted.
    if (gathered.failed) gathered = co_await gather(plain, ask);
    Addresses& found = gathered.addresses;
    if (gathered.failed) {
        const RecordType type = *gathered.failed;
        auto why = co_await why_broken(resolver, plain, type, confirm);
        if (why) {
            found.state = State::broken;
            found.evidence = std::move(*why);
            co_return found;
        }
    }
    if (found.state == State::found || confirm == Confirm::none) co_return found;
    const Ask ask_zone = [&](RecordType type) { return ask_authoritative(resolver, plain, type); };
    Gathered confirmed = co_await gather(plain, ask_zone);
    if (confirmed.addresses.state == State::unknown) co_return found;
    co_return confirmed.addresses;
}

}  // namespace dns
