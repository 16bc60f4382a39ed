#include "renewal/revocation_watch.h"

#include <utility>

#include "base/file.h"
#include "base/text.h"
#include "ca/replaced_certificate.h"
#include "http/link.h"
#include "renewal/certificate_note.h"
#include "tls/certs.h"

namespace renewal {
namespace {

using std::chrono::hours;
using std::chrono::seconds;

// Less than a day, or a run at the same time of the next day would come too early.
constexpr hours kOnceADay{23};
constexpr hours kSoon{1};

/// A list is signed, so plain http will do (RFC 5280 section 8).
http::Request request_for(const std::string& url) {
    http::Request request;
    request.url = url;
    request.scheme = http::is_https(url) ? http::Scheme::https_only : http::Scheme::http_only;
    request.limits = {seconds{5}, seconds{10}, seconds{5}, crypto::kMostCrlBytes};
    return request;
}

}  // namespace

async::Task<base::Result<std::string>> RevocationWatch::fetch(std::string url) {
    const std::string origin = http::origin_of(url);
    Host& host = hosts_[origin];
    const async::Semaphore::Permit turn = co_await host.asking.acquire();
    if (host.is_silent) {
        co_return base::fail(base::ErrorKind::network,
                             base::printable(origin) + " does not answer");
    }
    if (is_over()) {
        co_return base::fail(base::ErrorKind::timeout, "there is no time left to ask for lists");
    }
    http::Request request = request_for(url);
    auto response = co_await context_.http.send(std::move(request));
    if (!response) {
        host.is_silent = true;
        co_return std::move(response).error();
    }
    constexpr int kOk = 200;
    if (response->status == kOk) co_return std::move(response->body);
    co_return base::fail(base::ErrorKind::rejected, "HTTP " + std::to_string(response->status) +
                                                        " from " + base::printable(url));
}

async::Task<RevocationWatch::List> RevocationWatch::read_list(std::string url,
                                                              const crypto::Certificate& issuer) {
    const auto body = co_await fetch(std::move(url));
    if (!body) co_return body.error();
    co_return crypto::RevocationList::parse(*body, issuer);
}

/// The first who asks for it fetches it; others wait for that. It stays theirs when it is not kept
/// any more.
async::Task<std::shared_ptr<const RevocationWatch::List>> RevocationWatch::list_at(
    std::string url, const crypto::Certificate& issuer) {
    ListKey key{url, issuer.fingerprint()};
    const auto known = lists_.try_emplace(key, std::make_shared<Entry>()).first;
    const std::shared_ptr<Entry> entry = known->second;
    const async::Semaphore::Permit fetching = co_await entry->fetching.acquire();
    if (!entry->list) {
        auto list = co_await read_list(std::move(url), issuer);
        const bool was_had = list.has_value();
        if (was_had) make_room(list->size());
        entry->list.emplace(std::move(list));
        if (was_had) kept_.push_back(std::move(key));
    }
    co_return std::shared_ptr<const List>{entry, &*entry->list};
}

/// Who shares one that went asks for it again.
void RevocationWatch::make_room(std::size_t bytes) {
    kept_bytes_ += bytes;
    while (kept_bytes_ > most_bytes_ && !kept_.empty()) {
        const auto oldest = lists_.find(kept_.front());
        kept_bytes_ -= (*oldest->second->list)->size();
        lists_.erase(oldest);
        kept_.pop_front();
    }
}

/// The first list that tells something decides: each is whole.
async::Task<base::Result<std::optional<crypto::Revocation>>> RevocationWatch::look_up(
    const crypto::CertificateChain& chain) {
    base::Error why{base::ErrorKind::not_found, "no list", std::nullopt, {}};
    // Only the issuer's certificate tells whether a list is the issuer's.
    if (chain.size() < 2) co_return why;
    const auto urls = chain[0].crl_urls();
    const crypto::Certificate& issuer = chain[1];
    for (const std::string& url : urls) {
        const auto list = co_await list_at(url, issuer);
        if (!*list) {
            why = list->error();
            continue;
        }
        auto found = (*list)->find(chain[0], context_.clock.now());
        if (found) co_return found;
        why = std::move(found).error();
    }
    co_return why;
}

async::Task<bool> RevocationWatch::check_if_due(dokku::AppName app, tls::CertificateStatus status,
                                                const store::AppState& state) {
    const base::UtcTime now = context_.clock.now();
    if (!status.active || !status.dates || status.dates->not_after <= now) co_return false;
    const bool is_of_this =
        state.installed && state.installed->not_after == status.dates->not_after;
    if (is_of_this && state.next_crl_check && *state.next_crl_check > now) co_return false;
    const bool is_changed = co_await check(std::move(app), state);
    co_return is_changed;
}

async::Task<bool> RevocationWatch::check(dokku::AppName app, const store::AppState& state) {
    const auto pem = base::read_file(context_.environment.tls_root(app) / "server.crt");
    if (!pem) co_return false;
    const auto chain = crypto::parse_chain_pem(*pem);
    if (!chain) co_return false;
    const crypto::Certificate& leaf = chain->front();
    const std::string fingerprint = leaf.fingerprint();
    const bool is_known = state.revoked == fingerprint;
    // Only the issuer's certificate tells whether a list is the issuer's. Nothing of this changes
    // as long as the certificate is in place.
    const bool has_answer = !is_known && chain->size() > 1 && !leaf.crl_urls().empty();
    const std::string server = ca::issuing_server(context_, app, state);
    if (!has_answer) {
        co_return note_about(context_, app, *pem, [&](store::AppState& changed) {
            record_installed(changed, leaf, server);
            changed.next_crl_check = leaf.not_after();
        });
    }

    const auto found = co_await look_up(*chain);
    // It is for the next run then.
    if (!found && is_over()) co_return false;
    const bool is_revoked = found && *found;
    if (!found) context_.log.debug(app.text() + ": " + found.error().message);
    const bool written = note_about(context_, app, *pem, [&](store::AppState& changed) {
        record_installed(changed, leaf, server);
        const base::UtcTime now = context_.clock.now();
        changed.next_crl_check = now + (found ? kOnceADay : kSoon);
        changed.next_crl_check_set = now;
        if (is_revoked) changed.revoked = fingerprint;
    });
    if (is_revoked && written) {
        context_.log.warn(app.text() + ": the CA has revoked its certificate, at " +
                          base::to_readable((*found)->at) + " (" +
                          std::string{crypto::to_reason_word((*found)->reason)} +
                          "). It is to be replaced, with a new key.");
    }
    co_return written;
}

}  // namespace renewal
