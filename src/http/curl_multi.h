#pragma once

#include <coroutine>
#include <map>
#include <memory>

#include "async/loop.h"
#include "async/timer.h"
#include "async/waiter.h"
#include "async/watch.h"
#include "http/curl_exchange.h"

namespace http {

/// libcurl's multi interface on a loop: its sockets are watched, its timer is set. Only for this
/// room's own sources.
class CurlMulti {
  public:
    /// At most so many connections to one host and port; 0: as many as there are requests.
    CurlMulti(async::Loop& loop, long connections_per_host);
    CurlMulti(const CurlMulti&) = delete;
    CurlMulti& operator=(const CurlMulti&) = delete;
    CurlMulti(CurlMulti&&) = delete;
    CurlMulti& operator=(CurlMulti&&) = delete;
    ~CurlMulti();

    /// `co_await multi.perform(exchange)`: gives libcurl's CURLcode. One that is cancelled is taken
    /// out.
    class [[nodiscard]] Perform : public async::NeverReady {
      public:
        Perform(CurlMulti& multi, CurlExchange& exchange) : multi_(multi), exchange_(exchange) {}
        Perform(const Perform&) = delete;
        Perform& operator=(const Perform&) = delete;
        Perform(Perform&&) = delete;
        Perform& operator=(Perform&&) = delete;
        ~Perform();

        template <class Promise>
        bool await_suspend(std::coroutine_handle<Promise> coroutine) {
            waiter_.suspend(coroutine, coroutine.promise().loop());
            return begin();
        }
        int await_resume() const noexcept { return result_; }

      private:
        friend class CurlMulti;

        /// False if it could not even begin.
        bool begin();

        CurlMulti& multi_;
        CurlExchange& exchange_;
        int result_ = 0;
        bool is_in_ = false;
        async::Waiter waiter_;
    };

    Perform perform(CurlExchange& exchange) { return {*this, exchange}; }

  private:
    struct Cleanup {
        void operator()(void* multi) const noexcept;
    };
    struct Callbacks;

    void act(int socket, int events);

    async::Loop& loop_;
    async::Timer timer_;
    std::map<int, async::Watch> watches_;   ///< by socket
    std::unique_ptr<void, Cleanup> multi_;  ///< CURLM; goes first: it reports what it closes
};

}  // namespace http
