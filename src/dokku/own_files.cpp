#include "dokku/own_files.h"

#include <array>
#include <cerrno>
#include <fcntl.h>
#include <system_error>
#include <unistd.h>

namespace dokku {
namespace {

constexpr int kFolder = R_OK | W_OK | X_OK;
constexpr int kFile = R_OK;

base::Result<void> require(const base::Path& path, int what) {
    if (::faccessat(AT_FDCWD, path.c_str(), what, AT_EACCESS) == 0) return {};
    if (errno == ENOENT || errno == ENOTDIR) return {};
    return base::io_error(what == kFile ? "reading" : "writing to", path, errno);
}

struct Needed {
    base::Path path;
    int what;
};

}  // namespace

base::Result<void> require_own_files(const Environment& environment, const AppName& app) {
    const base::Path root = environment.app_root(app);
    const base::Path certs = environment.certs_root(app);
    const base::Path tls = environment.tls_root(app);
    const std::array<Needed, 8> all{{{root, kFolder},
                                     {certs.parent_path(), kFolder},
                                     {certs, kFolder},
                                     {certs / "current", kFolder},
                                     {certs / "current" / "certificates", kFolder},
                                     {tls, kFolder},
                                     {tls / "server.crt", kFile},
                                     {tls / "server.key", kFile}}};
    for (const Needed& needed : all) {
        auto can = require(needed.path, needed.what);
        if (can) continue;
        base::Error error = std::move(can).error();
        error.message += ". Give it back with: sudo chown -R " + environment.system_user + ":" +
                         environment.system_group + " " + root.string();
        return error;
    }
    return {};
}

}  // namespace dokku
