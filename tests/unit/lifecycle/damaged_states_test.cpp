#include "lifecycle/damaged_states.h"

#include <filesystem>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include "crypto/certificate.h"
#include "status/status.h"
#include "support/certificate_maker.h"
#include "support/files.h"
#include "support/run_bench.h"

using Catch::Matchers::ContainsSubstring;

namespace {

struct Damaged : test::RunBench {
    Damaged() {
        test::write_file(host.environment.app_root(app) / "VHOST", "a.example\n");
        damage("{\"enabled\":tr");
    }
    void damage(std::string_view text) const {
        test::write_file(host.environment.global_root() / "state" / "shop.json", text);
    }
    bool answered() { return lifecycle::check_states(context, {app}).unanswered.empty(); }
    status::AppStatus status() const {
        return status::read_status(host.environment, store, app).value();
    }
};

/// For the app's domain.
std::string make_certificate() {
    test::CertificateSpec spec;
    spec.common_name = "a.example";
    spec.names = {"a.example"};
    // `status` goes by the time of today.
    const auto today = base::SystemClock{}.now();
    spec.not_before = today - std::chrono::hours{24};
    spec.not_after = today + std::chrono::hours{24 * 60};
    return test::make_certificate(spec, test::make_key());
}

}  // namespace

TEST_CASE("a certificate of ours says that the app is enabled", "[lifecycle][design-5.4]") {
    Damaged bench;
    const std::string certificate = make_certificate();
    bench.host.install_pair(bench.app, certificate);
    bench.host.issue(bench.app, "a.example", certificate);
    // Also before a run has looked.
    CHECK(bench.status().is_settled());
    CHECK(bench.answered());
    CHECK(bench.state().enabled);
    CHECK_FALSE(bench.state().is_unknown());
    CHECK_THAT(bench.host.logged.err, ContainsSubstring("counts as enabled"));
    // Looked at by the next minute, and told once.
    CHECK(bench.store.due_apps(bench.clock.now()) == std::vector<std::string>{"shop"});
    bench.host.logged = {};
    CHECK(bench.answered());
    CHECK(bench.host.logged.err.empty());
}

TEST_CASE("one that is ours by the record alone does so too", "[lifecycle][design-5.4]") {
    Damaged bench;
    const std::string certificate = make_certificate();
    bench.host.install_pair(bench.app, certificate);
    const auto leaf = crypto::Certificate::parse_pem(certificate);
    REQUIRE(leaf);
    REQUIRE(bench.store.record_issued("shop", leaf->fingerprint(), bench.clock.now()));
    CHECK(bench.answered());
    CHECK(bench.state().enabled);
}

TEST_CASE("a custom certificate is left alone", "[lifecycle][design-5.4]") {
    Damaged bench;
    bench.host.install_pair(bench.app, make_certificate());
    CHECK(bench.answered());
    CHECK_FALSE(bench.state().enabled);
    CHECK_FALSE(bench.state().is_unknown());
    CHECK_THAT(bench.host.logged.err, ContainsSubstring("custom certificate"));
}

TEST_CASE("without a certificate somebody has to say what is wanted", "[lifecycle][design-5.4]") {
    Damaged bench;
    const auto shown = [&] {
        const auto status = bench.status();
        REQUIRE(status.names.size() == 1);
        CHECK_FALSE(status.is_settled());
        CHECK(status.summary == "failing");
        CHECK(status.names.front().state.status == store::NameStatus::action_required);
        CHECK(status.names.front().state.cause == store::cause::kStateDamaged);
        CHECK_THAT(status.names.front().fix, ContainsSubstring("letsencrypt:enable shop"));
    };
    shown();
    for (int run = 0; run < 2; ++run) {
        CHECK_FALSE(bench.answered());
        CHECK_THAT(bench.host.logged.err, ContainsSubstring("dokku letsencrypt:disable shop"));
        shown();
        bench.clock.advance(std::chrono::hours{24 * 30});
        bench.host.logged = {};
    }
    REQUIRE(bench.store.update_state("shop", [](store::AppState& state) {
        state.switched_off = true;
        state.names.clear();
    }));
    CHECK(bench.answered());
}

TEST_CASE("an app without domains has nothing to answer for", "[lifecycle][design-5.4]") {
    Damaged bench;
    std::filesystem::remove(bench.host.environment.app_root(bench.app) / "VHOST");
    CHECK(bench.answered());
    CHECK_FALSE(bench.state().is_unknown());
}

TEST_CASE("a state that cannot be read is told of in every run", "[lifecycle][design-5.4]") {
    Damaged bench;
    const std::string text = R"({"form":99,"enabled":true})";
    bench.damage(text);
    for (int run = 0; run < 2; ++run) {
        CHECK_FALSE(bench.answered());
        CHECK_THAT(bench.host.logged.err,
                   ContainsSubstring("shop.json") && ContainsSubstring("later version"));
        bench.host.logged = {};
    }
    CHECK(test::content_of(bench.host.environment.global_root() / "state" / "shop.json") == text);
}

TEST_CASE("an app without a state is not looked at", "[lifecycle][design-5.4]") {
    Damaged bench;
    const auto other = bench.host.add_app("blog");
    CHECK(lifecycle::check_states(bench.context, {other}).unanswered.empty());
    CHECK_FALSE(bench.store.has_state("blog"));
}

TEST_CASE("an index that cannot be written is told of", "[lifecycle][design-3.5]") {
    Damaged bench;
    bench.damage("{}");
    CHECK(lifecycle::check_states(bench.context, {bench.app}).is_index_written);
    const auto due = bench.host.environment.global_root() / "state" / "due";
    std::filesystem::remove(due);
    test::write_file(due / "a file", "");
    CHECK_FALSE(lifecycle::check_states(bench.context, {bench.app}).is_index_written);
    CHECK_THAT(bench.host.logged.err, ContainsSubstring(due.string()));
}

TEST_CASE("a record that cannot be read makes no stranger of a certificate",
          "[lifecycle][design-1.1]") {
    Damaged bench;
    bench.host.install_pair(bench.app, make_certificate());
    std::filesystem::create_directory(bench.host.environment.global_root() / "state" /
                                      "issued.jsonl");
    CHECK_FALSE(bench.answered());
    CHECK_THAT(bench.host.logged.err, ContainsSubstring("issued.jsonl"));
    CHECK(bench.store.read_state("shop")->is_unknown());
}
