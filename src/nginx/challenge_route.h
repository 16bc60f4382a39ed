#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/file.h"
#include "base/result.h"
#include "dokku/app.h"
#include "dokku/environment.h"
#include "nginx/config.h"

namespace nginx {

/// How nginx answers HTTP-01 for one app: by itself, `<token>.<thumbprint>` for every token, so
/// that no file is written and no second server runs (docs/design.md 4.5).
///
/// `snippet` is `ROOT/APP/nginx.conf.d/letsencrypt.conf`, which every server block of Dokku's
/// template includes; `block` is a server block of our own for names that no vhost of the app
/// serves on port 80 yet, `LIB/data/letsencrypt/--global/nginx/APP.conf`: nginx includes that
/// folder by `/etc/nginx/conf.d/letsencrypt.conf`.
struct RouteFiles {
    base::Path snippet;
    base::Path block;
};

RouteFiles route_files(const dokku::Environment& environment, const dokku::AppName& app);
/// For who holds the app's folder open: the snippet lies below `app_root`.
RouteFiles route_files(const dokku::Environment& environment, const dokku::AppName& app,
                       const base::Path& app_root);

struct OwnServer {
    std::vector<ListenPair> listens;
    std::vector<std::string> names;  ///< A-labels; no wildcards, no `_`
};

/// The snippet's text. It names its app, so that a copy in another app's folder is recognised.
std::string render_route_snippet(std::string_view app, std::string_view thumbprint);

/// The server block's text: everything but the challenge is 404 there.
std::string render_route_block(std::string_view app, std::string_view thumbprint,
                               const OwnServer& server);

/// The app that one of our two texts was written for; empty for any other text.
std::string route_owner(std::string_view text);

/// The names of the app's vhost (`ROOT/APP/nginx.conf`) that are served on port 80.
std::vector<std::string> names_on_port_80(const std::vector<NginxServer>& servers);

/// Writes the snippet and, if `server` has names, the block; removes a block that is not needed.
/// Returns whether any file changed: if none did, nginx need not reload. `io` if one cannot be
/// written: nginx may answer for some of the names then.
base::Result<bool> write_route(const RouteFiles& files, std::string_view app,
                               std::string_view thumbprint, const OwnServer& server);

/// Does nginx answer for this account's key, as far as our files say?
bool has_route(const RouteFiles& files, std::string_view thumbprint);

/// Names another account key in the files that are there. Returns whether any changed. `io` if one
/// cannot be read or written.
base::Result<bool> replace_thumbprint(const RouteFiles& files, std::string_view old_thumbprint,
                                      std::string_view thumbprint);

/// Removes both. Returns whether there was anything to remove. `io` if one stays.
base::Result<bool> remove_route(const RouteFiles& files);

enum class RouteUse {
    needed,  ///< an order runs, or the app keeps its route for good
    idle,    ///< left over, if there is one
};

/// What nginx-pre-reload does before nginx reads the files: a snippet copied from another app goes,
/// so does a left-over one, and the block gives up the names that `vhost` (the app's nginx.conf,
/// just rebuilt) serves itself, since nginx would warn about them on the operator's terminal. `io`
/// if a file cannot be removed or rewritten.
base::Result<void> heal_route(const RouteFiles& files, std::string_view app,
                              const base::Path& vhost, RouteUse use);

}  // namespace nginx
