#pragma once

#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <string>
#include <string_view>

#include "dokku/app.h"
#include "dokku/environment.h"
#include "dokku/log.h"
#include "support/temp_dir.h"

namespace test {

/// What was logged, with its stream.
struct Logged {
    std::string out;
    std::string err;
};

/// A file of tests/data, whole.
inline std::string read_test_data(const std::string& name) {
    const std::ifstream file{std::filesystem::path{TEST_DATA_DIR} / name};
    if (!file) throw std::runtime_error("missing test data " + name);
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
}

/// Dokku's folders in a temporary directory, with no app in them.
class DokkuHost {
  public:
    DokkuHost() {
        environment.root = directory_ / "home";
        environment.lib_root = directory_ / "lib";
        environment.plugins_enabled = directory_ / "plugins" / "enabled";
        environment.plugin_directory = environment.plugins_enabled / "letsencrypt";
        environment.nginx_folder = directory_ / "nginx";
        environment.system_user = "dokku";
        environment.system_group = "dokku";
        environment.distro = "debian";
        std::filesystem::create_directories(environment.root);
        std::filesystem::create_directories(environment.plugin_directory);
        std::filesystem::create_directories(environment.global_root());
    }

    dokku::AppName add_app(const std::string& name) const {
        std::filesystem::create_directories(environment.root / name);
        return dokku::AppName::parse(name).value();
    }

    /// Writes a file, and the folders above it.
    static void write(const std::filesystem::path& path, std::string_view text) {
        std::filesystem::create_directories(path.parent_path());
        std::ofstream{path} << text;
    }

    void set_property(const std::string& scope, const std::string& key, std::string_view value,
                      const std::string& plugin = "letsencrypt") const {
        write(environment.lib_root / "config" / plugin / scope / key, value);
    }

    /// What nginx serves.
    void install_pair(const dokku::AppName& app, std::string_view certificate,
                      std::string_view key = "a key\n") const {
        write(environment.tls_root(app) / "server.crt", certificate);
        write(environment.tls_root(app) / "server.key", key);
    }

    /// What letsencrypt issued, as `name`.crt below the current hash.
    void issue(const dokku::AppName& app, const std::string& name,
               std::string_view certificate) const {
        const auto folder = environment.certs_root(app) / "0123abcd";
        write(folder / "certificates" / (name + ".crt"), certificate);
        const auto current = environment.certs_root(app) / "current";
        if (!std::filesystem::is_symlink(current)) {
            std::filesystem::create_directory_symlink(folder, current);
        }
    }

    dokku::Log log() {
        return dokku::Log{environment, [this](dokku::Stream stream, std::string_view text) {
                              (stream == dokku::Stream::out ? logged.out : logged.err) += text;
                          }};
    }

    dokku::Environment environment;
    Logged logged;

  private:
    TempDir directory_;
};

}  // namespace test
