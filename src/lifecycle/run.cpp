#include "lifecycle/run.h"

#include "base/secret.h"

namespace lifecycle {

base::Result<std::unique_ptr<Run>> Run::open(const dokku::Environment& environment,
                                             const dokku::Log& log) {
    base::forbid_core_dumps();
    auto runtime = std::make_unique<http::CurlRuntime>();
    auto client = http::CurlClient::open(*runtime, http::TrustStore::from_environment());
    if (!client) return std::move(client).error();
    return std::unique_ptr<Run>{new Run(environment, log, std::move(runtime), std::move(*client))};
}

}  // namespace lifecycle
