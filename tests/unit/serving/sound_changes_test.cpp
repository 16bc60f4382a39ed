#include "serving/sound_changes.h"

#include <filesystem>
#include <list>
#include <string>
#include <vector>

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include "ca/claim.h"
#include "lifecycle/prepare.h"
#include "orders/journal.h"
#include "serving/install_pair.h"
#include "serving/serve_round.h"
#include "support/certificate_maker.h"
#include "support/fake_nginx.h"
#include "support/files.h"
#include "support/instant_http.h"
#include "support/run_bench.h"
#include "tls/certs.h"
#include "tls/removal_marker.h"

using Catch::Matchers::ContainsSubstring;

namespace fs = std::filesystem;

namespace {

/// nginx on port 80 answers for every route.
class AnsweringNginx final : public test::InstantHttp {
  public:
    explicit AnsweringNginx(std::string thumbprint) : thumbprint_(std::move(thumbprint)) {}
    base::Result<http::Response> reply(const http::Request& request) override {
        const std::string token = request.url.substr(request.url.rfind('/') + 1);
        return http::Response{200, {}, token + "." + thumbprint_};
    }

  private:
    std::string thumbprint_;
};

/// Of `shop` the second certificate is in place, and `blog` and others are to get a route.
struct Round : test::RunBench {
    Round()
        : shop(job()),
          nginx(shop.ca.session->thumbprint()),
          round{host.environment, store, log, http, clock, simulated, context.dns, nginx, probe} {
        REQUIRE(ca::hold_folder(context, shop));
        shop.hold.lock = store.try_lock_app("shop").value();
        test::write_file(host.environment.app_root(app) / "VHOST", "a.example\n");
        REQUIRE(lifecycle::is_still_due(context, shop, {.force = true}).value());
        REQUIRE(orders::begin_journal(context, shop, {}).value());
        test::write_file(host.environment.app_root(app) / "nginx.conf",
                         "server { listen 443 ssl; server_name a.example; }\n");
        install();
        before = test::content_of(tls() / "server.crt");
        shop.present.chain = before;
        shop.present.owner = store::Owner::ours;
        former = serving::read_former_pair(context, shop);
        REQUIRE(former);
        install();
        shop.present.covered = {"a.example"};
    }

    void install() {
        shop.key = test::make_key();
        shop.issued = acme::IssuedCertificate{
            test::make_certificate({.common_name = "a.example", .names = {"a.example"}}, *shop.key),
            "https://ca.example/cert/1",
            {}};
        REQUIRE(run(serving::install_pair(context, shop)));
    }
    ca::IssueJob& add_route(const std::string& name) {
        return routed.emplace_back(job_of(host.add_app(name), {name + ".example"}));
    }
    void serve() {
        serving::RoundWishes wishes;
        for (ca::IssueJob& one : routed)
            wishes.routes.push_back(&one);
        wishes.loads.push_back({&shop, former ? &*former : nullptr});
        run(serving::serve_round(round, std::move(wishes)));
    }
    /// nginx -t refuses what the shell finds true, in these words.
    void refuse_if(const std::string& condition, const std::string& words) {
        programs.on_test("{ " + condition + "; } || exit 0\necho 'nginx: [emerg] " + words +
                         "' >&2\nexit 1");
    }
    fs::path tls() const { return host.environment.tls_root(app); }
    fs::path block(const ca::IssueJob& of) const {
        return serving::route_files_of(context, of).block;
    }

    std::string live() const { return test::content_of(tls() / "server.crt"); }

    test::FakeHostPrograms programs{host};
    ca::IssueJob shop;
    AnsweringNginx nginx;
    ca::Context round;
    std::list<ca::IssueJob> routed;
    std::string before;  ///< what was in tls/ when the run began
    std::optional<serving::FormerPair> former;
};

}  // namespace

TEST_CASE("one test and one reload serve a route and a pair", "[serving][design-4.9]") {
    Round app;
    const ca::IssueJob& blog = app.add_route("blog");
    app.serve();
    CHECK(app.shop.alive());
    CHECK(blog.alive());
    CHECK(fs::exists(app.block(blog)));
    CHECK(app.programs.asked("nginx -t") == 1);
    CHECK(app.programs.asked("service reload") == 1);
}

