// Every request of an issuance fails in every way that RFC 8555 section 6.7 and HTTP know: which
// cause an operator is told, with what advice, and whether it counts as a failed validation. What
// is expected is written down here by hand.
#include <algorithm>
#include <array>
#include <map>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

#include <catch2/catch_test_macros.hpp>

#include "base/text.h"
#include "ca/explain_failure.h"
#include "ca/limits/limit_check.h"
#include "orders/decide_order.h"
#include "status/record_outcome.h"
#include "store/cause.h"
#include "support/faulty_ca.h"
#include "support/order_story.h"
#include "support/place_order.h"
#include "support/run_bench.h"

using test::Ask;
using test::FaultyCa;

namespace {

constexpr std::string_view kWords = "in the words of the CA";

/// The requests of the columns below.
constexpr std::array kPlaces{Ask::nonce,         Ask::account,     Ask::order,
                             Ask::authorization, Ask::challenge,   Ask::poll,
                             Ask::finalize,      Ask::poll_signed, Ask::certificate};
constexpr std::array kPlaceNames{"newNonce",      "newAccount",          "newOrder",
                                 "authorization", "challenge",           "poll",
                                 "finalize",      "poll after finalize", "certificate"};

/// An error with its usual status, and the cause for each place. A `.` is as the one on its left.
/// HEAD newNonce has no body, so that only the status tells.
constexpr std::string_view kTypes = R"(
accountDoesNotExist     400 ca-error     account-closed . . . . . . .
alreadyRevoked          400 ca-error     . . . . . . . .
badCSR                  400 ca-error     bad-csr . . . . . . .
badNonce                400 ca-error     . . . . . . . .
badPublicKey            400 ca-error     account-key . . . . bad-csr account-key .
badRevocationReason     400 ca-error     . . . . . . . .
badSignatureAlgorithm   400 ca-error     account-key . . . . . . .
caa                     403 ca-error     caa . . . . . . .
compound                400 ca-error     . . . . . . . .
conflict                409 ca-busy      . . . issued ca-busy . . .
connection              400 ca-error     . . firewall . . . . ca-error
dns                     400 ca-error     . ca-dns . . . . . ca-error
externalAccountRequired 403 ca-error     ca-account . . . . . . .
incorrectResponse       403 ca-error     . . ca-refused . . . . ca-error
invalidContact          400 ca-error     ca-account . . . . . . .
malformed               400 ca-error     bad-request . . . . . . .
orderNotReady           403 ca-error     . . . . . . . .
rateLimited             429 rate-limited . . . . . . . .
rejectedIdentifier      400 ca-error     bad-name . . . . . . .
serverInternal          500 ca-error     . . . . . . . .
tls                     400 ca-error     . . ca-refused . . . . ca-error
unauthorized            403 ca-error     account-closed . ca-error . . . . .
unsupportedContact      400 ca-error     ca-account . . . . . . .
unsupportedIdentifier   400 ca-error     bad-name . . . . . . .
userActionRequired      403 ca-error     user-action . . . . . . .
)";

/// A page of a proxy, or of a CA that has no words.
constexpr std::string_view kStatuses = R"(
page 400 ca-error     . . . . . . . .
page 401 ca-error     . . . . . . . .
page 403 ca-error     . . . . . . . .
page 404 ca-error     . . . . . . . .
page 405 ca-error     . . . . . . . .
page 409 ca-busy      . . . issued ca-busy . . .
page 429 rate-limited . . . . . . . .
page 500 ca-error     . . . . . . . .
page 502 ca-error     . . . . . . . .
page 503 ca-error     . . . . . . . .
page 504 ca-error     . . . . . . . .
)";

/// What the CA finds out by itself: at the validation (counts), and when it is to sign (does not).
constexpr std::string_view kLater = R"(
accountDoesNotExist     0 account-closed  account-closed
alreadyRevoked          0 ca-refused      ca-error
badCSR                  0 ca-refused      bad-csr
badNonce                0 ca-error        ca-error
badPublicKey            0 ca-refused      bad-csr
badRevocationReason     0 ca-refused      ca-error
badSignatureAlgorithm   0 ca-refused      account-key
caa                     0 caa             caa
compound                0 ca-refused      ca-error
connection              0 firewall        firewall
dns                     0 ca-dns          ca-dns
externalAccountRequired 0 ca-account      ca-account
incorrectResponse       0 ca-refused      ca-refused
invalidContact          0 ca-account      ca-account
malformed               0 ca-refused      bad-request
orderNotReady           0 ca-error        ca-error
rateLimited             0 rate-limited    rate-limited
rejectedIdentifier      0 bad-name        bad-name
serverInternal          0 ca-error        ca-error
tls                     0 ca-refused      ca-refused
unauthorized            0 ca-refused      ca-error
unsupportedContact      0 ca-account      ca-account
unsupportedIdentifier   0 bad-name        bad-name
userActionRequired      0 user-action     user-action
)";

