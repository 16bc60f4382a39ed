#pragma once

#include <chrono>
#include <string>

#include "async/task.h"
#include "base/result.h"
#include "dns/resolver.h"

namespace dns {

/// A TXT record that proves control of a name (RFC 8555 section 8.4), and what it was made of.
struct ChallengeRecord {
    std::string domain;             ///< as ordered, without `*.`
    std::string token;              ///< of the challenge
    std::string key_authorization;  ///< of the challenge
    std::string name;               ///< where the record goes: absolute, with its final dot
    std::string value;              ///< the record's text
};

/// Where a CA looks for the record of `domain` (without `*.`), with the final dot: the name
/// `_acme-challenge.DOMAIN`, or where its alias (CNAME) leads.
async::Task<std::string> find_record_name(const Resolver& resolver, std::string domain);

/// Who can put such records into the DNS (settings/dns_providers.h has the table of providers). Two
/// records of one name may have to stand at once (a name and its wildcard): present() adds,
/// cleanup() takes away just that value. All of these fail with `rejected` if it was refused,
/// `timeout` if it did not end, and `io` or `not_found` if it could not be tried.
class Provider {
  public:
    Provider() = default;
    Provider(const Provider&) = delete;
    Provider& operator=(const Provider&) = delete;
    Provider(Provider&&) = delete;
    Provider& operator=(Provider&&) = delete;
    virtual ~Provider() = default;

    virtual async::Task<base::Result<void>> present(ChallengeRecord record) = 0;
    virtual async::Task<base::Result<void>> cleanup(ChallengeRecord record) = 0;

    /// How long a record may take until all name servers have it, and how often to look.
    virtual std::chrono::seconds propagation_timeout() const = 0;
    virtual std::chrono::seconds polling_interval() const = 0;
};

}  // namespace dns
