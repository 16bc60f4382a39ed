#include "support/dns_server.h"

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <netinet/in.h>
#include <poll.h>
#include <stdexcept>
#include <sys/socket.h>

#include "base/text.h"

namespace test {
namespace {

using dns::RecordType;

constexpr int kTick = 20;  // milliseconds between looks at the stop flag
constexpr std::size_t kHeaderBytes = 12;

void require(bool worked, const char* what) {
    if (!worked) throw std::runtime_error(what);
}

std::string number(std::size_t value) {
    return {static_cast<char>(value >> 8U & 0xffU), static_cast<char>(value & 0xffU)};
}

std::string length_byte(std::size_t length) {
    return {static_cast<char>(length)};
}

unsigned number_at(std::string_view message, std::size_t at) {
    return static_cast<unsigned>(static_cast<unsigned char>(message[at])) << 8U |
           static_cast<unsigned char>(message[at + 1]);
}

/// A socket address of either family.
struct Address {
    sockaddr_storage storage{};
    socklen_t length = sizeof(sockaddr_storage);

    Address() = default;
    Address(const std::string& ip, std::uint16_t port) {
        sockaddr_in v4{};
        sockaddr_in6 v6{};
        if (::inet_pton(AF_INET, ip.c_str(), &v4.sin_addr) == 1) {
            v4.sin_family = AF_INET;
            v4.sin_port = htons(port);
            *reinterpret_cast<sockaddr_in*>(&storage) = v4;
            length = sizeof(v4);
        } else {
            require(::inet_pton(AF_INET6, ip.c_str(), &v6.sin6_addr) == 1, "no address");
            v6.sin6_family = AF_INET6;
            v6.sin6_port = htons(port);
            *reinterpret_cast<sockaddr_in6*>(&storage) = v6;
            length = sizeof(v6);
        }
    }

    sockaddr* get() { return reinterpret_cast<sockaddr*>(&storage); }
    int family() const { return storage.ss_family; }
    std::uint16_t port() const {
        // Both families have it at the same place.
        return ntohs(reinterpret_cast<const sockaddr_in*>(&storage)->sin_port);
    }
};

}  // namespace

std::string dns_name(std::string_view name) {
    std::string wire;
    for (const std::string_view label : base::split(name, '.')) {
        if (!label.empty()) wire += length_byte(label.size()) + std::string{label};
    }
    return wire + '\0';
}

std::string dns_record(std::string_view name, RecordType type, std::string_view data) {
    const std::string ttl(4, '\0');
    return dns_name(name) + number(static_cast<unsigned>(type)) + number(1) + ttl +
           number(data.size()) + std::string{data};
}

std::string a_record(std::string_view name, const std::string& ip) {
    std::string bytes(4, '\0');
    require(::inet_pton(AF_INET, ip.c_str(), bytes.data()) == 1, "no IPv4 address");
    return dns_record(name, RecordType::a, bytes);
}

std::string aaaa_record(std::string_view name, const std::string& ip) {
    std::string bytes(16, '\0');
    require(::inet_pton(AF_INET6, ip.c_str(), bytes.data()) == 1, "no IPv6 address");
    return dns_record(name, RecordType::aaaa, bytes);
}

std::string cname_record(std::string_view name, std::string_view target) {
    return dns_record(name, RecordType::cname, dns_name(target));
}

std::string ns_record(std::string_view name, std::string_view host) {
    return dns_record(name, RecordType::ns, dns_name(host));
}

std::string soa_record(std::string_view name) {
    const std::string numbers(20, '\0');
    return dns_record(name, RecordType::soa,
                      dns_name("ns1." + std::string{name}) + dns_name("admin") + numbers);
}

std::string txt_record(std::string_view name, const std::vector<std::string>& strings) {
    std::string data;
    for (const std::string& text : strings)
        data += length_byte(text.size()) + text;
    return dns_record(name, RecordType::txt, data);
}

std::string caa_record(std::string_view name, unsigned flags, std::string_view tag,
                       std::string_view value) {
    return dns_record(
        name, RecordType::caa,
        length_byte(flags) + length_byte(tag.size()) + std::string{tag} + std::string{value});
}

DnsServer::DnsServer(std::string ip, std::uint16_t port) : ip_(std::move(ip)) {
    // A free port of one kind may be taken for the other.
    for (int tries = 0; tries < 50 && port_ == 0; ++tries) {
        Address address{ip_, port};
        tcp_ = base::UniqueFd{::socket(address.family(), SOCK_STREAM | SOCK_CLOEXEC, 0)};
        udp_ = base::UniqueFd{::socket(address.family(), SOCK_DGRAM | SOCK_CLOEXEC, 0)};
        const int yes = 1;
        ::setsockopt(tcp_.get(), SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes));
        if (::bind(tcp_.get(), address.get(), address.length) != 0) continue;
        require(::getsockname(tcp_.get(), address.get(), &address.length) == 0, "getsockname");
        if (::bind(udp_.get(), address.get(), address.length) != 0) continue;
        require(::listen(tcp_.get(), 8) == 0, "listen");
        port_ = address.port();
    }
    require(port_ != 0, "no port for a name server");
    thread_ = std::thread([this] { serve(); });
}

DnsServer::~DnsServer() {
    stopping_ = true;
    thread_.join();
}

void DnsServer::answer(const std::string& name, RecordType type, std::vector<DnsReply> replies) {
    const std::lock_guard lock(mutex_);
    replies_[{name, static_cast<unsigned>(type)}] = std::move(replies);
}

