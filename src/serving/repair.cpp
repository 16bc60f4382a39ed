#include "serving/repair.h"

#include <filesystem>
#include <optional>
#include <string>
#include <utility>

#include "base/directory.h"
#include "base/file.h"
#include "base/text.h"
#include "ca/lego/command.h"
#include "ca/pair_owner.h"
#include "ca/replaced_certificate.h"
#include "crypto/served_pair.h"
#include "dokku/domains.h"
#include "dokku/own_files.h"
#include "renewal/certificate_note.h"
#include "renewal/loadable.h"
#include "renewal/stored_pair.h"
#include "settings/read_settings.h"
#include "status/unseen_names.h"
#include "tls/backup.h"
#include "tls/certificate_files.h"
#include "tls/certs.h"
#include "tls/exchange_pair.h"

namespace serving {
namespace {

namespace fs = std::filesystem;

base::Path current_of(const dokku::Environment& environment, const dokku::AppName& app) {
    return environment.certs_root(app) / "current";
}

bool is_link(const base::Path& path) {
    std::error_code error;
    return fs::is_symlink(path, error);
}

/// Where a link that leads nowhere was meant to lead: the app's folders may have moved as a whole.
base::Path moved_target(const base::Path& current) {
    std::error_code error;
    const base::Path target = fs::read_symlink(current, error);
    return error ? base::Path{} : current.parent_path() / target.filename();
}

/// The name that the folder of a configuration has (ca/lego/command.h), from the files in it.
std::string folder_name(const base::Path& folder) {
    const auto config = base::read_file(folder / "config");
    if (!config) return "restored";
    const auto options = base::read_file(folder / "docker_options");
    const auto line = [](const std::string& text) { return text.substr(0, text.find('\n')); };
    return ca::config_hash(line(*config), options ? line(*options) : "");
}

/// What is served, if it is ours and nginx loads it.
std::optional<tls::TlsPair> read_served_pair(const ca::Context& context,
                                             const dokku::AppName& app) {
    const base::Path tls = context.environment.tls_root(app);
    auto chain = base::read_file(tls / "server.crt");
    auto key = base::read_file(tls / "server.key");
    if (!chain || !key) return std::nullopt;
    tls::TlsPair pair{std::move(*chain), base::Secret{std::move(*key)}};
    if (!crypto::check_served_pair(pair.chain_pem, pair.key_pem.reveal())) return std::nullopt;
    const auto owner = ca::find_pair_owner(context.environment, context.store, app, pair.chain_pem);
    if (!owner || *owner != store::Owner::ours) return std::nullopt;
    return pair;
}

/// Both forms of a pair in the folder of today's configuration.
base::Result<base::Path> write_folder(const ca::Context& context, const dokku::AppName& app,
                                      tls::TlsPair pair) {
    const auto domains = dokku::read_domains(context.environment, app);
    if (!domains) return domains.error();
    const auto settings = settings::read_settings(context.environment, app);
    if (!settings) return settings.error();
    if (domains->empty()) {
        return base::fail(base::ErrorKind::not_found, app.text() + " has no domain");
    }
    const std::string line = ca::render_lego_command(*settings, *domains);
    const std::string& options = settings->lego_docker_options.computed;
    base::Path folder = context.environment.certs_root(app) / ca::config_hash(line, options);
    auto written = tls::write_configuration(folder, line, options, settings->docker_env().reveal());
    if (!written) return std::move(written).error();
    const tls::CertificateFiles files{std::move(pair.chain_pem), std::move(pair.key_pem), "",
                                      domains->front()};
    written = tls::write_certificate_files(folder, files, "");
    if (written) written = tls::write_plain_pair(folder, files);
    if (!written) return std::move(written).error();
    return folder;
}

}  // namespace

base::Result<void> store_pair(const ca::Context& context, const dokku::AppName& app,
                              tls::TlsPair pair) {
    const auto folder = write_folder(context, app, std::move(pair));
    if (!folder) return folder.error();
    return base::replace_symlink(current_of(context.environment, app), *folder);
}

namespace {

/// The record, the state: what was lost with the files may have been lost with them.
base::Result<void> note_own(const ca::Context& context, const dokku::AppName& app,
                            const crypto::Certificate& leaf, const std::string& server) {
    const std::string fingerprint = leaf.fingerprint();
    if (!context.store.was_issued_for(app.text(), fingerprint).value_or(false)) {
        auto recorded = context.store.record_issued(app.text(), fingerprint, context.clock.now());
        if (!recorded) return recorded;
    }
    return context.store.update_state(app.text(), [&](store::AppState& state) {
        renewal::record_installed(state, leaf, server);
        state.covered = leaf.names();
    });
}

base::Result<void> rebuild_store(const ca::Context& context, const dokku::AppName& app,
                                 tls::TlsPair pair) {
    const auto leaf = crypto::Certificate::parse_pem(pair.chain_pem);
    if (!leaf) return leaf.error();
    const auto state = context.store.read_state(app.text());
    if (!state) return state.error();
    const std::string server = ca::issuing_server(context, app, *state);
    if (auto stored = store_pair(context, app, std::move(pair)); !stored) return stored;
    if (auto noted = note_own(context, app, *leaf, server); !noted) return noted;
    context.log.warn(app.text() + ": " + context.environment.certs_root(app).string() +
                     " did not hold the certificate that is served; it was written there again");
    return {};
}

/// In the place of what stands in tls/, which is kept aside if there is anything.
base::Result<void> put_in_place(const ca::Context& context, const dokku::AppName& app,
                                const tls::TlsPair& pair) {
    const base::Path root = context.environment.app_root(app);
    const auto chain = base::read_file(root / "tls" / "server.crt");
    if (!chain && chain.error().kind != base::ErrorKind::not_found) return chain.error();
    if (!tls::stamp_pair(context.environment, app).empty()) {
        const auto kept = tls::back_up_pair(root, context.clock.now());
        if (!kept) return kept.error();
    }
    return tls::exchange_pair(context.environment, app, root, pair,
                              chain ? std::optional{*chain} : std::nullopt);
}

/// No whole pair stands in tls/.
async::Task<base::Result<Repair>> serve_stored_pair(renewal::CaInquiries& inquiries,
                                                    dokku::AppName app) {
    const ca::Context& context = inquiries.context();
    auto stored = renewal::find_stored_pair(context.environment, app);
    const bool is_good = stored && renewal::is_in_time(*stored, context.clock.now());
    if (!is_good) co_return Repair::needs_order;
    const bool was_revoked = co_await inquiries.was_revoked(app, *stored);
    if (was_revoked) co_return Repair::needs_order;
    const auto lock = context.store.try_lock_app(app.text());
    if (!lock && lock.error().kind == base::ErrorKind::busy) co_return Repair::left_to_other;
    if (!lock) co_return lock.error();
    auto exchanged = put_in_place(context, app, {stored->chain_pem, std::move(stored->key_pem)});
    if (!exchanged) co_return std::move(exchanged).error();
    context.log.warn(app.text() + ": the certificate in " +
                     context.environment.tls_root(app).string() +
                     " was missing; the last one that is good was put back");
    const auto state = context.store.read_state(app.text());
    if (!state) co_return state.error();
    const crypto::Certificate& leaf = stored->chain.front();
    auto noted = note_own(context, app, leaf, ca::issuing_server(context, app, *state));
    if (noted) {
        noted = context.store.update_state(app.text(), [&](store::AppState& changed) {
            status::note_unseen(changed, leaf.names(), context.clock.now());
        });
    }
    if (!noted) co_return std::move(noted).error();
    co_return Repair::done;
}

}  // namespace

bool needs_link(const dokku::Environment& environment, const dokku::AppName& app) {
    const base::Path current = current_of(environment, app);
    const bool leads_somewhere = base::directory_exists(current);
    if (!is_link(current)) return leads_somewhere;
    return !leads_somewhere && base::directory_exists(moved_target(current));
}

base::Result<void> restore_link(const ca::Context& context, const dokku::AppName& app) {
    if (!needs_link(context.environment, app)) return {};
    const base::Path current = current_of(context.environment, app);
    base::Path folder = moved_target(current);
    if (!is_link(current)) {
        folder = current.parent_path() / folder_name(current);
        if (base::directory_exists(folder)) {
            // A copy, which `cleanup` removes; or what else has that name.
            const base::Path aside{folder.string() + "." +
                                   std::to_string(base::to_unix(context.clock.now()))};
            if (auto moved = base::rename_path(folder, aside); !moved) return moved;
        }
        if (auto moved = base::rename_path(current, folder); !moved) return moved;
    }
    if (auto linked = base::replace_symlink(current, folder); !linked) return linked;
    context.log.warn(app.text() + ": " + current.string() +
                     " was no link to a folder beside it, as after a backup without links; it is "
                     "one again");
    return {};
}

namespace {

/// All that needs neither the CA nor nginx.
base::Result<Repair> repair_files(const ca::Context& context, const dokku::AppName& app) {
    const auto lock = context.store.try_lock_app(app.text());
    if (!lock && lock.error().kind == base::ErrorKind::busy) return Repair::left_to_other;
    if (!lock) return lock.error();
    if (auto own = dokku::require_own_files(context.environment, app); !own) {
        return std::move(own).error();
    }
    if (auto linked = restore_link(context, app); !linked) return std::move(linked).error();
    const auto state = context.store.read_state(app.text());
    if (!state) return state.error();
    const bool is_good = tls::is_active(context.environment, app) &&
                         renewal::check_loadable(context.environment, *state, app);
    if (is_good) return Repair::done;
    auto pair = read_served_pair(context, app);
    if (!pair) return Repair::needs_order;
    if (auto rebuilt = rebuild_store(context, app, std::move(*pair)); !rebuilt) {
        return std::move(rebuilt).error();
    }
    return Repair::done;
}

}  // namespace

async::Task<base::Result<Repair>> repair_certificate(renewal::CaInquiries& inquiries,
                                                     dokku::AppName app) {
    const ca::Context& context = inquiries.context();
    auto repaired = repair_files(context, app);
    const bool has_pair = dokku::has_pair(context.environment, app);
    if (!repaired || *repaired != Repair::needs_order || has_pair) co_return repaired;
    repaired = co_await serve_stored_pair(inquiries, std::move(app));
    co_return repaired;
}

}  // namespace serving