/// Words that are to be among the printed lines with a cause.
const std::map<std::string, std::string> kAdvice{
    {"account-closed", "dokku letsencrypt:account register shop"},
    {"account-key", "dokku letsencrypt:account register shop"},
    {"bad-csr", "dokku letsencrypt:set shop key-type ec256"},
    {"bad-name", "dokku domains:remove shop "},
    {"bad-request", "dokku plugin:update letsencrypt"},
    {"blocked-key", "dokku letsencrypt:set shop reuse-key false"},
    {"ca-account", "dokku letsencrypt:set shop eab-kid"},
    {"ca-busy", "it is tried again"},
    {"ca-dns", "DNSSEC"},
    {"ca-error", ""},
    {"ca-refused", "A and AAAA records"},
    {"caa", "CAA record"},
    {"firewall", "Open port 80"},
    {"rate-limited", "It goes on by itself"},
    {"secondary-validation", "geo-blocking"},
    {"settings", "dokku letsencrypt:set shop "},
    {"too-many-names", "dokku letsencrypt:exclude shop "},
    {"user-action", "do what it says"},
};

struct Row {
    std::string type;
    int status = 0;
    std::vector<std::string> causes;
};

std::vector<Row> read_rows(std::string_view table) {
    std::vector<Row> rows;
    std::istringstream lines{std::string{table}};
    for (std::string line; std::getline(lines, line);) {
        std::istringstream cells{line};
        Row row;
        if (!(cells >> row.type >> row.status)) continue;
        for (std::string cell; cells >> cell;)
            row.causes.push_back(cell == "." ? row.causes.back() : cell);
        rows.push_back(std::move(row));
    }
    return rows;
}

std::string problem(const std::string& type, std::string_view words = kWords) {
    std::string body = test::problem_json(type, words);
    if (type == "userActionRequired") {
        body.insert(body.size() - 1, R"(,"instance":"https://ca.example/terms")");
    }
    return body;
}

FaultyCa::Answer answer_of(const Row& row) {
    if (row.type == "page") return {row.status, "<html><body>Welcome</body></html>", {}};
    return {row.status, problem(row.type), {}};
}

/// One app's issuance at such a CA, as a run makes it.
struct Issuance : test::RunBench {
    void run() {
        ca::Context at_ca = with(faulty);
        ca::CaSessions accounts{at_ca};
        ca::limits::LimitCheck limits{at_ca, false};
        ordered = std::make_unique<ca::IssueJob>(job());
        auto session =
            context.loop.run(accounts.open(ordered->ca, ordered->settings(), ordered->lego()));
        if (session) {
            ordered->ca.session = *session;
        } else {
            limits.note_failure(*ordered, session.error());
            ordered->fail(std::move(session).error());
        }
        while (ordered->alive()) {
            test::place_order(at_ca, {accounts, &limits}, *ordered);
            limits.note_result(*ordered);
            if (!orders::drop_rejected_names(at_ca, *ordered, {})) break;
        }
        status::record_outcome(at_ca, *ordered);
    }

    std::size_t counted() const {
        const auto entries = store.ledger().read(clock.now()).value();
        return static_cast<std::size_t>(std::count_if(
            entries.begin(), entries.end(),
            [](const auto& entry) { return entry.kind == ledger::EntryKind::failure; }));
    }

    void check(const std::string& cause, std::size_t failed_validations, bool has_words) const {
        CHECK(counted() == failed_validations);
        if (cause == "issued") {
            CHECK(ordered->issued);
            return;
        }
        REQUIRE(ordered->failure());
        CHECK(std::string{ordered->cause()} == cause);
        const store::NameState name = state().names.at(0);
        CHECK(name.cause == cause);
        CHECK(name.refusals.size() == failed_validations);
        // A request that is signed anew with another nonce is the same one.
        CHECK((faulty.registrations() <= 1 || ordered->failure()->is("badNonce")));
        const auto lines = ca::explain(*ordered->failure(), "shop");
        const std::string text = base::join(lines, "\n");
        CAPTURE(text);
        CHECK(text.find(kAdvice.at(cause)) != std::string::npos);
        const bool blames_address = text.find("A and AAAA") != std::string::npos;
        CHECK(blames_address == (cause == "ca-refused" || cause == "ca-dns"));
        const auto first = text.find(kWords);
        if (has_words) CHECK(first != std::string::npos);
        if (has_words) CHECK(text.find(kWords, first + 1) == std::string::npos);
    }

    FaultyCa faulty;
    std::unique_ptr<ca::IssueJob> ordered;
};

/// Returns the number of cases.
std::size_t check_table(std::string_view table) {
    std::size_t cases = 0;
    for (const Row& row : read_rows(table)) {
        REQUIRE(row.causes.size() == kPlaces.size());
        for (std::size_t i = 0; i < kPlaces.size(); ++i) {
            CAPTURE(row.type, row.status, kPlaceNames.at(i));
            Issuance issuance;
            issuance.faulty.fail(kPlaces.at(i), answer_of(row));
            issuance.run();
            CHECK(issuance.faulty.asked(kPlaces.at(i)) > 0);
            issuance.check(row.causes.at(i), 0, row.type != "page" && kPlaces.at(i) != Ask::nonce);
            ++cases;
        }
    }
    return cases;
}

/// One that is told by its words.
struct Told {
    Ask ask;
    int status;
    const char* type;
    std::string words;
    const char* cause;
};

}  // namespace

