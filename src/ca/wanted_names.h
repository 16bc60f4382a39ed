#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "dns/domain_name.h"

namespace ca {

/// A wanted name that is not ordered, and why.
struct DeferredName {
    std::string name;
    std::string_view cause;  ///< of store/cause.h
    base::Error reason;
    bool refused_by_ca = false;  ///< a validation was spent on it
};

/// The names of one certificate. One that is deferred may be among those that are ordered until
/// IssueJob::drop_deferred.
struct WantedNames {
    std::vector<dns::DnsName> ordered;   ///< that go into the certificate
    std::vector<DeferredName> deferred;  ///< wanted, but not now
    std::vector<DeferredName> excluded;  ///< that an operator does not want in it
    std::vector<std::string> waiting;    ///< wanted, and not to be looked at before their own time
};

}  // namespace ca
