#include "async/epoll_loop.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <limits>
#include <stdexcept>
#include <sys/epoll.h>
#include <system_error>

#include "async/watch.h"

namespace async {
namespace {

constexpr std::size_t kMostEvents = 64;
constexpr int kWithoutEnd = -1;

std::uint32_t events_of(Readiness wanted) {
    std::uint32_t events = 0;
    if (wanted.to_read) events |= EPOLLIN;
    if (wanted.to_write) events |= EPOLLOUT;
    return events;
}

Readiness readiness_of(std::uint32_t events, Readiness wanted) {
    if ((events & (EPOLLERR | EPOLLHUP)) != 0) return wanted;
    return {(events & EPOLLIN) != 0, (events & EPOLLOUT) != 0};
}

std::uint64_t tag_of(int fd, std::uint32_t generation) {
    return std::uint64_t{generation} << 32U | static_cast<std::uint32_t>(fd);
}

}  // namespace

EpollLoop::EpollLoop(base::Clock& clock) : Loop(clock), epoll_(::epoll_create1(EPOLL_CLOEXEC)) {
    if (!epoll_) throw std::system_error{errno, std::generic_category(), "creating an epoll"};
}

void EpollLoop::control(int operation, const Watch& watch, Generation generation) {
    epoll_event event{};
    event.events = events_of(watch.wanted());
    event.data.u64 = tag_of(watch.fd(), generation);
    if (::epoll_ctl(epoll_.get(), operation, watch.fd(), &event) != 0) {
        throw std::system_error{errno, std::generic_category(), "watching a descriptor"};
    }
}

void EpollLoop::add(Watch& watch) {
    const Generation generation = ++generations_;
    control(EPOLL_CTL_ADD, watch, generation);
    watched_.insert_or_assign(watch.fd(), Watched{&watch, generation});
}

void EpollLoop::change(Watch& watch) {
    control(EPOLL_CTL_MOD, watch, watched_.at(watch.fd()).generation);
}

void EpollLoop::remove(Watch& watch) {
    const auto place = watched_.find(watch.fd());
    if (place == watched_.end() || place->second.watch != &watch) return;
    watched_.erase(place);
    // Refused where the descriptor was closed, which has taken it out already.
    ::epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, watch.fd(), nullptr);
}

void EpollLoop::listen_beside(int fd, std::function<void()> on_ready) {
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.u64 = tag_of(fd, 0);  // no watch has that generation
    if (::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, fd, &event) != 0) {
        throw std::system_error{errno, std::generic_category(), "watching a descriptor"};
    }
    beside_.insert_or_assign(fd, std::move(on_ready));
}

void EpollLoop::wait(std::optional<Moment> until) {
    if (!until && watched_.empty()) throw std::logic_error{"stuck: nothing could end the wait"};
    int timeout = kWithoutEnd;
    if (until) {
        const Moment present = now();  // once, or what is past would be a moment ahead
        const auto left =
            std::chrono::ceil<std::chrono::milliseconds>(std::max(*until, present) - present);
        timeout =
            static_cast<int>(std::min<std::int64_t>(left.count(), std::numeric_limits<int>::max()));
    }
    std::array<epoll_event, kMostEvents> events{};
    const int ready = ::epoll_wait(epoll_.get(), events.data(), kMostEvents, timeout);
    if (ready < 0 && errno != EINTR) {
        throw std::system_error{errno, std::generic_category(), "waiting for descriptors"};
    }
    for (int i = 0; i < ready; ++i) {
        const epoll_event& event = events.at(static_cast<std::size_t>(i));
        const int fd = static_cast<int>(event.data.u64 & 0xffffffffU);
        if (event.data.u64 == tag_of(fd, 0)) {
            beside_.at(fd)();
            continue;
        }
        const auto place = watched_.find(fd);
        if (place == watched_.end()) continue;
        if (tag_of(fd, place->second.generation) != event.data.u64) continue;
        place->second.watch->notice(readiness_of(event.events, place->second.watch->wanted()));
    }
}

}  // namespace async
