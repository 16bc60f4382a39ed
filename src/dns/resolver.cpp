#include "dns/resolver.h"

#include <chrono>
#include <optional>
#include <utility>

#include "base/text.h"

namespace dns {
namespace {

using std::chrono::milliseconds;
using Moment = async::Loop::Moment;

/// Each server gets this many turns, in case the first packets are lost.
constexpr int kRounds = 2;

milliseconds until(Moment end, const Transport& transport) {
    return std::chrono::floor<milliseconds>(end - transport.now());
}

/// One turn of one server.
async::Task<base::Result<Answer>> ask_server(Transport& transport, ServerAddress server,
                                             std::string question, milliseconds turn) {
    const Moment end = transport.now() + turn;
    auto message = co_await transport.exchange(server, question, Protocol::udp, turn);
    if (message && is_truncated(*message)) {
        const milliseconds left = until(end, transport);
        message = co_await transport.exchange(server, question, Protocol::tcp, left);
        // It is there: what is in its way is a firewall that lets UDP through alone.
        if (!message) message.error().kind = base::ErrorKind::protocol;
    }
    if (!message) co_return std::move(message).error();
    auto answer = parse_answer(*message);
    if (answer) answer->server = server.ip;
    co_return answer;
}

/// The question to the servers in turn, until one of them has a finding.
class Inquiry {
  public:
    Inquiry(Transport& transport, const std::vector<ServerAddress>& servers, milliseconds deadline)
        : transport_(transport),
          end_(transport.now() + deadline),
          turns_left_(static_cast<int>(servers.size()) * kRounds),
          open_(servers) {}

    /// Did any server say anything, be it nonsense?
    bool is_heard() const { return heard_; }

    async::Task<base::Result<Answer>> run(std::string question) {
        for (int round = 0; round < kRounds && !open_.empty(); ++round) {
            std::vector<ServerAddress> silent;
            for (const ServerAddress& server : open_) {
                const milliseconds left = until(end_, transport_);
                if (left <= milliseconds{0}) co_return result();
                const milliseconds turn = left / turns_left_--;
                auto answer = co_await ask_server(transport_, server, question, turn);
                heard_ = heard_ || answer || answer.error().kind == base::ErrorKind::protocol;
                if (answer && answer->is_finding()) co_return answer;
                if (!answer) silent.push_back(server);
                keep(std::move(answer));
            }
            open_ = std::move(silent);
        }
        co_return result();
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

    Transport& transport_;
    Moment end_;
    int turns_left_;
    bool heard_ = false;
    std::vector<ServerAddress> open_;
    std::optional<base::Result<Answer>> best_;
};

}  // namespace

async::Task<base::Result<Answer>> Resolver::ask(std::string name, RecordType type) const {
    const auto question = render_question(name, type, settings_.recursion, settings_.checking);
    if (!question) co_return question.error();
    const auto found = servers();
    if (!found) co_return found.error();
    const auto place = co_await transport_.places().acquire();
    if (is_left_alone()) {
        co_return base::fail(base::ErrorKind::timeout,
                             "asking for " + base::printable(name, 300) +
                                 ": the name servers have not answered for a while; they are asked "
                                 "again in a minute");
    }
    Inquiry inquiry{transport_, *found, settings_.deadline};
    auto answer = co_await inquiry.run(*question);
    if (settings_.silence && inquiry.is_heard()) settings_.silence->note_answer();
    if (settings_.silence && !inquiry.is_heard()) {
        settings_.silence->note_no_answer(transport_.now());
    }
    if (!answer) {
        answer.error().message =
            "asking for " + base::printable(name, 300) + ": " + answer.error().message;
    }
    co_return answer;
}

bool Resolver::is_left_alone() const {
    return settings_.silence && settings_.silence->lasts(transport_.now());
}

base::Result<std::vector<ServerAddress>> Resolver::servers() const {
    if (!settings_.servers.empty()) return settings_.servers;
    return transport_.system_servers();
}

}  // namespace dns
