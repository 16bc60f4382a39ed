#include "acme/key_change.h"

#include <string>
#include <utility>

#include <fmt/format.h>

#include "acme/jws.h"
#include "json/writer.h"

namespace acme {
namespace {

constexpr int kConflict = 409;

/// What the new key signs: that it is to be the account's in place of the old one.
base::Result<std::string> sign_change(const Client& client, const crypto::PrivateKey& new_key) {
    json::Writer payload;
    payload.begin_object().member("account", std::string_view{client.account_url()});
    payload.key("oldKey").raw(client.key().public_jwk());
    payload.end_object();
    // No nonce and no kid: the new key shows itself, inside a request that has both.
    return sign_jws(new_key, {client.directory().key_change, "", ""}, payload.text());
}

}  // namespace

async::Task<Outcome<void>> change_key(Client& client, const crypto::PrivateKey& new_key) {
    const std::string& url = client.directory().key_change;
    if (url.empty()) {
        co_return fail(base::ErrorKind::invalid_input,
                       client.name() + " offers no change of an account's key",
                       client.directory().url);
    }
    const auto inner = sign_change(client, new_key);
    if (!inner) co_return Failure{inner.error(), std::nullopt, url, 0};
    auto response = co_await client.post(url, *inner);
    if (response) co_return Outcome<void>{};
    Failure failure = outcome_of(RequestKind::key_change, std::move(response)).error();
    if (failure.status == kConflict) {
        failure.error.kind = base::ErrorKind::rejected;
        failure.error.message =
            fmt::format("The new key has an account already: {}", failure.error.message);
    }
    co_return failure;
}

}  // namespace acme
