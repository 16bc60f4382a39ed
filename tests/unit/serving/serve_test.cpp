#include "serving/serve.h"

#include <chrono>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include "async/all.h"
#include "async/sleep.h"
#include "ca/claim.h"
#include "crypto/certificate.h"
#include "orders/journal.h"
#include "serving/challenge_routes.h"
#include "serving/serve_round.h"
#include "support/certificate_maker.h"
#include "support/fake_nginx.h"
#include "support/files.h"
#include "support/run_bench.h"

using namespace std::chrono_literals;
using Catch::Matchers::ContainsSubstring;

namespace fs = std::filesystem;

namespace {

std::string make_pem() {
    return test::make_certificate({.common_name = "a.example"}, test::make_key());
}

/// An app with three names, of which nginx shows certificates at two addresses.
struct Shown : test::RunBench {
    Shown() {
        std::string vhost;
        for (const char* name : {"a.example", "b.example", "c.example"}) {
            vhost += "server { listen 127.0.0.1:8443 ssl; listen [::1]:8443 ssl; server_name " +
                     std::string{name} + "; }\n";
            shown[name] = right;
        }
        test::write_file(host.environment.app_root(app) / "nginx.conf", vhost);
        probe.answer = [this](const std::string& address, std::uint16_t port,
                              const std::string& name) {
            CHECK(port == 8443);
            ++asked[name];
            if (address == silent) return refused();
            return base::Result<std::string>{shown.at(name)};
        };
    }

    static base::Result<std::string> refused() {
        return base::Error{base::ErrorKind::network, "connection refused", {}, {}};
    }
    serving::ExpectedServing expected() const {
        return {app,
                {"a.example", "b.example", "c.example"},
                {"a.example", "b.example", "c.example"},
                crypto::Certificate::parse_pem(right).value().fingerprint()};
    }
    std::vector<ca::ServedName> look(std::chrono::milliseconds patience) {
        const serving::ServedProbe looking{context};
        return simulated.run(looking.probe(expected(), patience));
    }

    const std::string right = make_pem();
    const std::string wrong = make_pem();
    std::string silent;  ///< an address
    std::map<std::string, std::string> shown;
    std::map<std::string, int> asked;
};

/// A job whose app is claimed, and whose pair is in place.
struct Loading : test::RunBench {
    Loading() : loaded(job()) {
        REQUIRE(ca::hold_folder(context, loaded));
        REQUIRE(orders::begin_journal(context, loaded, {}).value());
        loaded.present.covered = {"a.example"};
        write_vhost("listen 443 ssl;");
    }

    void write_vhost(const std::string& listen) const {
        test::write_file(host.environment.app_root(app) / "nginx.conf",
                         "server { " + listen + " server_name a.example; }\n");
    }
    void write_route() const {
        test::write_file(serving::route_files_of(context, loaded).snippet, "# of shop\n");
    }
    void load() {
        serving::RoundWishes wishes;
        wishes.loads.push_back({&loaded});
        simulated.run(serving::serve_round(context, std::move(wishes)));
    }

    test::FakeHostPrograms programs{host};
    ca::IssueJob loaded;
};

}  // namespace

TEST_CASE("all names and listeners are probed side by side, and told of in their order",
          "[serving][design-4.9]") {
    Shown app;
    app.probe.takes = 2s;
    app.shown["b.example"] = app.wrong;
    const auto served = app.look(0s);
    CHECK(app.clock.passed() == 2s);
    CHECK(app.probe.most == 6);
    REQUIRE(served.size() == 3);
    CHECK(served[0].name == "a.example");
    CHECK(served[0].cause.empty());
    CHECK(served[1].cause == store::cause::kNotServed);
    CHECK(served[1].reason ==
          "the new certificate of b.example is installed but not served: nginx still shows another "
          "certificate at 127.0.0.1:8443");
    CHECK(served[2].name == "c.example");
    CHECK(served[2].cause.empty());
}

TEST_CASE("what nginx does not show yet is looked at again, and no other name", "[serving]") {
    Shown app;
    app.shown["b.example"] = app.wrong;
    SECTION("it comes") {
        app.probe.answer = [&app, before = app.probe.answer](const auto& address, auto port,
                                                             const auto& name) {
            if (app.asked["b.example"] == 6) app.shown["b.example"] = app.right;
            return before(address, port, name);
        };
        const auto served = app.look(3s);
        CHECK(served.at(1).cause.empty());
        CHECK(app.asked["b.example"] == 8);
        CHECK(app.clock.passed() == 150ms);
    }
    SECTION("it does not come") {
        const auto served = app.look(3s);
        CHECK(served.at(1).cause == store::cause::kNotServed);
        CHECK(app.clock.passed() == 3s);
    }
    CHECK(app.asked["a.example"] == 2);
    CHECK(app.asked["c.example"] == 2);
}

TEST_CASE("a listener that is not there decides nothing while another shows the certificate",
          "[serving]") {
    Shown app;
    app.silent = "::1";
    for (const ca::ServedName& one : app.look(0s))
        CHECK(one.cause.empty());
    app.probe.answer = [](const auto&, auto, const auto&) { return Shown::refused(); };
    for (const ca::ServedName& one : app.look(0s))
        CHECK_THAT(one.reason, ContainsSubstring("not served: connection refused"));
}

