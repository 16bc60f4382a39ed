#include "dns/resolver.h"

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <memory>
#include <netinet/in.h>
#include <poll.h>
#include <sys/time.h>
#include <type_traits>

#include <ares.h>

#include "base/text.h"

namespace dns {
namespace {

using std::chrono::milliseconds;
using SteadyTime = std::chrono::steady_clock::time_point;

/// Each server gets this many turns, in case the first packets are lost.
constexpr int kRounds = 2;
/// UDP packets of one turn. c-ares doubles its patience after each: 1 + 2 + 4 shares of the turn.
constexpr int kTries = 3;
constexpr int kShares = 7;

enum class Transport { udp, tcp };

struct DestroyChannel {
    void operator()(ares_channel channel) const noexcept { ares_destroy(channel); }
};
using Channel = std::unique_ptr<std::remove_pointer_t<ares_channel>, DestroyChannel>;

struct FreeAresData {
    void operator()(void* data) const noexcept { ares_free_data(data); }
};

base::Unexpected<base::Error> ares_failure(base::ErrorKind kind, const std::string& activity,
                                           int status) {
    return base::fail(kind, activity + ": " + ares_strerror(status));
}

base::Result<Channel> open_channel(Transport transport, milliseconds patience) {
    static const int library = ares_library_init(ARES_LIB_INIT_ALL);  // once for the process
    if (library != ARES_SUCCESS) {
        return ares_failure(base::ErrorKind::io, "setting up the resolver", library);
    }
    ares_options options{};
    // What servers refuse is for us to judge, and so is truncation: c-ares itself would give TCP no
    // longer than the first packet.
    const bool by_tcp = transport == Transport::tcp;
    options.flags = ARES_FLAG_NOCHECKRESP | ARES_FLAG_IGNTC | (by_tcp ? ARES_FLAG_USEVC : 0);
    options.tries = by_tcp ? 1 : kTries;
    options.timeout = std::max(1, static_cast<int>(patience.count()) / (by_tcp ? 1 : kShares));
    ares_channel channel = nullptr;
    const int status =
        ares_init_options(&channel, &options, ARES_OPT_FLAGS | ARES_OPT_TRIES | ARES_OPT_TIMEOUTMS);
    if (status != ARES_SUCCESS) {
        return ares_failure(base::ErrorKind::io, "setting up the resolver", status);
    }
    return Channel{channel};
}

base::Result<void> use_server(ares_channel channel, const ServerAddress& server) {
    ares_addr_port_node node{};
    node.udp_port = node.tcp_port = server.port;
    if (::inet_pton(AF_INET, server.ip.c_str(), &node.addr.addr4) == 1) {
        node.family = AF_INET;
    } else if (::inet_pton(AF_INET6, server.ip.c_str(), &node.addr.addr6) == 1) {
        node.family = AF_INET6;
    } else {
        return base::fail(base::ErrorKind::invalid_input,
                          "\"" + base::printable(server.ip, 100) + "\" is no address of a server");
    }
    const int status = ares_set_servers_ports(channel, &node);
    if (status == ARES_SUCCESS) return {};
    return ares_failure(base::ErrorKind::io, "setting up the resolver", status);
}

/// What c-ares reports in the end.
struct Outcome {
    bool done = false;
    int status = ARES_ETIMEOUT;
    std::string message;
};

void on_answer(void* argument, int status, int /*timeouts*/, unsigned char* data,
               int length) noexcept {
    auto* outcome = static_cast<Outcome*>(argument);
    outcome->done = true;
    outcome->status = status;
    try {
        if (data != nullptr && length > 0) outcome->message.assign(data, data + length);
    } catch (...) {  // C called us
        outcome->status = ARES_ENOMEM;
    }
}

/// How long c-ares may sleep: until its next timer, at most until `end`.
int poll_milliseconds(ares_channel channel, SteadyTime end) {
    const auto left = std::chrono::ceil<milliseconds>(end - std::chrono::steady_clock::now());
    timeval most{};
    most.tv_sec = left.count() / 1000;
    most.tv_usec = left.count() % 1000 * 1000;
    timeval next{};
    const timeval* chosen = ares_timeout(channel, &most, &next);
    return static_cast<int>(chosen->tv_sec * 1000 + chosen->tv_usec / 1000 + 1);
}

/// The sockets that c-ares has open, and what it waits for at each.
std::vector<pollfd> watched_sockets(ares_channel channel) {
    std::array<ares_socket_t, ARES_GETSOCK_MAXNUM> sockets{};
    const auto mask = static_cast<unsigned>(
        ares_getsock(channel, sockets.data(), static_cast<int>(sockets.size())));
    std::vector<pollfd> watched;
    for (unsigned i = 0; i < sockets.size(); ++i) {
        unsigned events = 0;
        if (ARES_GETSOCK_READABLE(mask, i) != 0U) events |= POLLIN;
        if (ARES_GETSOCK_WRITABLE(mask, i) != 0U) events |= POLLOUT;
        if (events != 0) watched.push_back({sockets.at(i), static_cast<short>(events), 0});
    }
    return watched;
}

/// Lets c-ares work until it is done or `end`.
void wait_for_answer(ares_channel channel, const Outcome& outcome, SteadyTime end) {
    while (!outcome.done && std::chrono::steady_clock::now() < end) {
        auto watched = watched_sockets(channel);
        ::poll(watched.data(), watched.size(), poll_milliseconds(channel, end));
        for (const pollfd& each : watched) {
            const auto happened = static_cast<unsigned>(each.revents);
            const bool readable = (happened & (POLLIN | POLLERR | POLLHUP)) != 0;
            const bool writable = (happened & POLLOUT) != 0;
            if (readable || writable) {
                ares_process_fd(channel, readable ? each.fd : ARES_SOCKET_BAD,
                                writable ? each.fd : ARES_SOCKET_BAD);
            }
        }
        ares_process_fd(channel, ARES_SOCKET_BAD, ARES_SOCKET_BAD);  // its timers
    }
}

base::ErrorKind kind_of(int status) {
    if (status == ARES_ETIMEOUT) return base::ErrorKind::timeout;
    // Newer c-ares reads the message itself and keeps what it cannot read.
    return status == ARES_EBADRESP ? base::ErrorKind::protocol : base::ErrorKind::network;
}

/// The bytes that a server answers until `end`.
base::Result<std::string> exchange(const ServerAddress& server, const std::string& question,
                                   Transport transport, SteadyTime end) {
    Outcome outcome;  // outlives the channel, which reports once more when it is destroyed
    const auto left = std::chrono::floor<milliseconds>(end - std::chrono::steady_clock::now());
    const auto channel = open_channel(transport, left);
    if (!channel) return channel.error();
    if (auto used = use_server(channel->get(), server); !used) return std::move(used).error();
    ares_send(channel->get(),
              reinterpret_cast<const unsigned char*>(question.data()),  // NOLINT(*-cast): bytes
              static_cast<int>(question.size()), on_answer, &outcome);
    wait_for_answer(channel->get(), outcome, end);
    if (!outcome.message.empty()) return std::move(outcome.message);
    return ares_failure(kind_of(outcome.status),
                        "the name server " + server.ip + " did not answer" +
                            (transport == Transport::tcp ? " by TCP" : ""),
                        outcome.status);
}

/// One turn of one server.
base::Result<Answer> ask_server(const ServerAddress& server, const std::string& question,
                                milliseconds turn) {
    const auto end = std::chrono::steady_clock::now() + turn;
    auto message = exchange(server, question, Transport::udp, end);
    if (message && is_truncated(*message)) {
        message = exchange(server, question, Transport::tcp, end);
        // It is there: what is in its way is a firewall that lets UDP through alone.
        if (!message) message.error().kind = base::ErrorKind::protocol;
    }
    if (!message) return std::move(message).error();
    auto answer = parse_answer(*message);
    if (answer) answer->server = server.ip;
    return answer;
}

/// The question to the servers in turn, until one of them has a finding.
class Inquiry {
  public:
    Inquiry(const std::vector<ServerAddress>& servers, milliseconds deadline)
        : end_(std::chrono::steady_clock::now() + deadline),
          turns_left_(static_cast<int>(servers.size()) * kRounds) {
        for (const ServerAddress& server : servers)
            open_.push_back(&server);
    }

