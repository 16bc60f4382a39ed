#include "http/limited.h"

#include <utility>

namespace http {

async::Task<base::Result<Response>> LimitedClient::send(Request request) {
    const async::Semaphore::Permit place = co_await places_.acquire();
    auto response = co_await inner_.send(std::move(request));
    co_return response;
}

async::Task<base::Result<std::string>> LimitedProbe::fetch(std::string address, std::uint16_t port,
                                                           std::string server_name,
                                                           std::chrono::milliseconds deadline) {
    const async::Semaphore::Permit place = co_await places_.acquire();
    auto shown = co_await inner_.fetch(std::move(address), port, std::move(server_name), deadline);
    co_return shown;
}

}  // namespace http
