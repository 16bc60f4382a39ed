// Whatever a CA may send in place of a directory, an account, an order, an authorization, a
// problem or renewal information: it is refused, or what was read keeps what the headers promise.

#include "acme/account.h"
#include "acme/authorization.h"
#include "acme/directory.h"
#include "acme/order.h"
#include "acme/problem.h"
#include "acme/renewal_info.h"
#include "fuzz/fuzz_target.h"
#include "http/link.h"
#include "http/page_text.h"

namespace {

bool is_https(std::string_view url) {
    return http::origin_of(url).starts_with("https://");
}

void expect_challenge(const acme::Challenge& challenge) {
    fuzz::expect(!challenge.type.empty());
    fuzz::expect(challenge.url.empty() || is_https(challenge.url));
    if (!challenge.token) return;
    const std::string& token = challenge.token->text();
    fuzz::expect(!token.empty() && token.find_first_of("/.%$ \"\\") == std::string::npos);
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text = fuzz::as_text(data, size);
    if (const auto directory = acme::parse_directory(text, "https://ca.example/")) {
        fuzz::expect(is_https(directory->new_nonce) && is_https(directory->new_account) &&
                     is_https(directory->new_order));
        fuzz::expect(acme::parse_directory(directory->text, directory->url).has_value());
    }
    if (const auto order = acme::parse_order(text)) {
        fuzz::expect(is_https(order->finalize) && !order->identifiers.empty());
        fuzz::expect(acme::same_identifiers(order->identifiers, order->identifiers));
        for (const auto& url : order->authorizations)
            fuzz::expect(is_https(url));
    }
    if (const auto authorization = acme::parse_authorization(text)) {
        fuzz::expect(acme::normalized(authorization->ordered()) == authorization->ordered());
        for (const auto& challenge : authorization->challenges)
            expect_challenge(challenge);
    }
    if (const auto problem = acme::parse_problem(text, 400)) {
        fuzz::expect(!problem->type.empty() || text.find("\"type\"") != std::string_view::npos);
        fuzz::expect(problem->status >= 100 && problem->status <= 599);
    }
    if (const auto account = acme::parse_account(text, "https://ca.example/1")) {
        fuzz::expect(account->text == text);
    }
    if (const auto info = acme::parse_renewal_info(text)) {
        fuzz::expect(info->start < info->end);
        fuzz::expect(info->explanation_url.empty() || is_https(info->explanation_url));
    }
    fuzz::expect(http::page_text(text).size() <= 203);
    return 0;
}