TEST_CASE("a pair that nginx refuses is replaced by the one before, and the rest is loaded",
          "[serving][design-4.9]") {
    Round app;
    const ca::IssueJob& blog = app.add_route("blog");
    const fs::path file = app.tls() / "server.crt";
    app.refuse_if("! cmp -s " + file.string() + " " + (app.tls() / "server.before").string(),
                  "cannot load certificate \"" + file.string() + "\": ca md too weak");
    test::write_file(app.tls() / "server.before", app.before);
    app.serve();
    CHECK(app.live() == app.before);
    CHECK(app.shop.cause() == store::cause::kReloadRefused);
    REQUIRE(app.shop.failure());
    CHECK_THAT(app.shop.failure()->error.message,
               ContainsSubstring("nginx refuses the new certificate: cannot load certificate") &&
                   ContainsSubstring("The former one was put back"));
    // As before the run, also where renewals look for it.
    CHECK(app.state().installed->fingerprint == app.former->installed->fingerprint);
    CHECK(tls::is_active(app.host.environment, app.app));
    CHECK(blog.alive());
    // Also once to see whether it could be mended.
    CHECK(app.programs.asked("nginx -t") == 3);
    CHECK(app.programs.asked("service reload") == 1);
}

TEST_CASE("a refused pair without one before stays, and the round is not loaded",
          "[serving][design-4.9]") {
    Round app;
    app.former.reset();
    const ca::IssueJob& blog = app.add_route("blog");
    const fs::path file = app.tls() / "server.crt";
    const std::string installed = app.live();
    app.refuse_if("true", "cannot load certificate \"" + file.string() + "\": ca md too weak");
    app.serve();
    CHECK(app.live() == installed);
    CHECK(blog.cause() == store::cause::kBlockedBy);
    CHECK_THAT(app.host.logged.err, ContainsSubstring("nginx was not reloaded: nginx's"));
    CHECK(app.programs.asked("service reload") == 0);
}

TEST_CASE("of many routes the one that nginx refuses without a file is found by halves",
          "[serving][design-4.9]") {
    Round app;
    for (int i = 0; i < 16; ++i)
        app.add_route("blog" + std::to_string(i));
    const ca::IssueJob& bad = *std::next(app.routed.begin(), 11);
    app.refuse_if("test -e " + app.block(bad).string(),
                  "could not build server_names_hash, you should increase "
                  "server_names_hash_bucket_size: 64");
    app.serve();
    CHECK(bad.cause() == store::cause::kPathShadowed);
    CHECK_THAT(bad.failure()->error.message,
               ContainsSubstring("could not build server_names_hash"));
    CHECK_FALSE(fs::exists(app.block(bad)));
    for (const ca::IssueJob& one : app.routed) {
        if (&one == &bad) continue;
        CHECK(one.alive());
        CHECK(fs::exists(app.block(one)));
    }
    CHECK(app.programs.asked("nginx -t") <= 1 + 1 + 2 * 4 + 1 + 1);
    CHECK(app.programs.asked("service reload") == 1);
}

TEST_CASE("a complaint about another file fails the round, and pairs wait for the next reload",
          "[serving][design-4.9]") {
    Round app;
    const ca::IssueJob& blog = app.add_route("blog");
    const std::string installed = app.live();
    app.refuse_if("true", "unknown directive \"x\" in /etc/nginx/conf.d/other.conf:3");
    app.serve();
    CHECK(blog.cause() == store::cause::kBlockedBy);
    CHECK_THAT(blog.failure()->error.message, ContainsSubstring("/etc/nginx/conf.d/other.conf:3"));
    CHECK(app.shop.alive());
    CHECK(app.live() == installed);
    CHECK_THAT(app.host.logged.err, ContainsSubstring("dokku nginx:reload"));
    CHECK(app.programs.asked("service reload") == 0);
}

TEST_CASE("a pair that another command is taking away just now is waited for", "[serving]") {
    Round app;
    const ca::IssueJob& blog = app.add_route("blog");
    const dokku::AppName other = app.host.add_app("other");
    test::Fork disabling{[&] {
        const auto marked =
            tls::mark_removal(app.host.environment, other, tls::RemovalKind::disable);
        return marked && test::Fork::wait_to_be_killed();
    }};
    disabling.wait_until_ready();
    const fs::path complained = app.host.environment.app_root(other) / "complained";
    const fs::path file = app.host.environment.tls_root(other) / "server.crt";
    app.refuse_if("! test -e " + complained.string() + " && touch " + complained.string(),
                  "cannot load certificate \"" + file.string() + "\": no such file");
    app.serve();
    CHECK(blog.alive());
    CHECK(app.shop.alive());
    CHECK(app.programs.asked("nginx -t") == 2);
    disabling.kill();
}

TEST_CASE("the pair of an app is not taken for its route", "[serving]") {
    Round app;
    const ca::IssueJob& blog = app.add_route("blog");
    const fs::path file = app.host.environment.tls_root(blog.app()) / "server.crt";
    app.refuse_if("true", "cannot load certificate \"" + file.string() + "\": no such file");
    app.serve();
    CHECK(blog.cause() == store::cause::kBlockedBy);
}