    /// Did any server say anything, be it nonsense?
    bool is_heard() const { return heard_; }

    base::Result<Answer> run(const std::string& question) {
        for (int round = 0; round < kRounds && !open_.empty(); ++round) {
            std::vector<const ServerAddress*> silent;
            for (const ServerAddress* server : open_) {
                const auto left =
                    std::chrono::floor<milliseconds>(end_ - std::chrono::steady_clock::now());
                if (left <= milliseconds{0}) return result();
                auto answer = ask_server(*server, question, left / turns_left_--);
                heard_ = heard_ || answer || answer.error().kind == base::ErrorKind::protocol;
                if (answer && answer->is_finding()) return answer;
                if (!answer) silent.push_back(server);
                keep(std::move(answer));
            }
            open_ = std::move(silent);
        }
        return result();
    }

  private:
    /// An answer without a finding still says more than none.
    void keep(base::Result<Answer> answer) {
        if (!best_ || (!best_->has_value() && answer.has_value())) best_ = std::move(answer);
    }

    base::Result<Answer> result() {
        if (best_) return std::move(*best_);
        return base::fail(base::ErrorKind::timeout, "no name server was asked in time");
    }

    SteadyTime end_;
    int turns_left_;
    bool heard_ = false;
    std::vector<const ServerAddress*> open_;
    std::optional<base::Result<Answer>> best_;
};

}  // namespace

base::Result<Answer> Resolver::ask(std::string_view name, RecordType type) const {
    const auto question = render_question(name, type, settings_.recursion, settings_.checking);
    if (!question) return question.error();
    const auto found = servers();
    if (!found) return found.error();
    if (is_left_alone()) {
        return base::fail(base::ErrorKind::timeout,
                          "asking for " + base::printable(name, 300) +
                              ": the name servers have not answered for a while; they are asked "
                              "again in a minute");
    }
    Inquiry inquiry{*found, settings_.deadline};
    auto answer = inquiry.run(*question);
    if (settings_.silence && inquiry.is_heard()) settings_.silence->note_answer();
    if (settings_.silence && !inquiry.is_heard()) {
        settings_.silence->note_no_answer(std::chrono::steady_clock::now());
    }
    if (!answer) {
        answer.error().message =
            "asking for " + base::printable(name, 300) + ": " + answer.error().message;
    }
    return answer;
}

bool Resolver::is_left_alone() const {
    return settings_.silence && settings_.silence->lasts(std::chrono::steady_clock::now());
}

base::Result<std::vector<ServerAddress>> Resolver::servers() const {
    if (!settings_.servers.empty()) return settings_.servers;
    const auto channel = open_channel(Transport::udp, settings_.deadline);
    if (!channel) return channel.error();
    ares_addr_port_node* first = nullptr;
    const int status = ares_get_servers_ports(channel->get(), &first);
    const std::unique_ptr<ares_addr_port_node, FreeAresData> owner{first};
    if (status != ARES_SUCCESS) {
        return ares_failure(base::ErrorKind::io, "reading the system's name servers", status);
    }
    std::vector<ServerAddress> found;
    for (const ares_addr_port_node* node = first; node != nullptr; node = node->next) {
        std::array<char, INET6_ADDRSTRLEN> text{};
        if (::inet_ntop(node->family, &node->addr, text.data(), text.size()) == nullptr) continue;
        const int port = node->udp_port;
        found.push_back({text.data(), static_cast<std::uint16_t>(port == 0 ? 53 : port)});
    }
    if (found.empty()) {
        return base::fail(base::ErrorKind::not_found, "the system names no DNS servers");
    }
    return found;
}

}  // namespace dns
