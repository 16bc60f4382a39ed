#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/certificate_dates.h"
#include "base/file.h"
#include "base/result.h"
#include "base/utc_time.h"
#include "dokku/app.h"
#include "dokku/environment.h"

namespace tls {

/// Another text after each change of the pair's files, one of which may be missing; empty without
/// any.
std::string stamp_pair(const dokku::Environment& environment, const dokku::AppName& app);

/// What one pass over an app's certificate files tells.
struct CertificateStatus {
    bool active = false;                          ///< see is_active
    std::optional<base::CertificateDates> dates;  ///< of tls/server.crt, of any issuer
};
CertificateStatus read_certificate_status(const dokku::Environment& environment,
                                          const dokku::AppName& app);

/// Does nginx serve a certificate that letsencrypt issued for the app? The first certificate of
/// tls/server.crt is compared with those in certs/current (docs/design.md 1.1); today's domains
/// and their order do not matter.
bool is_active(const dokku::Environment& environment, const dokku::AppName& app);

/// The end of validity of tls/server.crt, of any issuer; nothing if it cannot be read.
std::optional<base::UtcTime> read_expiration(const dokku::Environment& environment,
                                             const dokku::AppName& app);

/// Have two PEM texts the same first certificate? Line ends and widths do not matter.
bool same_leaf(std::string_view one, std::string_view other);

/// Of these the one with the certificate that nginx serves; nothing if the app is not active.
std::optional<base::Path> served_certificate(const dokku::Environment& environment,
                                             const dokku::AppName& app);
/// The same in another folder than that.
std::optional<base::Path> served_certificate_in(const base::Path& folder,
                                                const dokku::Environment& environment,
                                                const dokku::AppName& app);

/// The key's file beside a certificate's (`X.crt` and `X.key`, `fullchain.pem` and `key.pem`).
base::Path key_file_of(base::Path certificate);

/// The files in certs/current/certificates that hold a certificate of ours (`*.crt` without the
/// issuers' `*.issuer.crt`), then certs/current/fullchain.pem. They need not exist.
std::vector<base::Path> current_certificates(const dokku::Environment& environment,
                                             const dokku::AppName& app);
/// The same of another folder than certs/current.
std::vector<base::Path> certificates_in(const base::Path& folder);

}  // namespace tls
