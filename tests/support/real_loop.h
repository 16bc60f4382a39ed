#pragma once

#include <utility>

#include "async/epoll_loop.h"
#include "async/task.h"
#include "base/clock.h"
#include "dns/ares_transport.h"

namespace test {

// For tests that talk to servers on loopback: one loop of real time for the whole binary.

inline async::EpollLoop& real_loop() {
    static base::SystemClock clock;
    static async::EpollLoop loop{clock};
    return loop;
}

inline dns::Transport& real_dns() {
    static dns::AresTransport transport{real_loop()};
    return transport;
}

template <class T>
T run(async::Task<T> task) {
    return real_loop().run(std::move(task));
}

}  // namespace test
