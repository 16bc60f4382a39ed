#include "tls/certs.h"

#include <algorithm>

#include "base/directory.h"
#include "base/pem.h"

namespace tls {

std::string stamp_pair(const dokku::Environment& environment, const dokku::AppName& app) {
    std::string stamp;
    bool any = false;
    for (const char* name : {"server.crt", "server.key"}) {
        const auto file = base::stamp_file(environment.tls_root(app) / name);
        any = any || file;
        stamp += stamp.empty() ? "" : " ";
        stamp += file ? std::to_string(file->bytes) + " " + std::to_string(file->modified_ns) +
                            " " + std::to_string(file->inode)
                      : "-";
    }
    return any ? stamp : "";
}

bool same_leaf(std::string_view one, std::string_view other) {
    const std::string_view first = base::first_certificate(one);
    const std::string_view second = base::first_certificate(other);
    if (first.empty() || second.empty()) return false;
    if (first == second) return true;
    const std::string der = base::pem_to_der(first);
    return !der.empty() && der == base::pem_to_der(second);
}

std::vector<base::Path> certificates_in(const base::Path& folder) {
    std::vector<base::Path> files;
    if (const auto names = base::list_directory(folder / "certificates")) {
        for (const std::string& name : *names) {
            if (name.ends_with(".crt") && !name.ends_with(".issuer.crt")) {
                files.push_back(folder / "certificates" / name);
            }
        }
    }
    files.push_back(folder / "fullchain.pem");
    return files;
}

std::vector<base::Path> current_certificates(const dokku::Environment& environment,
                                             const dokku::AppName& app) {
    return certificates_in(environment.certs_root(app) / "current");
}

std::optional<base::Path> served_certificate(const dokku::Environment& environment,
                                             const dokku::AppName& app) {
    return served_certificate_in(environment.certs_root(app) / "current", environment, app);
}

std::optional<base::Path> served_certificate_in(const base::Path& folder,
                                                const dokku::Environment& environment,
                                                const dokku::AppName& app) {
    const auto served = base::read_file(environment.tls_root(app) / "server.crt");
    if (!served || !dokku::has_pair(environment, app)) return std::nullopt;
    for (const base::Path& file : certificates_in(folder)) {
        const auto ours = base::read_file(file);
        if (ours && same_leaf(*served, *ours)) return file;
    }
    return std::nullopt;
}

base::Path key_file_of(base::Path certificate) {
    if (certificate.filename() == "fullchain.pem") return certificate.replace_filename("key.pem");
    return certificate.replace_extension(".key");
}

CertificateStatus read_certificate_status(const dokku::Environment& environment,
                                          const dokku::AppName& app) {
    // Lists walk a thousand apps: no file is looked at twice, and none before it is needed.
    const base::Path tls = environment.tls_root(app);
    const auto served = base::read_file(tls / "server.crt");
    if (!served) return {};
    CertificateStatus status;
    if (const auto dates = base::read_certificate_dates(*served)) {
        status.dates = *dates;
    }
    if (!base::file_exists(tls / "server.key")) return status;
    const auto files = current_certificates(environment, app);
    status.active = std::any_of(files.begin(), files.end(), [&](const base::Path& file) {
        const auto ours = base::read_file(file);
        return ours && same_leaf(*served, *ours);
    });
    return status;
}

bool is_active(const dokku::Environment& environment, const dokku::AppName& app) {
    return read_certificate_status(environment, app).active;
}

std::optional<base::UtcTime> read_expiration(const dokku::Environment& environment,
                                             const dokku::AppName& app) {
    const auto status = read_certificate_status(environment, app);
    if (!status.dates) return std::nullopt;
    return status.dates->not_after;
}

}  // namespace tls
