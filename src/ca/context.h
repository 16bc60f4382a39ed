#pragma once

#include <memory>

#include "async/loop.h"
#include "async/semaphore.h"
#include "base/clock.h"
#include "dns/silence.h"
#include "dns/transport.h"
#include "dokku/environment.h"
#include "dokku/kept_lines.h"
#include "dokku/log.h"
#include "http/certificate_probe.h"
#include "http/client.h"
#include "programs/host_programs.h"
#include "store/local_store.h"

namespace ca {

/// What every step of a run works with. Made by a heavy main; outlives all that it is given to.
struct Context {
    const dokku::Environment& environment;
    const store::LocalStore& store;
    const dokku::Log& log;
    http::Client& http;
    base::Clock& clock;
    async::Loop& loop;
    dns::Transport& dns;
    http::Client& self_fetch;       ///< of this host's own names, by `connect_to`
    http::CertificateProbe& probe;  ///< of what this host serves; few at once, with self_fetch
    std::shared_ptr<dns::Silences> silences = std::make_shared<dns::Silences>();
    /// The turn of programs that change a zone.
    std::shared_ptr<async::Semaphore> dns_programs = std::make_shared<async::Semaphore>(1);
    std::shared_ptr<programs::HostPrograms> programs =
        std::make_shared<programs::HostPrograms>(environment);
    /// What its log has not shown yet.
    std::shared_ptr<dokku::AllKeptLines> kept_lines = std::make_shared<dokku::AllKeptLines>();

    /// The same with another log.
    Context with_log(const dokku::Log& other) const {
        return {environment, store, other,    http,         clock,    loop,      dns,
                self_fetch,  probe, silences, dns_programs, programs, kept_lines};
    }
};

}  // namespace ca
