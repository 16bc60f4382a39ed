#include "store/app_state.h"

#include <string>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

namespace {

store::AppState full_state() {
    store::AppState state;
    state.enabled = true;
    state.installed =
        store::InstalledPair{"0a1b", store::Owner::custom, base::from_unix(1'776'000'000)};
    state.covered = {"a.test", "*.b.test"};
    state.last_attempt =
        store::Attempt{base::from_unix(1'770'000'000), false, "refused: \"no\"\n",
                       R"({"type":"urn:ietf:params:acme:error:caa","status":403})"};
    state.order =
        store::RunningOrder{"https://ca.test/order/1",   "https://ca.test/dir",
                            "https://ca.test/account/1", "7a36",
                            {"a.test", "*.b.test"},      base::Secret{"-----BEGIN KEY-----\nx\n"}};
    return state;
}

std::string text_of(const store::AppState& state) {
    return std::string{store::to_text(state).reveal()};
}

}  // namespace

TEST_CASE("what is known of an app reads back as it was written", "[store][design-5.4]") {
    const std::string text = text_of(full_state());
    const auto state = store::parse_app_state(text);
    REQUIRE(state);
    CHECK(state->enabled);
    REQUIRE(state->installed);
    CHECK(state->installed->fingerprint == "0a1b");
    CHECK(state->installed->owner == store::Owner::custom);
    CHECK(state->installed->not_after == base::from_unix(1'776'000'000));
    CHECK(state->covered == std::vector<std::string>{"a.test", "*.b.test"});
    REQUIRE(state->last_attempt);
    CHECK(state->last_attempt->at == base::from_unix(1'770'000'000));
    CHECK_FALSE(state->last_attempt->issued);
    CHECK(state->last_attempt->message == "refused: \"no\"\n");
    CHECK(state->last_attempt->problem ==
          R"({"type":"urn:ietf:params:acme:error:caa","status":403})");
    REQUIRE(state->order);
    CHECK(state->order->url == "https://ca.test/order/1");
    CHECK(state->order->directory_url == "https://ca.test/dir");
    CHECK(state->order->account_url == "https://ca.test/account/1");
    CHECK(state->order->hash == "7a36");
    CHECK(state->order->names == std::vector<std::string>{"a.test", "*.b.test"});
    CHECK(state->order->key_pem.reveal() == "-----BEGIN KEY-----\nx\n");
    CHECK(text_of(*state) == text);
}

TEST_CASE("the claim of a run reads back, and text that is none is no claim", "[store]") {
    store::AppState state;
    state.claim = store::Claim{base::this_process(), true};
    CHECK(store::parse_app_state(text_of(state))->claim == state.claim);
    state.claim->is_typed = false;
    CHECK(store::parse_app_state(text_of(state))->claim == state.claim);
    CHECK_FALSE(store::parse_app_state(R"({"claim": {"run": "x 1 boot"}})")->claim);
    CHECK_FALSE(store::parse_app_state(R"({"claim": 7})")->claim);
}

TEST_CASE("what is known of revocation reads back", "[store]") {
    store::AppState state;
    state.revoked = "0a1b";
    state.next_crl_check = base::from_unix(1'770'000'000);
    const auto again = store::parse_app_state(text_of(state));
    REQUIRE(again);
    CHECK(again->revoked == "0a1b");
    CHECK(again->next_crl_check == base::from_unix(1'770'000'000));
    CHECK_FALSE(store::parse_app_state(R"({"crl_next":"soon"})")->next_crl_check);
}

TEST_CASE("when a wait was written reads back with it", "[store]") {
    const base::UtcTime at = base::from_unix(1'770'000'000);
    store::AppState state;
    state.renew_at = at + std::chrono::hours{5};
    state.next_crl_check = at + std::chrono::hours{23};
    state.next_crl_check_set = at;
    state.renewal = store::RenewalPlan{};
    state.renewal->next_ask = at + std::chrono::hours{6};
    state.renewal->next_ask_set = at;
    store::NameState name;
    name.name = "a.test";
    name.next_try = at + std::chrono::hours{1};
    name.next_try_set = at;
    state.names.push_back(name);
    const auto again = store::parse_app_state(text_of(state));
    REQUIRE(again);
    CHECK(again->renew_at == state.renew_at);
    CHECK(again->next_crl_check_set == at);
    REQUIRE(again->renewal);
    CHECK(again->renewal->next_ask_set == at);
    REQUIRE(again->names.size() == 1);
    CHECK(again->names[0].next_try_set == at);
}

TEST_CASE("a certificate that is not valid yet reads back with its order", "[store]") {
    store::AppState state = full_state();
    state.order->chain_pem = "-----BEGIN CERTIFICATE-----\nx\n";
    state.order->certificate_url = "https://ca.test/certificate/1";
    const auto again = store::parse_app_state(text_of(state));
    REQUIRE(again);
    REQUIRE(again->order);
    CHECK(again->order->chain_pem == state.order->chain_pem);
    CHECK(again->order->certificate_url == state.order->certificate_url);
}

TEST_CASE("which graceperiod was warned of reads back", "[store]") {
    store::AppState state;
    state.clamped_graceperiod = std::chrono::hours{24 * 50};
    CHECK(store::parse_app_state(text_of(state))->clamped_graceperiod == state.clamped_graceperiod);
}

TEST_CASE("which pair was found sound reads back", "[store]") {
    store::AppState state;
    state.verified_pair_stamp = "1 2 3 4 5 6";
    state.plain_vhost = "7 8 9 1 2 3 4 5 6";
    CHECK(store::parse_app_state(text_of(state))->verified_pair_stamp == "1 2 3 4 5 6");
    CHECK(store::parse_app_state(text_of(state))->plain_vhost == "7 8 9 1 2 3 4 5 6");
}

TEST_CASE("an app of which nothing is known has a short text", "[store][design-5.4]") {
    const std::string text = text_of({});
    CHECK(text == "{\n\t\"form\": 1,\n\t\"enabled\": false\n}");
    const auto state = store::parse_app_state(text);
    REQUIRE(state);
    CHECK_FALSE(state->enabled);
    CHECK_FALSE(state->installed);
    CHECK(state->covered.empty());
    CHECK_FALSE(state->last_attempt);
    CHECK_FALSE(state->order);
    CHECK(store::parse_app_state("{}"));
}

TEST_CASE("members that a later version added are no obstacle", "[store]") {
    const auto state = store::parse_app_state(
        R"({"later":{"x":[1]},"enabled":true,"installed":{"fingerprint":"a","owner":"ours",)"
        R"("not_after":"2026-03-01T00:00:00Z","more":1}})");
    REQUIRE(state);
    CHECK(state->enabled);
    REQUIRE(state->installed);
    CHECK(state->installed->owner == store::Owner::ours);
}

TEST_CASE("a text that is no state is refused", "[store]") {
    const std::string text = GENERATE("", "x", "[]", "null", "\"enabled\"", "{\"enabled\":tr",
                                      "{} {}", "{\"enabled\":true,}");
    CAPTURE(text);
    const auto state = store::parse_app_state(text);
    REQUIRE_FALSE(state);
    CHECK(state.error().kind == base::ErrorKind::protocol);
}

TEST_CASE("a state of a later form is refused, whatever else it has", "[store][design-5.4]") {
    const auto later = store::parse_app_state(R"({"form":3,"enabled":true})");
    REQUIRE_FALSE(later);
    CHECK(later.error().kind == base::ErrorKind::invalid_input);
    // Those of before had none.
    CHECK(store::parse_app_state(R"({"enabled":true})"));
    CHECK(store::parse_app_state(R"({"form":1,"enabled":true})"));
    CHECK_FALSE(store::parse_app_state(R"({"form":1,"written_form":3,"enabled":true})"));
}

TEST_CASE("what a version knows that has one certificate for an app stays as it was written",
          "[store][design-5.4]") {
    store::AppState state;
    state.enabled = true;
    state.covered = {"shop.example"};
    const auto before = text_of(state);
    CHECK_THAT(before, !Catch::Matchers::ContainsSubstring("written_form"));
    auto& further = store::certificate_of(state, *store::CertificateId::parse("name:b.example"));
    further.covered = {"b.example"};
    further.order = store::RunningOrder{};
    further.order->hash = "0123abcd";
    const auto text = text_of(state);
    SECTION("it is read whole") {
        const auto read = store::parse_app_state(text);
        REQUIRE(read);
        REQUIRE(read->further.size() == 1);
        const auto& [id, certificate] = *read->further.begin();
        CHECK(id.text() == "name:b.example");
        CHECK(certificate.covered == std::vector<std::string>{"b.example"});
        REQUIRE(certificate.order);
        CHECK(certificate.order->hash == "0123abcd");
        CHECK(text_of(*read) == text);
    }
    SECTION("and the members of before are where they were") {
        CHECK_THAT(text, Catch::Matchers::ContainsSubstring("\"form\": 1"));
        auto read = store::parse_app_state(text);
        REQUIRE(read);
        read->further.clear();
        CHECK(text_of(*read) == before);
    }
}

TEST_CASE("a certificate's identity is a file's name as well", "[store]") {
    for (const std::string text : {"app", "rsa", "name:www.example.com", "name:*.example.com"}) {
        const auto id = store::CertificateId::parse(text);
        REQUIRE(id);
        CHECK(id->text() == text);
        CHECK(id->is_app() == (text == "app"));
    }
    for (const std::string text : {"", ".", "..", ".app", "a/b", "Name", "a b", "a\n"})
        CHECK_FALSE(store::CertificateId::parse(text));
    CHECK_FALSE(store::CertificateId::parse(std::string(251, 'a')));
    CHECK(store::CertificateId{}.is_app());
}

TEST_CASE("that a state was damaged counts until the app is switched on or off",
          "[store][design-5.4]") {
    store::AppState state;
    state.damaged = base::from_unix(1'770'000'000);
    CHECK(store::parse_app_state(text_of(state))->is_unknown());
    bool store::AppState::*known =
        GENERATE(&store::AppState::enabled, &store::AppState::switched_off);
    state.*known = true;
    CHECK_FALSE(state.is_unknown());
    CHECK_FALSE(store::parse_app_state(text_of(state))->damaged);
}

TEST_CASE("since when a name fails reads back", "[store][design-2.2]") {
    store::AppState state;
    state.names.push_back({"a.test", store::NameStatus::failed, "caa", "", {}, 1, {}, {}, {}});
    state.names.front().failing_since = base::from_unix(1'770'000'000);
    const auto again = store::parse_app_state(text_of(state));
    REQUIRE(again);
    CHECK(again->names.at(0).failing_since == state.names.front().failing_since);
}

TEST_CASE("a part of the state that lacks what it is about is none", "[store]") {
    const std::string text = GENERATE(
        R"("installed":{"fingerprint":"a"})", R"("installed":{"not_after":"tomorrow"})",
        R"("installed":7)", R"("last_attempt":{"issued":true})", R"("last_attempt":{"at":"now"})",
        R"("order":{"url":"https://ca.test/order/1"})", R"("order":[])");
    CAPTURE(text);
    const auto state = store::parse_app_state(R"({"enabled":1,"covered":"a",)" + text + "}");
    REQUIRE(state);
    CHECK_FALSE(state->enabled);
    CHECK(state->covered.empty());
    CHECK_FALSE(state->installed);
    CHECK_FALSE(state->last_attempt);
    CHECK_FALSE(state->order);
}

TEST_CASE("whatever a CA or a disk said, the state can be read again", "[store]") {
    // One unreadable state would stop every later run for the app.
    store::AppState state;
    store::Attempt attempt;
    SECTION("bytes that are no UTF-8") {
        attempt.message = "refused: \xff\xc3";
    }
    SECTION("controls") {
        attempt.message = std::string{"a\0b\x1b\x7f", 5};
    }
    SECTION("a problem that is no JSON") {
        attempt.problem = "<html>";
    }
    state.last_attempt = attempt;
    state.enabled = true;
    const auto again = store::parse_app_state(text_of(state));
    REQUIRE(again);
    CHECK(again->enabled);
    CHECK(again->last_attempt);
}

TEST_CASE("a pair of an owner that we do not know is a person's", "[store][design-1.1]") {
    const auto state = store::parse_app_state(
        R"({"installed":{"fingerprint":"ab","owner":"fleet","not_after":"2027-01-01T00:00:00Z"}})");
    REQUIRE(state);
    REQUIRE(state->installed);
    CHECK(state->installed->owner == store::Owner::custom);
}
