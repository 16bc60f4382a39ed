#pragma once

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "ca/context.h"
#include "ca/issue_job.h"
#include "settings/read_settings.h"
#include "support/acme_bench.h"
#include "support/dokku_host.h"
#include "support/fake_clock.h"
#include "support/real_loop.h"
#include "support/scripted_http.h"
#include "support/shown_certificates.h"
#include "support/simulated_loop.h"

namespace test {

/// What a run works with: a host with one app `shop`, a scripted CA at at_ca("/directory") and a
/// clock that stands still.
struct RunBench {
    /// `loop`: for a test that talks to servers on loopback (real_loop()).
    explicit RunBench(async::Loop* loop = nullptr)
        : context{host.environment, store, log,  http, clock, loop == nullptr ? simulated : *loop,
                  real_dns(),       http,  probe} {}

    /// On the context's loop.
    template <class T>
    T run(async::Task<T> task) {
        return context.loop.run(std::move(task));
    }

    using Change = std::function<void(ca::Wanted&)>;

    /// A job for these domains of `shop`, ordered from the scripted CA by account 1. `change`: what
    /// is wanted otherwise.
    ca::IssueJob job(const std::vector<std::string>& domains = {"a.example"},
                     const Change& change = {}) {
        return job_of(app, domains, change);
    }
    /// The same for another app.
    ca::IssueJob job_of(const dokku::AppName& of, const std::vector<std::string>& domains,
                        const Change& change = {}) {
        ca::Wanted wanted{of, settings(), domains};
        wanted.hash = "0123abcd";
        if (change) change(wanted);
        ca::IssueJob job{std::move(wanted)};
        for (const std::string& domain : domains)
            job.names.ordered.push_back(dns::DnsName::parse(domain).value());
        job.hold.seen = base::Folder::open(host.environment.app_root(of)).value();
        if (!ca) {
            auto key = crypto::PrivateKey::parse_pem(account_key().to_pem().reveal());
            ca = std::make_unique<ca::CaSession>(context, std::move(*key), Bench::directory());
            ca->client().use_account(at_ca("/account/1"));
            ca->client().nonces().add("nonce0");
        }
        job.ca.session = ca.get();
        return job;
    }

    static settings::Settings settings(const std::string& email = "me@x.test") {
        return settings::resolve_settings({}, {{"email", email}, {"server", at_ca("/directory")}});
    }

    /// The same with another way to CAs.
    ca::Context with(http::Client& other) {
        return {context.environment, context.store, context.log, other, clock,
                context.loop,        context.dns,   http,        probe};
    }

    store::AppState state() const { return store.read_state("shop").value(); }

    DokkuHost host;
    dokku::AppName app = host.add_app("shop");
    dokku::Log log = host.log();
    store::LocalStore store{host.environment.global_root()};
    ScriptedHttp http;  ///< the CA, and this host on port 80
    ShownCertificates probe;
    FakeClock clock;
    SimulatedLoop simulated{clock};
    ca::Context context;
    ca::CaSessions sessions{context};
    std::unique_ptr<ca::CaSession> ca;
};

}  // namespace test
