#include "http/curl_multi.h"

#include <chrono>
#include <new>

#include <curl/curl.h>

namespace http {
namespace {

async::Readiness readiness_of(int what) {
    return {.to_read = what == CURL_POLL_IN || what == CURL_POLL_INOUT,
            .to_write = what == CURL_POLL_OUT || what == CURL_POLL_INOUT};
}

int events_of(async::Readiness ready) {
    return (ready.to_read ? CURL_CSELECT_IN : 0) | (ready.to_write ? CURL_CSELECT_OUT : 0);
}

}  // namespace

/// What is thrown must not cross libcurl's frames: it fails the transfer then.
struct CurlMulti::Callbacks {
    /// Watches the socket for what libcurl waits for there.
    static int on_socket(CURL* /*easy*/, curl_socket_t socket, int what, void* user,
                         void* /*of_socket*/) noexcept {
        auto& self = *static_cast<CurlMulti*>(user);
        try {
            const async::Readiness wanted = readiness_of(what);
            const auto place = self.watches_.find(socket);
            if (!wanted.any()) {
                self.watches_.erase(socket);
            } else if (place != self.watches_.end()) {
                place->second.change(wanted);
            } else {
                self.watches_.try_emplace(socket, self.loop_, socket, wanted,
                                          [&self, socket](async::Readiness ready) {
                                              self.act(socket, events_of(ready));
                                          });
            }
            return 0;
        } catch (...) {
            return -1;
        }
    }

    /// Only sets the timer: libcurl is not to be called from here.
    static int on_timer(CURLM* /*multi*/, long milliseconds, void* user) noexcept {
        auto& self = *static_cast<CurlMulti*>(user);
        try {
            if (milliseconds < 0) {
                self.timer_.cancel();
            } else {
                self.timer_.set(self.loop_.now() + std::chrono::milliseconds{milliseconds});
            }
            return 0;
        } catch (...) {
            return -1;
        }
    }
};

CurlMulti::CurlMulti(async::Loop& loop)
    : loop_(loop),
      timer_(loop, [this] { act(CURL_SOCKET_TIMEOUT, 0); }),
      multi_(curl_multi_init()) {
    if (!multi_) throw std::bad_alloc{};
    curl_multi_setopt(multi_.get(), CURLMOPT_SOCKETFUNCTION, &Callbacks::on_socket);
    curl_multi_setopt(multi_.get(), CURLMOPT_SOCKETDATA, this);
    curl_multi_setopt(multi_.get(), CURLMOPT_TIMERFUNCTION, &Callbacks::on_timer);
    curl_multi_setopt(multi_.get(), CURLMOPT_TIMERDATA, this);
}

CurlMulti::~CurlMulti() = default;

void CurlMulti::Cleanup::operator()(void* multi) const noexcept {
    curl_multi_cleanup(multi);
}

/// Lets libcurl work, and wakes those whose transfers have ended by that.
void CurlMulti::act(int socket, int events) {
    int running = 0;
    curl_multi_socket_action(multi_.get(), socket, events, &running);
    int left = 0;
    while (const CURLMsg* message = curl_multi_info_read(multi_.get(), &left)) {
        if (message->msg != CURLMSG_DONE) continue;
        Perform* perform = nullptr;
        curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &perform);
        perform->result_ = message->data.result;  // NOLINT(*-union-access): libcurl's type
        perform->waiter_.wake();
    }
}

bool CurlMulti::Perform::begin() {
    curl_easy_setopt(easy_, CURLOPT_PRIVATE, static_cast<void*>(this));
    is_in_ = curl_multi_add_handle(multi_.multi_.get(), easy_) == CURLM_OK;
    if (!is_in_) result_ = CURLE_FAILED_INIT;
    return is_in_;
}

CurlMulti::Perform::~Perform() {
    if (is_in_) curl_multi_remove_handle(multi_.multi_.get(), easy_);
}

}  // namespace http