void DnsServer::answer_unchecked(const std::string& name, RecordType type, DnsReply reply) {
    const std::lock_guard lock(mutex_);
    unchecked_[{name, static_cast<unsigned>(type)}] = std::move(reply);
}

void DnsServer::otherwise(DnsReply reply) {
    const std::lock_guard lock(mutex_);
    otherwise_ = std::move(reply);
    has_otherwise_ = true;
}

std::vector<DnsQuestion> DnsServer::questions() const {
    const std::lock_guard lock(mutex_);
    return questions_;
}

std::size_t DnsServer::asked(const std::string& name, RecordType type) const {
    const auto all = questions();
    return static_cast<std::size_t>(std::count_if(all.begin(), all.end(), [&](const auto& each) {
        return each.name == name && each.type == static_cast<unsigned>(type);
    }));
}

void DnsServer::serve() {
    while (!stopping_) {
        std::array<pollfd, 2> waiting{pollfd{udp_.get(), POLLIN, 0}, pollfd{tcp_.get(), POLLIN, 0}};
        if (::poll(waiting.data(), waiting.size(), kTick) <= 0) continue;
        if (waiting[0].revents != 0) serve_udp();
        if (waiting[1].revents != 0) serve_tcp();
    }
}

void DnsServer::serve_udp() {
    std::array<char, 4096> buffer{};
    Address peer;
    const auto got =
        ::recvfrom(udp_.get(), buffer.data(), buffer.size(), 0, peer.get(), &peer.length);
    if (got < static_cast<ssize_t>(kHeaderBytes)) return;
    const std::string message{buffer.data(), static_cast<std::size_t>(got)};
    // On a busy machine a client may send its packet again before it sees the answer.
    std::string& reply = answered_[{peer.port(), message}];
    if (reply.empty()) reply = reply_to(message, false);
    if (!reply.empty())
        ::sendto(udp_.get(), reply.data(), reply.size(), 0, peer.get(), peer.length);
}

void DnsServer::serve_tcp() {
    base::UniqueFd connection{::accept4(tcp_.get(), nullptr, nullptr, SOCK_CLOEXEC)};
    std::string bytes;
    while (!stopping_) {
        pollfd waiting{connection.get(), POLLIN, 0};
        if (::poll(&waiting, 1, kTick) <= 0) continue;
        std::array<char, 4096> buffer{};
        const auto got = ::recv(connection.get(), buffer.data(), buffer.size(), 0);
        if (got <= 0) return;
        bytes.append(buffer.data(), static_cast<std::size_t>(got));
        if (bytes.size() >= 2 && bytes.size() >= 2 + number_at(bytes, 0)) break;
    }
    if (bytes.size() < 2 + kHeaderBytes) return;
    const std::string reply = reply_to(std::string_view{bytes}.substr(2), true);
    if (reply.empty()) {
        held_.push_back(std::move(connection));
        return;
    }
    const std::string framed = number(reply.size()) + reply;
    ::send(connection.get(), framed.data(), framed.size(), MSG_NOSIGNAL);
}

DnsReply DnsServer::next_reply(const DnsQuestion& question) {
    const std::lock_guard lock(mutex_);
    questions_.push_back(question);
    const auto unchecked = unchecked_.find({question.name, question.type});
    if (question.checking_disabled && unchecked != unchecked_.end()) return unchecked->second;
    const auto found = replies_.find({question.name, question.type});
    if (found != replies_.end()) {
        DnsReply reply = found->second.front();
        // The question by TCP is the same one as that by UDP before it.
        const bool comes_again = reply.truncated_by_udp && !question.by_tcp;
        if (found->second.size() > 1 && !comes_again) found->second.erase(found->second.begin());
        return reply;
    }
    if (has_otherwise_) return otherwise_;
    const bool known = std::any_of(replies_.begin(), replies_.end(), [&](const auto& each) {
        return each.first.first == question.name;
    });
    return {{}, known ? 0 : kNxDomain};
}

std::string DnsServer::reply_to(std::string_view message, bool by_tcp) {
    DnsQuestion question;
    std::size_t at = kHeaderBytes;
    while (at < message.size() && message[at] != '\0') {
        const auto length = static_cast<unsigned char>(message[at]);
        question.name +=
            (question.name.empty() ? "" : ".") + std::string{message.substr(at + 1, length)};
        at += length + 1;
    }
    if (message.size() < at + 5) return {};
    question.type = number_at(message, at + 1);
    question.by_tcp = by_tcp;
    question.recursion_desired = (number_at(message, 2) & 0x0100U) != 0;
    question.checking_disabled = (number_at(message, 2) & 0x0010U) != 0;
    const DnsReply reply = next_reply(question);
    if (reply.silent || (reply.silent_by_tcp && by_tcp)) return {};
    if (by_tcp) std::this_thread::sleep_for(reply.delay_by_tcp);

    const bool cut = reply.truncated_by_udp && !by_tcp;
    const unsigned flags =
        0x8000U | (reply.authoritative ? 0x0400U : 0U) | (cut ? 0x0200U : 0U) | reply.code;
    std::string bytes{message.substr(0, 2)};
    bytes += number(flags) + number(1) + number(cut ? 0 : reply.records.size()) +
             number(cut ? 0 : reply.authority.size()) + number(cut ? 0 : reply.additional.size());
    bytes += message.substr(kHeaderBytes, at + 5 - kHeaderBytes);
    if (cut) return bytes;
    for (const std::string& record : reply.records)
        bytes += record;
    for (const std::string& record : reply.authority)
        bytes += record;
    for (const std::string& record : reply.additional)
        bytes += record;
    if (reply.broken) bytes.pop_back();
    return bytes;
}

}  // namespace test
