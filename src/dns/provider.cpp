#include "dns/provider.h"

#include "dns/authoritative.h"

namespace dns {

std::string find_record_name(const Resolver& resolver, std::string_view domain) {
    return follow_alias(resolver, std::string{"_acme-challenge."}.append(domain)) + ".";
}

}  // namespace dns
