#include "serving/install_pair.h"

#include "ca/claim.h"
#include "crypto/certificate.h"
#include "renewal/certificate_note.h"
#include "tls/backup.h"
#include "tls/certificate_files.h"
#include "tls/certs.h"
#include "tls/exchange_pair.h"

namespace serving {
namespace {

/// A typed `enable` replaces a pair that an operator installed; it is kept, never lost.
base::Result<void> keep_custom_pair(const ca::Context& context, const ca::IssueJob& job) {
    const auto copied = tls::back_up_pair(ca::app_folder(context, job), context.clock.now());
    if (!copied) return copied.error();
    const base::Path kept = context.environment.app_root(job.app()) / *copied;
    context.log.warn("The certificate that was installed for " + job.app().text() +
                     " was not issued by letsencrypt; it is replaced.");
    context.log.warn("It is kept in " + kept.string() + ". Put it back with: dokku certs:add " +
                     job.app().text() + " " + (kept / "server.crt").string() + " " +
                     (kept / "server.key").string());
    return {};
}

base::Unexpected<base::Error> taken_away(const ca::IssueJob& job) {
    return base::fail(base::ErrorKind::busy,
                      job.app().text() + " was switched off, renamed or destroyed meanwhile");
}

base::Result<void> mark_installed(const ca::Context& context, const ca::IssueJob& job,
                                  const crypto::Certificate& leaf) {
    auto noted = ca::update_claimed_state(context, job, [&](store::AppState& state) {
        store::CertificateState& own = ca::own_state(state, job);
        store::InstalledPair pair{leaf.fingerprint(), store::Owner::ours, leaf.not_after()};
        pair.not_before = leaf.not_before();
        if (job.ca.session != nullptr) {
            pair.server = job.ca.session->client().directory().url;
            pair.account = job.ca.session->client().account_url();
        } else if (own.order && !own.order->chain_pem.empty()) {
            pair.server = own.order->directory_url;
            pair.account = own.order->account_url;
        }
        pair.by_fallback = job.ca.is_fallback;
        own.installed = std::move(pair);
        own.next_crl_check = renewal::first_look_at_lists(leaf);
        own.covered = leaf.names();
        // Chain and key were checked before the exchange.
        own.verified_pair_stamp = tls::stamp_pair(context.environment, job.app());
    });
    if (!noted) return std::move(noted).error();
    return *noted ? base::Result<void>{} : taken_away(job);
}

}  // namespace

base::Path certificate_folder(const ca::Context& context, const ca::IssueJob& job) {
    return ca::app_folder(context, job) / "letsencrypt" / "certs" / job.wanted().hash;
}

namespace {

/// All but what Dokku is told of it.
base::Result<void> put_in_place(const ca::Context& context, ca::IssueJob& job) {
    auto chain = crypto::parse_chain_pem(job.issued->chain_pem);
    if (!chain) return std::move(chain).error();
    auto checked =
        crypto::check_chain(*chain, *job.key, ca::to_texts(job.names.ordered), context.clock.now());
    if (!checked) return checked;

    const base::Path folder = certificate_folder(context, job);
    const tls::CertificateFiles files{job.issued->chain_pem, job.key->to_pem(), job.issued->url,
                                      job.wanted().domains.front()};
    const bool was_ours = job.present.owner == store::Owner::ours;
    if (auto written =
            tls::write_certificate_files(folder, files, was_ours ? *job.present.chain : "");
        !written) {
        return written;
    }
    if (job.present.owner == store::Owner::custom && job.need != ca::Need::standby) {
        if (auto kept = keep_custom_pair(context, job); !kept) return kept;
    }
    // Before the exchange: a run killed right after it must not take its own pair for a stranger's.
    const crypto::Certificate& leaf = chain->front();
    auto recorded =
        context.store.record_issued(job.app().text(), leaf.fingerprint(), context.clock.now());
    if (!recorded) return recorded;
    // The link names the folder as others find it.
    const base::Path certs = context.environment.certs_root(job.app());
    if (auto linked =
            base::replace_symlink(folder.parent_path() / "current", certs / job.wanted().hash);
        !linked) {
        return linked;
    }
    if (job.need == ca::Need::standby) return tls::write_plain_pair(folder, files);
    if (!ca::is_still_claimed(context, job)) return taken_away(job);
    auto exchanged =
        tls::exchange_pair(context.environment, job.app(), ca::app_folder(context, job),
                           {files.chain_pem, files.key_pem.clone()}, job.present.chain);
    if (!exchanged) return exchanged;
    if (auto noted = mark_installed(context, job, leaf); !noted) return noted;
    if (auto written = tls::write_plain_pair(folder, files); !written) return written;
    return {};
}

}  // namespace

async::Task<base::Result<void>> install_pair(const ca::Context& context, ca::IssueJob& job) {
    auto installed = put_in_place(context, job);
    if (!installed || job.need == ca::Need::standby) co_return installed;
    // The pair is in place: a hook of another plugin that fails must not undo that.
    const auto fired = co_await context.programs->require_trigger(job.app(), "post-certs-update");
    if (!fired) context.log.warn(fired.error().message);
    co_return base::Result<void>{};
}

}  // namespace serving
