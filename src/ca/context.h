#pragma once

#include <memory>

#include "async/loop.h"
#include "base/clock.h"
#include "dns/silence.h"
#include "dns/transport.h"
#include "dokku/environment.h"
#include "dokku/log.h"
#include "http/client.h"
#include "store/local_store.h"

namespace ca {

/// What every step of a run works with. Made by a heavy main; outlives all that it is given to.
struct Context {
    const dokku::Environment& environment;
    const store::LocalStore& store;
    const dokku::Log& log;
    http::HttpClient& blocking_http;  ///< for what is no coroutine yet
    http::Client& http;
    base::Clock& clock;
    async::Loop& loop;
    dns::Transport& dns;
    std::shared_ptr<dns::Silences> silences = std::make_shared<dns::Silences>();
};

}  // namespace ca
