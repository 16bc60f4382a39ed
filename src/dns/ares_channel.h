#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "async/loop.h"
#include "async/timer.h"
#include "async/watch.h"
#include "base/result.h"
#include "dns/server_address.h"

struct ares_channeldata;
struct ares_options;

namespace dns {

/// One question of c-ares on a loop: its sockets are watched, its timer is set. Only for this
/// room's own sources. c-ares calls back when it is destroyed; what it writes to outlives it.
class AresChannel {
  public:
    /// `options` are those of `mask` (ares_init_options(3)). `io` if c-ares cannot be set up.
    static base::Result<std::unique_ptr<AresChannel>> open(async::Loop& loop,
                                                           const ares_options& options, int mask);
    AresChannel(const AresChannel&) = delete;
    AresChannel& operator=(const AresChannel&) = delete;
    AresChannel(AresChannel&&) = delete;
    AresChannel& operator=(AresChannel&&) = delete;
    ~AresChannel() = default;

    /// Instead of the system's. `invalid_input` if one of them is no address, `io` if c-ares does
    /// not take them.
    base::Result<void> use_servers(const std::vector<ServerAddress>& servers) const;

    ares_channeldata* get() const { return channel_.get(); }

    /// To be called once the question was asked: from then on the loop lets c-ares work.
    void begin() { set_timer(); }

  private:
    struct Destroy {
        void operator()(ares_channeldata* channel) const noexcept;
    };

    explicit AresChannel(async::Loop& loop);

    static void on_socket(void* user, int socket, int readable, int writable) noexcept;
    void process(int readable, int writable);
    void set_timer();

    async::Loop& loop_;
    async::Timer timer_;
    std::map<int, async::Watch> watches_;
    std::unique_ptr<ares_channeldata, Destroy> channel_;  ///< goes first
};

/// What c-ares could not do, in its own words.
base::Unexpected<base::Error> ares_failure(base::ErrorKind kind, const std::string& activity,
                                           int status);

}  // namespace dns
