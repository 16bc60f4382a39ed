#include "tls/certificate_store.h"

#include "base/directory.h"

namespace tls {

base::Result<void> remove_certificate_store(const dokku::Environment& environment,
                                            const dokku::AppName& app) {
    const base::Path folder = environment.app_root(app) / "letsencrypt";
    const auto names = base::list_directory(folder);
    if (!names) return names.error();
    bool keeps = false;
    for (const std::string& name : *names) {
        if (name.starts_with("replaced-")) {
            keeps = true;
        } else if (auto removed = base::remove_tree(folder / name); !removed) {
            return removed;
        }
    }
    return keeps ? base::Result<void>{} : base::remove_tree(folder);
}

}  // namespace tls
