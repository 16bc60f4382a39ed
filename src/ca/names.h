#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "dns/domain_name.h"

namespace ca {

/// How control of the names is shown.
enum class ChallengeKind {
    http,
    dns,
    any,  ///< no check asks: only what neither could show is left out
};

/// A domain of the app that no certificate can be ordered for, and why.
struct LeftOutName {
    std::string domain;
    std::string_view cause;  ///< of store/cause.h
    base::Error reason;
};

/// The domains of an app, sorted into what can be ordered and what cannot. A name that stands there
/// twice (in two spellings) counts once.
struct NameChoice {
    std::vector<dns::DnsName> names;
    std::vector<LeftOutName> left_out;
};

/// Pure: what can be said from the names alone. Needs no network and changes nothing. `excluded`
/// are the patterns of `letsencrypt:exclude`.
NameChoice choose_names(const std::vector<std::string>& domains, ChallengeKind challenge,
                        const std::vector<std::string>& excluded);

std::vector<std::string> to_texts(const std::vector<dns::DnsName>& names);

}  // namespace ca
