#pragma once

#include <string>
#include <string_view>

#include "base/file.h"
#include "base/result.h"
#include "base/secret.h"

namespace tls {

/// What goes into the certificate folder of an app and a configuration.
struct CertificateFiles {
    std::string chain_pem;
    base::Secret key_pem;
    std::string url;           ///< where the CA offers the certificate
    std::string first_domain;  ///< as stored: names the files, as with the official plugin
};

// All of these fail with `io`, or with `not_found` if the folder is gone.

/// `ROOT/APP/letsencrypt/certs/<sha1>` with its files `config`, `docker_options` and `docker.env`,
/// written before the CA is asked (docs/design.md 4.2). Files that are right already stay as they
/// are.
base::Result<void> write_configuration(const base::Path& folder, std::string_view lego_command,
                                       std::string_view docker_options,
                                       std::string_view docker_env);

/// Puts the files `certificates/<first domain>.{crt,issuer.crt,key,pem,json}` there
/// (docs/dokku.md 10.3). While they are being replaced, `fullchain.pem` keeps `live_chain`, the
/// chain that nginx serves, so that the app counts as active at every moment.
base::Result<void> write_certificate_files(const base::Path& folder, const CertificateFiles& files,
                                           std::string_view live_chain);

/// Could both be written there? Nothing in them is changed.
base::Result<void> require_certificate_files(const base::Path& folder,
                                             std::string_view first_domain);

/// `fullchain.pem` and `key.pem`, once the pair is what nginx is to serve.
base::Result<void> write_plain_pair(const base::Path& folder, const CertificateFiles& files);

/// `*.x.test` is stored as `_.x.test`.
std::string certificate_base_name(std::string_view domain);

}  // namespace tls
