#pragma once

#include <string>
#include <vector>

#include "base/file.h"
#include "base/result.h"
#include "dokku/system_user.h"

namespace host {

// What root does in folders that Dokku's user can change meanwhile: no link is followed, neither on
// the way from `root` down nor below, and a file that has another name elsewhere is left alone.

/// Makes `root/folders...` as far as it is missing, and gives the last of them with all below it to
/// its owner. `invalid_input` if something on the way is no folder, as a link is none; else `io`.
base::Result<void> give_folder(const base::Path& root, const std::vector<std::string>& folders,
                               const dokku::SystemUser& owner);

/// Below `root/app/letsencrypt/certs`: gives all to its owner, and takes group and others off the
/// files that hold keys and DNS credentials. The official plugin left `docker.env` with mode 0755,
/// and Docker files of root's. An app without that folder is fine, and so is one whose folder is a
/// link: it is left as it is. `io` otherwise.
base::Result<void> protect_certificate_files(const base::Path& root, const std::string& app,
                                             const dokku::SystemUser& owner);

}  // namespace host
