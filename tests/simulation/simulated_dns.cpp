#include "simulation/simulated_dns.h"

#include <utility>

#include "async/sleep.h"
#include "simulation/kernel/kernel.h"
#include "support/dns_server.h"

namespace simulation {
namespace {

using dns::RecordType;

constexpr const char* kResolver = "192.0.2.53";
constexpr const char* kNameServer = "198.51.100.53";
constexpr const char* kNothing = "198.51.100.99";
constexpr std::size_t kHeaderBytes = 12;

struct Question {
    std::string name;
    unsigned type = 0;
    std::size_t end = kHeaderBytes;  ///< where it ends in the message
};

unsigned byte_at(const std::string& text, std::size_t at) {
    return static_cast<unsigned char>(text.at(at));
}

Question read_question(const std::string& message) {
    Question question;
    while (const unsigned length = byte_at(message, question.end)) {
        if (!question.name.empty()) question.name += '.';
        question.name += message.substr(question.end + 1, length);
        question.end += length + 1;
    }
    question.type = byte_at(message, question.end + 1) << 8U | byte_at(message, question.end + 2);
    question.end += 5;
    return question;
}

struct Said {
    unsigned code = 0;
    std::vector<std::string> records{};
};

std::string render(const std::string& question, std::size_t end, bool is_authoritative,
                   const Said& said) {
    std::string reply = question.substr(0, 2);
    reply +=
        static_cast<char>(0x80U | (is_authoritative ? 0x04U : 0U) | (byte_at(question, 2) & 0x01U));
    reply += static_cast<char>(0x80U | said.code);
    reply +=
        std::string{"\0\1\0", 3} + static_cast<char>(said.records.size()) + std::string(4, '\0');
    reply += question.substr(kHeaderBytes, end - kHeaderBytes);
    for (const std::string& record : said.records)
        reply += record;
    return reply;
}

/// `shop.test` of `www.shop.test`.
std::string zone_of(const std::string& name) {
    const auto last = name.rfind('.');
    if (last == std::string::npos || last == 0) return name;
    const auto before = name.rfind('.', last - 1);
    return before == std::string::npos ? name : name.substr(before + 1);
}

Said address_of(const std::string& name, unsigned type, NameLeads leads) {
    if (leads == NameLeads::nowhere) return {test::kNxDomain};
    if (leads == NameLeads::broken) return {test::kServFail};
    if (type != static_cast<unsigned>(RecordType::a)) return {};
    const char* address = leads == NameLeads::here        ? kHere
                          : leads == NameLeads::elsewhere ? kElsewhere
                                                          : kNothing;
    return {0, {test::a_record(name, address)}};
}

}  // namespace

NameLeads SimulatedDns::leads(const std::string& name) const {
    const auto found = names_.find(name);
    return found == names_.end() ? NameLeads::nowhere : found->second.leads;
}

void SimulatedDns::set(const std::string& name, NameLeads where, base::UtcTime now) {
    Known& known = names_[name];
    if (known.leads != where) known = {where, now};
}

std::chrono::seconds SimulatedDns::here_for(const std::string& name, base::UtcTime now) const {
    const auto found = names_.find(name);
    const bool is_here = found != names_.end() && found->second.leads == NameLeads::here;
    return is_here ? now - found->second.since : std::chrono::seconds{0};
}

std::string SimulatedDns::reply_to(const std::string& message, bool is_own) const {
    if (is_own && is_silent_) return {};
    const Question question = read_question(message);
    const bool is_zone = question.name == zone_of(question.name);
    if (question.name.starts_with("ns1.") && question.name != zone_of(question.name)) {
        Said said;
        if (question.type == static_cast<unsigned>(RecordType::a)) {
            said.records.push_back(test::a_record(question.name, kNameServer));
        }
        return render(message, question.end, !is_own, said);
    }
    if (is_zone && question.type == static_cast<unsigned>(RecordType::ns)) {
        const Said said{0, {test::ns_record(question.name, "ns1." + question.name)}};
        return render(message, question.end, !is_own, said);
    }
    if (!names_.contains(question.name) && is_zone) {
        return render(message, question.end, !is_own, {});
    }
    const NameLeads where = is_own && is_stale_ ? NameLeads::nowhere : leads(question.name);
    return render(message, question.end, !is_own, address_of(question.name, question.type, where));
}

async::Task<base::Result<std::string>> DnsTransport::exchange(dns::ServerAddress server,
                                                              std::string question,
                                                              dns::Protocol /*protocol*/,
                                                              std::chrono::milliseconds patience) {
    const std::chrono::milliseconds taken{dice_.between(1, 40)};
    co_await async::sleep_for(taken);
    std::string reply = dns_.reply_to(question, server.ip == kResolver);
    if (!reply.empty()) co_return reply;
    co_await async::sleep_for(patience - taken);
    co_return base::fail(base::ErrorKind::timeout, server.ip + " does not answer");
}

base::Result<std::vector<dns::ServerAddress>> DnsTransport::system_servers() const {
    return std::vector<dns::ServerAddress>{{kResolver, 53}};
}

async::Loop::Moment DnsTransport::now() const {
    return kernel().now();
}

}  // namespace simulation
