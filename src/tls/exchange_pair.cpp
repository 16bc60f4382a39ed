#include "tls/exchange_pair.h"

#include "tls/removal_marker.h"

namespace tls {

base::Result<void> exchange_pair(const dokku::Environment& environment, const dokku::AppName& app,
                                 const base::Path& app_root, const TlsPair& pair,
                                 const std::optional<std::string>& expected_chain) {
    if (auto marked = mark_removal(environment, app, RemovalKind::exchange); !marked) return marked;
    auto exchanged = exchange_tls(app_root, pair, expected_chain);
    (void)unmark_removal(environment, app);  // one that stays is void, and goes with the next run
    return exchanged;
}

}  // namespace tls