TEST_CASE("each error of each request of an issuance is told as what it is", "[ca][rfc8555-6.7]") {
    CHECK(check_table(kTypes) == 25 * kPlaces.size());
}

TEST_CASE("so is each status without words", "[ca][rfc8555-6.7]") {
    CHECK(check_table(kStatuses) == 11 * kPlaces.size());
}

TEST_CASE("a validation that fails counts, whatever the CA says of it, and a refused signature not",
          "[ca][rfc8555-6.7]") {
    for (const Row& row : read_rows(kLater)) {
        CAPTURE(row.type);
        Issuance validation;
        validation.faulty.refuse_validation(problem(row.type));
        validation.run();
        validation.check(row.causes.at(0), 1, true);
        Issuance signature;
        signature.faulty.refuse_signature(problem(row.type));
        signature.run();
        signature.check(row.causes.at(1), 0, true);
    }
}

TEST_CASE("what CAs say of accounts, keys and names decides where the type does not",
          "[ca][rfc8555-6.7]") {
    const std::string closed =
        R"(Unable to validate JWS :: Account is not valid, has status \"deactivated\")";
    const std::string local = R"(Cannot issue for \"a.example\": Domain name does not end with a )"
                              R"(valid public suffix (TLD))";
    const std::vector<Told> cases{
        {Ask::order, 403, "unauthorized", closed, "account-closed"},
        {Ask::authorization, 403, "unauthorized", closed, "account-closed"},
        {Ask::challenge, 403, "unauthorized", closed, "account-closed"},
        {Ask::poll, 403, "unauthorized", closed, "account-closed"},
        {Ask::finalize, 403, "unauthorized", closed, "account-closed"},
        {Ask::certificate, 403, "unauthorized", closed, "account-closed"},
        {Ask::finalize, 401, "unauthorized", "Account is not active", "account-closed"},
        {Ask::finalize, 403, "unauthorized", "The account was deactivated", "account-closed"},
        {Ask::account, 403, "unauthorized",
         "An account with the provided public key exists but is deactivated", "account-closed"},
        {Ask::account, 400, "malformed", "[External Account Binding] Invalid MAC on JWS request",
         "ca-account"},
        {Ask::account, 403, "unauthorized", "External Account Binding JWS verification failed",
         "ca-account"},
        {Ask::order, 403, "unauthorized",
         R"(account ID 7 is not permitted to use certificate profile \"x\")", "settings"},
        {Ask::order, 400, "malformed", "Order cannot contain more than 25 identifiers",
         "too-many-names"},
        {Ask::account, 400, "badPublicKey",
         "Unable to validate JWS :: invalid request signing key: public key is forbidden",
         "account-closed"},
        {Ask::order, 400, "malformed", "Unable to validate JWS :: JWS verification error",
         "account-key"},
        {Ask::finalize, 400, "badCSR", "invalid public key in CSR: public key is forbidden",
         "blocked-key"},
        {Ask::finalize, 400, "badCSR", "signature algorithm not supported", "bad-csr"},
        {Ask::finalize, 400, "malformed", "Error parsing certificate request", "bad-csr"},
        {Ask::finalize, 403, "unauthorized", "authorizations for these identifiers have expired",
         "ca-error"},
        {Ask::finalize, 403, "unauthorized",
         "authorizations for these identifiers not valid: accounts.a.example", "ca-error"},
        {Ask::order, 400, "rejectedIdentifier", local, "bad-name"},
        {Ask::order, 400, "malformed", local, "bad-name"},
        {Ask::challenge, 409, "malformed", "the authorization is being validated", "issued"},
        {Ask::finalize, 409, "malformed", "the order is being finalized", "ca-busy"},
        {Ask::poll, 404, "malformed", "no such order", "ca-error"},
    };
    for (const Told& one : cases) {
        CAPTURE(one.status, one.type, one.words);
        Issuance issuance;
        issuance.faulty.fail(one.ask, {one.status, problem(one.type, one.words), {}});
        issuance.run();
        issuance.check(one.cause, 0, false);
    }
}

