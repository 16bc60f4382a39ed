#include "hooks/app_copy.h"

#include <algorithm>

#include "base/certificate_names.h"
#include "base/directory.h"
#include "base/file.h"
#include "dokku/domains.h"
#include "dokku/property.h"
#include "nginx/challenge_route.h"
#include "tls/certificate_store.h"
#include "tls/certs.h"
#include "tls/exchange.h"
#include "tls/removal_marker.h"

namespace hooks {
namespace {

base::Result<void> drop_copied_route(const dokku::Environment& environment,
                                     const dokku::AppName& to) {
    if (auto route = nginx::remove_route(nginx::route_files(environment, to)); !route) {
        return std::move(route).error();
    }
    return {};
}

/// Folders that a killed run of OLD left beside `tls`, and a pair whose removal was cut short, or
/// is under way, and that Dokku copied while it was in place.
base::Result<void> drop_copied_pairs(const dokku::Environment& environment,
                                     const dokku::AppName& from, const dokku::AppName& to,
                                     OldApp old) {
    const base::Path root = environment.app_root(to);
    const auto removal = tls::pending_removal(environment, from);
    const bool is_to_go =
        old.is_switched_off && removal && tls::is_of_pair_in_place(environment, *removal);
    if (!is_to_go) return tls::heal_tls(root);
    if (auto moved = tls::set_tls_aside(root); !moved) return moved;
    return tls::delete_tls_set_aside(root);
}

}  // namespace

base::Result<void> copy_properties(const dokku::Environment& environment,
                                   const dokku::AppName& from, const dokku::AppName& to) {
    const dokku::PropertyStore store{environment};
    const auto properties = store.get_all(from);
    if (!properties) return properties.error();
    for (const auto& [key, value] : *properties) {
        if (auto set = store.set(to, key, value); !set) return set;
    }
    return {};
}

base::Result<bool> covers_a_domain(const dokku::Environment& environment,
                                   const dokku::AppName& app) {
    const auto pem = base::read_file(environment.tls_root(app) / "server.crt");
    if (!pem) return pem.error();
    const auto names = base::read_certificate_names(*pem);
    if (!names) return names.error();
    const auto domains = dokku::read_domains(environment, app);
    if (!domains) return domains.error();
    return std::any_of(domains->begin(), domains->end(),
                       [&](const auto& domain) { return base::covers(*names, domain); });
}

base::Result<void> adopt_rename(const dokku::Environment& environment, const dokku::AppName& from,
                                const dokku::AppName& to, OldApp old) {
    if (auto copied = copy_properties(environment, from, to); !copied) return copied;
    if (auto dropped = drop_copied_route(environment, to); !dropped) return dropped;
    if (auto dropped = drop_copied_pairs(environment, from, to, old); !dropped) return dropped;
    return tls::remove_certificate_store(environment, to);
}

base::Result<void> adopt_clone(const dokku::Environment& environment, const dokku::Log& log,
                               const dokku::AppName& from, const dokku::AppName& to, OldApp old) {
    if (auto copied = copy_properties(environment, from, to); !copied) return copied;
    // The copied certs/current still leads to OLD's.
    const bool ours = old.has_our_pair || tls::is_active(environment, to);
    if (auto dropped = drop_copied_route(environment, to); !dropped) return dropped;
    if (auto dropped = drop_copied_pairs(environment, from, to, old); !dropped) return dropped;
    // All of it: what was put aside there is OLD's, and still lies with it.
    const base::Path store = environment.app_root(to) / "letsencrypt";
    if (auto dropped = base::remove_tree(store); !dropped) return dropped;
    if (!ours || !dokku::has_pair(environment, to)) return {};
    const auto useful = covers_a_domain(environment, to);
    if (!useful) return useful.error();
    if (!*useful) return base::remove_tree(environment.tls_root(to));
    log.verbose(to.text() + " is served with the certificate of " + from.text() +
                ", which nobody renews here. Get one of its own with: dokku letsencrypt:enable " +
                to.text());
    return {};
}

}  // namespace hooks
