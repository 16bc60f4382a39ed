#include "ca/trust.h"

#include "http/trust_store.h"

namespace ca {

base::Result<void> check_trusted_cas() {
    const auto trust = http::read_trust(http::TrustStore::from_environment(), "");
    return trust ? base::Result<void>{} : trust.error();
}

}  // namespace ca
