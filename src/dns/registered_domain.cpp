#include "dns/registered_domain.h"

#include <memory>

#include <libpsl.h>

#include "base/ip_address.h"
#include "base/text.h"
#include "dns/domain_name.h"

namespace dns {
namespace {

struct FreeList {
    void operator()(psl_ctx_t* list) const noexcept { psl_free(list); }
};

/// The newer one of what libpsl carries inside and what the package `publicsuffix` brings. Null if
/// the host has neither.
const psl_ctx_t* public_suffixes() {
    static const std::unique_ptr<psl_ctx_t, FreeList> list{psl_latest(nullptr)};
    return list.get();
}

}  // namespace

std::string registered_domain(std::string_view name) {
    name = base_name_of(name);
    if (auto address = base::to_canonical_ip(name)) return std::move(*address);
    std::string lower = base::to_lower(name);
    const psl_ctx_t* list = public_suffixes();
    if (list == nullptr) return lower;
    const char* found = psl_registrable_domain(list, lower.c_str());
    return found == nullptr ? lower : std::string{found};
}

}  // namespace dns
