#pragma once

#include "base/result.h"
#include "ca/context.h"
#include "ca/lego/options.h"
#include "dns/resolver.h"
#include "settings/settings.h"

namespace ca {

/// The resolver of an app: that of property `dns-resolvers`, else of `--dns.resolvers`, else the
/// system's (docs/design.md 4.3). `invalid_input` for what is no address. In one run, what is found
/// of servers that do not answer holds for all apps that use them.
base::Result<dns::Resolver> open_resolver(const Context& context,
                                          const settings::Settings& settings,
                                          const DnsOptions& options);

/// Did an operator choose the resolver? Then its word is final.
bool has_own_resolver(const settings::Settings& settings, const DnsOptions& options);

}  // namespace ca
