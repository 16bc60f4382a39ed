#include "dokku/certs.h"

#include <algorithm>

#include "base/certificate_dates.h"
#include "base/directory.h"
#include "base/pem.h"

namespace dokku {

bool has_pair(const Environment& environment, const AppName& app) {
    const base::Path tls = environment.tls_root(app);
    return base::file_exists(tls / "server.crt") && base::file_exists(tls / "server.key");
}

bool same_leaf(std::string_view one, std::string_view other) {
    const std::string_view first = base::first_certificate(one);
    const std::string_view second = base::first_certificate(other);
    if (first.empty() || second.empty()) return false;
    if (first == second) return true;
    const std::string der = base::pem_to_der(first);
    return !der.empty() && der == base::pem_to_der(second);
}

std::vector<base::Path> current_certificates(const Environment& environment, const AppName& app) {
    const base::Path current = environment.certs_root(app) / "current";
    std::vector<base::Path> files;
    if (const auto names = base::list_directory(current / "certificates")) {
        for (const std::string& name : *names) {
            if (name.ends_with(".crt") && !name.ends_with(".issuer.crt")) {
                files.push_back(current / "certificates" / name);
            }
        }
    }
    files.push_back(current / "fullchain.pem");
    return files;
}

bool is_active(const Environment& environment, const AppName& app) {
    if (!has_pair(environment, app)) return false;
    const auto served = base::read_file(environment.tls_root(app) / "server.crt");
    if (!served) return false;
    const auto files = current_certificates(environment, app);
    return std::any_of(files.begin(), files.end(), [&](const base::Path& file) {
        const auto ours = base::read_file(file);
        return ours && same_leaf(*served, *ours);
    });
}

std::optional<base::UtcTime> read_expiration(const Environment& environment, const AppName& app) {
    const auto served = base::read_file(environment.tls_root(app) / "server.crt");
    if (!served) return std::nullopt;
    const auto dates = base::read_certificate_dates(*served);
    if (!dates) return std::nullopt;
    return dates->not_after;
}

}  // namespace dokku
