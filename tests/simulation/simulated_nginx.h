#pragma once

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/path.h"
#include "base/utc_time.h"
#include "nginx/config.h"

namespace simulation {

/// A certificate and its key as they were read from files.
struct LoadedPair {
    std::string chain_pem;
    std::string fingerprint;  ///< of the leaf
    std::vector<std::string> names;
    base::UtcTime not_before;
    base::UtcTime not_after;

    bool covers(const std::string& name) const;
};

/// What nginx answers with, of all apps.
struct LoadedConfig {
    /// A name on port 80: `token.thumbprint` for every token, or "" where there is no such route.
    std::map<std::string, std::string> routes;
    /// A name on port 443, and the app whose pair is shown for it.
    std::map<std::string, std::string> https;
    std::map<std::string, LoadedPair> pairs;  ///< by app
};

/// nginx as it is: it reads files when it is told to, refuses all of them for one bad pair, and
/// answers from what it has loaded.
class SimulatedNginx {
  public:
    /// `main` includes all that it reads; `root` holds a folder for each app.
    SimulatedNginx(base::Path main, base::Path root)
        : main_(std::move(main)), root_(std::move(root)) {}

    /// `nginx -t`: what it prints where it refuses the files; else nothing.
    std::optional<std::string> test();

    /// Loads the files, unless it refuses them. Returns whether it has.
    bool reload();

    const LoadedConfig& loaded() const { return loaded_; }

    /// What GET /.well-known/acme-challenge/<token> of a name gives; nothing is 404.
    std::optional<std::string> answer_challenge(const std::string& name,
                                                const std::string& token) const;
    /// The chain shown for a name; nothing where port 443 is closed.
    std::optional<std::string> shown_for(const std::string& name) const;

    /// Told of each load.
    std::function<void(const LoadedConfig& before, const LoadedConfig& now)> on_load;
    /// Told of each refusal: of which app, and why.
    std::function<void(const std::string& app, const std::string& words)> on_refusal;

  private:
    struct Refusal {
        std::string app;
        std::string words;
    };

    std::optional<Refusal> read(LoadedConfig& config);
    std::optional<Refusal> read_server(const nginx::NginxDirective& server, LoadedConfig& config);
    std::optional<Refusal> read_pair(const std::string& app, const base::Path& certificate,
                                     const base::Path& key, LoadedConfig& config);
    std::string app_of(const base::Path& file) const;

    base::Path main_;
    base::Path root_;
    LoadedConfig loaded_;
    /// Pairs that were found good before, by both texts: reading them takes long.
    std::map<std::pair<std::string, std::string>, LoadedPair> known_;
};

}  // namespace simulation
