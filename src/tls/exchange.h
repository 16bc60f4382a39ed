#pragma once

#include <optional>
#include <string>

#include "base/file.h"
#include "base/result.h"
#include "base/secret.h"

namespace tls {

/// A certificate chain (leaf first) and its key, checked by the caller.
struct TlsPair {
    std::string chain_pem;
    base::Secret key_pem;
};

// All of these fail with `io` if a file or folder cannot be read, made, moved or removed.

/// Makes the pair what nginx reads from `ROOT/APP/tls` at its next reload: a full sibling folder
/// (0750, files 0600; server.crt, server.key, server.letsencrypt.crt, and what else stood in `tls`)
/// is built, synced and exchanged with `tls` in one step. Killed at any moment, `tls` is the old
/// folder or the new one, never a mixture. The step is renameat2 with RENAME_EXCHANGE; where the
/// kernel or the file system lacks that, `tls` is set aside and the new folder takes its name: two
/// renames, and a crash between them leaves no `tls` until the next nginx-pre-reload or run has
/// heal_tls put the former one back.
/// `expected_chain` is the server.crt that the caller decided upon (nothing: there was none); if
/// another stands there by now, a certificate was installed meanwhile: `busy`, nothing changed.
base::Result<void> exchange_tls(const base::Path& app_root, const TlsPair& pair,
                                const std::optional<std::string>& expected_chain);

/// Takes `tls` out of nginx's reach, whole; an app without one is fine. Until it is deleted,
/// heal_tls puts it back.
base::Result<void> set_tls_aside(const base::Path& app_root);

/// Puts it back if `tls` is missing. For a folder whose remover is still at work: all else is left
/// to that one.
base::Result<void> put_tls_back(const base::Path& app_root);

/// Deletes what was set aside. Killed in the middle of it, nothing of it comes back.
base::Result<void> delete_tls_set_aside(const base::Path& app_root);

/// Puts right what a crash left behind: half-built and half-deleted folders go, and a folder that
/// was set aside comes back if `tls` is missing.
base::Result<void> heal_tls(const base::Path& app_root);

}  // namespace tls
