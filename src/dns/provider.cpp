#include "dns/provider.h"

#include "dns/authoritative.h"

namespace dns {

async::Task<std::string> find_record_name(const Resolver& resolver, std::string domain) {
    const std::string end = co_await follow_alias(resolver, "_acme-challenge." + domain);
    co_return end + ".";
}

}  // namespace dns