TEST_CASE("a name without a listener is asked of no server, a wildcard neither", "[serving]") {
    Shown app;
    serving::ExpectedServing expected = app.expected();
    expected.names = {"d.example", "*.example"};
    const serving::ServedProbe looking{app.context};
    const auto served = app.simulated.run(looking.probe(expected, 3s));
    REQUIRE(served.size() == 2);
    CHECK(served[0].cause == store::cause::kNoHttpsListener);
    CHECK(served[1].cause.empty());
    CHECK(app.asked.empty());
    CHECK(app.clock.passed() == 0s);  // it only comes by a rebuild
}

namespace {

async::Task<void> rewrite_after(fs::path file, std::string text, std::chrono::milliseconds wait) {
    co_await async::sleep_for(wait);
    test::write_file(file, text);
}

async::Task<void> look_into(std::vector<ca::ServedName>& served,
                            async::Task<std::vector<ca::ServedName>> look) {
    served = co_await std::move(look);
}

async::Task<void> all(std::vector<async::Task<void>> tasks) {
    co_await async::all(std::move(tasks));
}

}  // namespace

TEST_CASE("a vhost that Dokku rebuilds while it is looked at is looked at once more", "[serving]") {
    Shown app;
    const fs::path vhost = app.host.environment.app_root(app.app) / "nginx.conf";
    const std::string rebuilt = test::content_of(vhost);
    test::write_file(vhost,
                     "server { listen 127.0.0.1:8443 ssl; server_name a.example; }\n"
                     "server { listen 80; server_name b.example; }\n");
    serving::ExpectedServing expected = app.expected();
    expected.names = {"a.example", "b.example"};
    expected.vhost_before = serving::stamp_vhost(app.context, app.app);
    app.probe.takes = 2s;
    std::vector<ca::ServedName> served;
    const serving::ServedProbe looking{app.context};
    std::vector<async::Task<void>> tasks;
    tasks.push_back(look_into(served, looking.probe(expected, 30s)));
    tasks.push_back(rewrite_after(vhost, rebuilt, 1s));
    app.simulated.run(all(std::move(tasks)));
    REQUIRE(served.size() == 2);
    CHECK(served[0].cause.empty());
    CHECK(served[1].cause.empty());
}

TEST_CASE("a vhost that was rebuilt without https is waited for no longer", "[serving]") {
    Shown app;
    const fs::path vhost = app.host.environment.app_root(app.app) / "nginx.conf";
    serving::ExpectedServing expected = app.expected();
    expected.vhost_before = serving::stamp_vhost(app.context, app.app);
    test::write_file(vhost, "server { listen 80; server_name a.example; }\n");
    const serving::ServedProbe looking{app.context};
    const auto served = app.simulated.run(looking.probe(expected, 30s));
    CHECK(served.at(0).cause == store::cause::kNoHttpsListener);
    CHECK(app.clock.passed() == 2s);
}

TEST_CASE("a vhost that knows pair and names needs a reload only", "[serving][design-4.8]") {
    Loading app;
    app.write_route();
    CHECK_FALSE(serving::needs_rebuild(app.context, app.loaded));
    app.load();
    CHECK(app.programs.asked("service reload") == 1);
    CHECK(app.programs.asked("nginx -t") == 1);
    CHECK(app.programs.asked("plugn") == 0);
    CHECK_FALSE(fs::exists(serving::route_files_of(app.context, app.loaded).snippet));
    CHECK(app.loaded.serving.rebuilt);
}

TEST_CASE("a vhost that does not is rebuilt, which reloads nginx", "[serving][design-4.8]") {
    Loading app;
    SECTION("other names") {
        app.loaded.present.covered.clear();
    }
    SECTION("no https yet") {
        app.write_vhost("listen 80;");
    }
    CHECK(serving::needs_rebuild(app.context, app.loaded));
    app.load();
    CHECK(app.programs.asked("plugn trigger proxy-build-config shop") == 1);
    CHECK(app.programs.asked("service reload") == 0);
}

TEST_CASE("a rebuild that fails is noted in its job, with nginx's complaint", "[serving]") {
    Loading app;
    app.loaded.present.covered.clear();
    app.programs.on_trigger("exit 3");
    app.programs.on_test("echo 'nginx: [emerg] no \"x\" in /etc/nginx/a.conf:1' >&2; exit 1");
    app.load();
    REQUIRE_FALSE(app.loaded.serving.rebuilt);
    CHECK(
        app.loaded.serving.rebuilt.error().message ==
        "The trigger proxy-build-config for shop ended with exit code 3. nginx's configuration is "
        "broken already (/etc/nginx/a.conf:1): no \"x\"");
    CHECK_THAT(app.host.logged.err, ContainsSubstring("dokku proxy:build-config shop"));
}

TEST_CASE("no vhost is rebuilt for an app that is gone", "[serving]") {
    Loading app;
    app.loaded.present.covered.clear();
    REQUIRE(app.store.remove_state("shop"));
    app.load();
    CHECK(app.programs.asked("plugn") == 0);
}

TEST_CASE("nothing is reloaded if nothing changed, or nginx would refuse it", "[serving]") {
    Loading app;
    SECTION("nothing changed") {
        app.loaded.end_without_order();
        app.load();
        CHECK(app.programs.asked().empty());
    }
    SECTION("only the route went, and nginx does not run") {
        app.write_route();
        app.loaded.end_without_order();
        app.load();
        CHECK(app.programs.asked().empty());
    }
    SECTION("another app has broken the configuration") {
        app.programs.on_test("echo 'nginx: [emerg] no \"x\" in /etc/nginx/a.conf:1' >&2; exit 1");
        app.load();
        CHECK(app.programs.asked("service") == 0);
        CHECK_THAT(app.host.logged.err, ContainsSubstring("nginx was not reloaded: nginx's"));
    }
}
