#include "subcommands/cleanup.h"

#include "base/directory.h"
#include "store/local_store.h"

namespace subcommands {

base::Result<void> clean_up(const dokku::Environment& environment, const dokku::Log& log,
                            base::Clock& clock, const dokku::AppName& app) {
    const store::LocalStore store{environment.global_root()};
    const auto lock = store.lock_app(app.text(), store::kTypedPatience, clock);
    if (!lock) return lock.error();
    const base::Path certs = environment.certs_root(app);
    std::error_code error;
    const base::Path target = std::filesystem::read_symlink(certs / "current", error);
    // A link that leads out of certs/ names no folder there: then all of them would go.
    const std::string hash = target.filename().string();
    const bool is_name = !error && !hash.empty() && hash != "." && hash != "..";
    if (!is_name || !base::directory_exists(certs / hash)) {
        return base::fail(base::ErrorKind::invalid_input,
                          "Cannot resolve the 'current' certificate directory!",
                          {"Get a certificate first: dokku letsencrypt:enable " + app.text()});
    }
    log.info2("Cleaning up stale certificate directories for " + app.text());
    log.info1("  - current config hash " + hash);
    const auto names = base::list_directory(certs);
    if (!names) return names.error();
    for (const std::string& name : *names) {
        if (name == "current" || name == hash) continue;
        log.info1("  - stale directory " + name);
        if (auto removed = base::remove_tree(certs / name); !removed) return removed;
    }
    return {};
}

}  // namespace subcommands
