#include "renewal/revocation_watch.h"

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

base::Result<std::string> RevocationWatch::fetch(const std::string& url) {
    const std::string host = http::origin_of(url);
    if (silent_hosts_.contains(host)) {
        return base::fail(base::ErrorKind::network, base::printable(host) + " does not answer");
    }
    auto response = context_.blocking_http.send(request_for(url));
    if (!response) {
        silent_hosts_.insert(host);
        return std::move(response).error();
    }
    constexpr int kOk = 200;
    if (response->status == kOk) return std::move(response->body);
    return base::fail(base::ErrorKind::rejected,
                      "HTTP " + std::to_string(response->status) + " from " + base::printable(url));
}

base::Result<crypto::RevocationList> RevocationWatch::read_list(const std::string& url,
                                                                const crypto::Certificate& issuer) {
    const auto body = fetch(url);
    if (!body) return body.error();
    return crypto::RevocationList::parse(*body, issuer);
}

const RevocationWatch::List& RevocationWatch::list_at(const std::string& url,
                                                      const crypto::Certificate& issuer) {
    ListKey key{url, issuer.fingerprint()};
    if (const auto known = lists_.find(key); known != lists_.end()) return known->second;
    auto list = read_list(url, issuer);
    if (list) make_room(list->size());
    const List& added = lists_.emplace(key, std::move(list)).first->second;
    if (added) kept_.push_back(std::move(key));
    return added;
}

/// Who shares one that went asks for it again.
void RevocationWatch::make_room(std::size_t bytes) {
    kept_bytes_ += bytes;
    while (kept_bytes_ > most_bytes_ && !kept_.empty()) {
        const auto oldest = lists_.find(kept_.front());
        kept_bytes_ -= oldest->second->size();
        lists_.erase(oldest);
        kept_.pop_front();
    }
}

/// The first list that tells something decides: each is whole.
base::Result<std::optional<crypto::Revocation>> RevocationWatch::look_up(
    const crypto::CertificateChain& chain) {
    base::Error why{base::ErrorKind::not_found, "no list", std::nullopt, {}};
    // Only the issuer's certificate tells whether a list is the issuer's.
    if (chain.size() < 2) return why;
    for (const std::string& url : chain[0].crl_urls()) {
        const auto& list = list_at(url, chain[1]);
        if (!list) {
            why = list.error();
            continue;
        }
        auto found = list->find(chain[0], context_.clock.now());
        if (found) return found;
        why = std::move(found).error();
    }
    return why;
}

bool RevocationWatch::check_if_due(const dokku::AppName& app, const tls::CertificateStatus& status,
                                   const store::AppState& state) {
    const base::UtcTime now = context_.clock.now();
    if (!status.active || !status.dates || status.dates->not_after <= now) return false;
    const bool is_of_this =
        state.installed && state.installed->not_after == status.dates->not_after;
    if (is_of_this && state.next_crl_check && *state.next_crl_check > now) return false;
    return check(app, state);
}

bool RevocationWatch::check(const dokku::AppName& app, const store::AppState& state) {
    const auto pem = base::read_file(context_.environment.tls_root(app) / "server.crt");
    if (!pem) return false;
    const auto chain = crypto::parse_chain_pem(*pem);
    if (!chain) return false;
    const crypto::Certificate& leaf = chain->front();
    const std::string fingerprint = leaf.fingerprint();
    const bool is_known = state.revoked == fingerprint;
    // Only the issuer's certificate tells whether a list is the issuer's. Nothing of this changes
    // as long as the certificate is in place.
    const bool has_answer = !is_known && chain->size() > 1 && !leaf.crl_urls().empty();
    const std::string server = ca::issuing_server(context_, app, state);
    if (!has_answer) {
        return note_about(context_, app, *pem, [&](store::AppState& changed) {
            record_installed(changed, leaf, server);
            changed.next_crl_check = leaf.not_after();
        });
    }

    const auto found = look_up(*chain);
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
    return written;
}

}  // namespace renewal
