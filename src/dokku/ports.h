#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "dokku/app.h"
#include "dokku/environment.h"

namespace dokku {

/// One `scheme:host:container` of a port map.
struct PortMapping {
    std::string scheme;
    std::string host;
    std::string container;

    std::string text() const { return scheme + ":" + host + ":" + container; }
    friend bool operator==(const PortMapping&, const PortMapping&) = default;
};

/// What the ports plugin has stored about an app.
struct StoredPorts {
    std::vector<PortMapping> map;       ///< set by an operator
    std::vector<PortMapping> detected;  ///< found at deploy
    std::string proxy_port;             ///< "" means 80
    std::string proxy_ssl_port;         ///< "" means 443
};

enum class Certificate { absent, present };

/// What `ports-get` answers (docs/dokku.md 4.4).
std::vector<PortMapping> resolve_ports(const StoredPorts& stored, Certificate certificate);

/// The lines that are a mapping; others are skipped.
std::vector<PortMapping> parse_port_map(std::string_view text);

/// The port map of an app, read from the files of the ports plugin. Only if nothing was set, there
/// is no pair and some plugin has a certs-force, is that trigger asked. `io` if a file cannot be
/// read, or fails as `ask_trigger` does.
base::Result<std::vector<PortMapping>> read_ports(const Environment& environment,
                                                  const AppName& app);

// The same in parts, for who asks the trigger in another way (programs/host_programs.h).

/// `io` if a file cannot be read.
base::Result<StoredPorts> read_stored_ports(const Environment& environment, const AppName& app);

/// As far as files say; nothing if it is for the trigger certs-force to say, and that matters.
std::optional<Certificate> find_certificate(const Environment& environment, const AppName& app,
                                            const StoredPorts& stored);

/// By the lines that certs-force has printed.
Certificate certificate_in(const std::vector<std::string>& answer);

}  // namespace dokku
