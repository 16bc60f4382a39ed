#include "http/server_turns.h"

#include <utility>

namespace http {

ServerTurns::Turn::Turn(Turn&& other) noexcept
    : server_(other.server_),
      is_first_(std::exchange(other.is_first_, false)),
      connection_(std::move(other.connection_)) {}

ServerTurns::Turn::~Turn() {
    if (!is_first_) return;
    server_->is_first_under_way = false;
    server_->first_has_ended.notify_all();
}

async::Task<ServerTurns::Turn> ServerTurns::acquire(std::string origin) {
    Server& server = servers_[std::move(origin)];
    Turn turn{server};
    if (server.is_first_under_way) {
        co_await server.first_has_ended.wait();
    } else if (server.version == Version::unknown) {
        server.is_first_under_way = true;
        turn.is_first_ = true;
    }
    const bool is_limited = server.version == Version::http1 && !turn.is_first_;
    if (is_limited) turn.connection_.emplace(co_await server.connections.acquire());
    co_return turn;
}

}  // namespace http
