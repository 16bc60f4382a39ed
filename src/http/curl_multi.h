#pragma once

#include <coroutine>
#include <map>
#include <memory>

#include "async/loop.h"
#include "async/timer.h"
#include "async/waiter.h"
#include "async/watch.h"

namespace http {

/// libcurl's multi interface on a loop: its sockets are watched, its timer is set. Only for this
/// room's own sources.
class CurlMulti {
  public:
    explicit CurlMulti(async::Loop& loop);
    CurlMulti(const CurlMulti&) = delete;
    CurlMulti& operator=(const CurlMulti&) = delete;
    CurlMulti(CurlMulti&&) = delete;
    CurlMulti& operator=(CurlMulti&&) = delete;
    ~CurlMulti();

    /// `co_await multi.perform(easy)`, for a CURL* that outlives it: gives libcurl's CURLcode. One
    /// that is cancelled is taken out.
    class [[nodiscard]] Perform : public async::NeverReady {
      public:
        Perform(CurlMulti& multi, void* easy) : multi_(multi), easy_(easy) {}
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
        void* easy_;
        int result_ = 0;
        bool is_in_ = false;
        async::Waiter waiter_;
    };

    Perform perform(void* easy) { return {*this, easy}; }

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