TEST_CASE("what is said of one name only is told of that, and is no failed validation",
          "[ca][rfc8555-6.7.1]") {
    // As Boulder has it: each part is `malformed`.
    const std::string part = R"(,"subproblems":[{"type":"urn:ietf:params:acme:error:malformed",)"
                             R"("detail":"Domain name contains repeated labels",)"
                             R"("identifier":{"type":"dns","value":"a.example"}}])";
    std::string body = problem("rejectedIdentifier");
    body.insert(body.size() - 1, part);
    Issuance issuance;
    issuance.faulty.fail(Ask::order, {400, body, {}});
    issuance.run();
    issuance.check("bad-name", 0, true);
}

TEST_CASE("the page that a person has to open is shown", "[ca][rfc8555-6.7]") {
    Issuance issuance;
    SECTION("when the order is refused") {
        issuance.faulty.fail(Ask::order, {403, problem("userActionRequired"), {}});
    }
    SECTION("when it is to be signed") {
        issuance.faulty.refuse_signature(problem("userActionRequired"));
    }
    SECTION("when a name is validated") {
        issuance.faulty.refuse_validation(problem("userActionRequired"));
    }
    issuance.run();
    REQUIRE(issuance.ordered->failure());
    const auto lines = ca::explain(*issuance.ordered->failure(), "shop");
    CHECK(std::count(lines.begin(), lines.end(), "See https://ca.example/terms") == 1);
    CHECK(issuance.state().names.at(0).reason.find("; see https://ca.example/terms") !=
          std::string::npos);
}

TEST_CASE("a wrong answer is told as that whatever its type", "[ca][rfc8555-8.3]") {
    Issuance issuance;
    issuance.faulty.refuse_validation(
        problem("rejectedIdentifier", "keyAuthorization does not match; expected x, but got y"));
    issuance.run();
    issuance.check("ca-refused", 1, false);
}

TEST_CASE("a validation of the places of the world counts like another", "[ca][design-3.1]") {
    Issuance issuance;
    issuance.faulty.refuse_validation(
        problem("connection", "During secondary validation: 203.0.113.9: Timeout"));
    issuance.run();
    issuance.check("secondary-validation", 1, false);
}

TEST_CASE("an account that is closed is never replaced by itself", "[ca][rfc8555-7.3.6]") {
    Issuance issuance;
    issuance.run();
    REQUIRE(issuance.ordered->issued);
    REQUIRE(issuance.faulty.registrations() == 1);
    for (const char* type : {"unauthorized", "badPublicKey"}) {
        CAPTURE(type);
        REQUIRE(issuance.store.update_state("shop", [](auto& state) { state.order.reset(); }));
        issuance.faulty.fail(Ask::order, {403, problem(type, "public key is forbidden"), {}});
        issuance.run();
        CHECK(issuance.ordered->cause() == store::cause::kAccountClosed);
        CHECK(issuance.faulty.registrations() == 1);
    }
}
