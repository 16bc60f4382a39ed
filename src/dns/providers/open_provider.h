#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "dns/provider.h"
#include "dns/providers/variables.h"

namespace dns::providers {

/// The provider that settings/dns_providers.h has by this name or alias. `invalid_input` if there
/// is none, or one that it needs of its variables is not set. What is wrong with a variable and
/// does not keep it from working is a line in `warnings`.
base::Result<std::unique_ptr<Provider>> open_provider(std::string_view name, Variables variables,
                                                      LineSink relay,
                                                      std::vector<std::string>& warnings);

}  // namespace dns::providers
