#include "dokku/ports.h"

#include <algorithm>

#include "base/text.h"
#include "dokku/property.h"
#include "dokku/trigger.h"

namespace dokku {
namespace {

bool is_port(std::string_view text) {
    const auto number = base::parse_integer(text);
    return number && *number > 0 && *number <= 65535;
}

/// Without a stored map a certificate brings https by itself: beside each http:80, or, where there
/// is none, in place of http.
std::vector<PortMapping> with_https(const std::vector<PortMapping>& map,
                                    const std::string& ssl_port) {
    const auto is_http_80 = [](const PortMapping& mapping) {
        return mapping.scheme == "http" && mapping.host == "80";
    };
    const bool has_http_80 = std::any_of(map.begin(), map.end(), is_http_80);
    std::vector<PortMapping> result;
    for (const PortMapping& mapping : map) {
        result.push_back(mapping);
        if (is_http_80(mapping)) {
            result.push_back({"https", ssl_port, mapping.container});
        } else if (!has_http_80 && mapping.scheme == "http") {
            result.back().scheme = "https";
        }
    }
    return result;
}

}  // namespace

std::vector<PortMapping> parse_port_map(std::string_view text) {
    std::vector<PortMapping> map;
    for (const std::string_view line : base::split_lines(text)) {
        const auto parts = base::split(base::trim(line), ':');
        if (parts.size() != 3 || parts[0].empty() || !is_port(parts[1]) || !is_port(parts[2])) {
            continue;
        }
        map.push_back({std::string{parts[0]}, std::string{parts[1]}, std::string{parts[2]}});
    }
    return map;
}

std::vector<PortMapping> resolve_ports(const StoredPorts& stored, Certificate certificate) {
    if (!stored.map.empty()) return stored.map;
    std::vector<PortMapping> map = stored.detected;
    if (map.empty()) {
        map = {{"http", stored.proxy_port.empty() ? "80" : stored.proxy_port, "5000"}};
    }
    if (certificate == Certificate::absent) return map;
    return with_https(map, stored.proxy_ssl_port.empty() ? "443" : stored.proxy_ssl_port);
}

std::optional<Certificate> find_certificate(const Environment& environment, const AppName& app,
                                            const StoredPorts& stored) {
    if (has_pair(environment, app)) return Certificate::present;
    const bool is_asked = stored.map.empty() && has_trigger_file(environment, "certs-force");
    return is_asked ? std::nullopt : std::optional{Certificate::absent};
}

Certificate certificate_in(const std::vector<std::string>& answer) {
    const bool is_forced = std::find(answer.begin(), answer.end(), "true") != answer.end();
    return is_forced ? Certificate::present : Certificate::absent;
}

base::Result<StoredPorts> read_stored_ports(const Environment& environment, const AppName& app) {
    const auto ports = PropertyStore{environment, "ports"}.get_all(app);
    if (!ports) return ports.error();
    const auto proxy = PropertyStore{environment, "proxy"}.get_all(app);
    if (!proxy) return proxy.error();
    const auto value = [](const Properties& properties, std::string_view key) {
        const auto found = properties.find(key);
        return found == properties.end() ? std::string{} : std::string{base::trim(found->second)};
    };
    return StoredPorts{parse_port_map(value(*ports, "map")),
                       parse_port_map(value(*ports, "map-detected")), value(*proxy, "proxy-port"),
                       value(*proxy, "proxy-ssl-port")};
}

base::Result<std::vector<PortMapping>> read_ports(const Environment& environment,
                                                  const AppName& app) {
    const auto stored = read_stored_ports(environment, app);
    if (!stored) return stored.error();
    const auto known = find_certificate(environment, app, *stored);
    if (known) return resolve_ports(*stored, *known);
    const auto answer = ask_trigger(environment, app, "certs-force", {app.text()});
    if (!answer) return answer.error();
    return resolve_ports(*stored, certificate_in(*answer));
}

}  // namespace dokku
