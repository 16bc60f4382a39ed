#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "acme/failure.h"
#include "async/task.h"
#include "base/clock.h"
#include "base/result.h"
#include "http/client.h"

namespace acme {

/// Where a CA offers what (RFC 8555 section 7.1.1). Members that we do not know are ignored.
struct Directory {
    std::string url;  ///< where it was read
    std::string new_nonce;
    std::string new_account;
    std::string new_order;
    std::string revoke_cert;   ///< empty if not offered
    std::string key_change;    ///< empty if not offered
    std::string renewal_info;  ///< RFC 9773; empty if not offered

    std::vector<std::string> caa_identities;
    bool external_account_required = false;
    /// Name and description, as the draft on profiles has them.
    std::vector<std::pair<std::string, std::string>> profiles;

    std::string text;  ///< the CA's own JSON, to keep on disk and parse again
};

/// May an order name this profile? Only what the directory lists may be sent.
bool offers_profile(const Directory& directory, std::string_view name);

/// Reads a directory object. `protocol` if newNonce, newAccount or newOrder is missing, or any URL
/// in use is not https; `url` itself is not checked.
base::Result<Directory> parse_directory(std::string_view json, std::string url);

/// One GET. `invalid_input` if `url` is not https.
async::Task<Outcome<Directory>> fetch_directory(http::Client& http, const base::Clock& clock,
                                                std::string url);

}  // namespace acme
