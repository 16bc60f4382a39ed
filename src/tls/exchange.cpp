#include "tls/exchange.h"

#include <cerrno>
#include <cstdio>
#include <sys/stat.h>

#include "base/directory.h"

namespace tls {
namespace {

constexpr mode_t kFolder = 0750;
constexpr mode_t kFile = 0600;
constexpr const char* kStaged = ".tls.letsencrypt-new";
constexpr const char* kFormer = ".tls.letsencrypt-former";
constexpr const char* kDeleted = ".tls.letsencrypt-deleted";

base::Result<void> rename_folder(const base::Path& from, const base::Path& to) {
    if (std::rename(from.c_str(), to.c_str()) != 0) {
        return base::io_error("renaming", from, errno);
    }
    return base::sync_directory(to.parent_path());
}

/// A file, a link as it is, or a folder with all below it.
base::Result<void> copy_entry(const base::Path& from, const base::Path& to) {
    std::error_code error;
    if (std::filesystem::is_symlink(from, error)) {
        const base::Path target = std::filesystem::read_symlink(from, error);
        if (error) return base::io_error("reading", from, error.value());
        return base::replace_symlink(to, target);
    }
    if (base::directory_exists(from)) {
        if (auto made = base::make_directories(to, kFolder); !made) return made;
        const auto names = base::list_directory(from);
        if (!names) return names.error();
        for (const std::string& name : *names) {
            if (auto copied = copy_entry(from / name, to / name); !copied) return copied;
        }
        return {};
    }
    if (!base::file_exists(from)) return {};  // a socket or the like
    const auto content = base::read_file(from);
    if (!content) return content.error();
    return base::replace_file(to, *content, kFile);
}

/// What is not ours to lose, such as a CA bundle that an operator put beside the pair.
base::Result<void> copy_others(const base::Path& from, const base::Path& to) {
    const auto names = base::list_directory(from);
    if (!names) return names.error();
    for (const std::string& name : *names) {
        if (name == "server.crt" || name == "server.key" || name == "server.letsencrypt.crt") {
            continue;
        }
        if (auto copied = copy_entry(from / name, to / name); !copied) return copied;
    }
    return {};
}

/// `staged` is not there yet.
base::Result<void> build(const base::Path& staged, const base::Path& live, const TlsPair& pair) {
    if (auto made = base::make_directories(staged, kFolder); !made) return made;
    if (auto copied = copy_others(live, staged); !copied) return copied;
    for (const char* name : {"server.crt", "server.letsencrypt.crt"}) {
        if (auto written = base::replace_file(staged / name, pair.chain_pem, kFile); !written) {
            return written;
        }
    }
    return base::replace_file(staged / "server.key", pair.key_pem.reveal(), kFile);
}

base::Result<void> check_expected(const base::Path& live,
                                  const std::optional<std::string>& expected) {
    const auto present = base::read_file(live / "server.crt");
    if (!present && present.error().kind != base::ErrorKind::not_found) return present.error();
    const bool same = present ? expected == *present : !expected.has_value();
    if (same) return {};
    return base::fail(base::ErrorKind::busy,
                      "the certificate in " + live.string() +
                          " was changed by someone else meanwhile; it is left as it is");
}

/// For file systems without RENAME_EXCHANGE: two renames. Between them `tls` is missing, which
/// heal_tls mends before nginx looks.
base::Result<void> exchange_in_two_steps(const base::Path& app_root) {
    const base::Path live = app_root / "tls";
    if (auto aside = set_tls_aside(app_root); !aside) return aside;
    if (auto moved = rename_folder(app_root / kStaged, live); !moved) {
        if (auto back = rename_folder(app_root / kFormer, live); !back) return back;
        return moved;
    }
    (void)delete_tls_set_aside(app_root);  // heal_tls deletes what is left
    return {};
}

}  // namespace

base::Result<void> exchange_tls(const base::Path& app_root, const TlsPair& pair,
                                const std::optional<std::string>& expected_chain) {
    const base::Path live = app_root / "tls";
    const base::Path staged = app_root / kStaged;
    if (auto healed = heal_tls(app_root); !healed) return healed;
    if (auto built = build(staged, live, pair); !built) return built;
    if (auto checked = check_expected(live, expected_chain); !checked) {
        if (auto removed = base::remove_tree(staged); !removed) return removed;
        return checked;
    }
    if (!base::directory_exists(live)) return rename_folder(staged, live);
    const auto exchanged = base::exchange_directories(staged, live);
    if (!exchanged) return exchanged.error();
    if (!*exchanged) return exchange_in_two_steps(app_root);
    // The new pair is live. What stays of the former one goes with the next heal_tls.
    (void)base::remove_tree(staged);
    return {};
}

base::Result<void> set_tls_aside(const base::Path& app_root) {
    if (auto deleted = delete_tls_set_aside(app_root); !deleted) return deleted;
    if (!base::directory_exists(app_root / "tls")) return {};
    return rename_folder(app_root / "tls", app_root / kFormer);
}

base::Result<void> put_tls_back(const base::Path& app_root) {
    const bool is_aside = base::directory_exists(app_root / kFormer);
    if (!is_aside || base::directory_exists(app_root / "tls")) return {};
    return rename_folder(app_root / kFormer, app_root / "tls");
}

base::Result<void> delete_tls_set_aside(const base::Path& app_root) {
    const base::Path deleted = app_root / kDeleted;
    if (auto removed = base::remove_tree(deleted); !removed) return removed;
    if (!base::directory_exists(app_root / kFormer)) return {};
    if (auto moved = rename_folder(app_root / kFormer, deleted); !moved) return moved;
    return base::remove_tree(deleted);
}

base::Result<void> heal_tls(const base::Path& app_root) {
    for (const char* leftover : {kStaged, kDeleted}) {
        if (auto removed = base::remove_tree(app_root / leftover); !removed) return removed;
    }
    if (base::directory_exists(app_root / "tls")) return delete_tls_set_aside(app_root);
    return put_tls_back(app_root);
}

}  // namespace tls
