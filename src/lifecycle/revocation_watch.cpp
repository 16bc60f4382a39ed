#include "lifecycle/revocation_watch.h"

#include "base/file.h"
#include "base/text.h"
#include "dokku/certs.h"
#include "lifecycle/renewal_plan.h"

namespace lifecycle {
namespace {

using std::chrono::hours;
using std::chrono::seconds;

// Less than a day, or a run at the same time of the next day would come too early.
constexpr hours kOnceADay{23};
constexpr hours kLookAgain{1};

/// `http://c.ca.example` of `http://c.ca.example/17.crl`.
std::string_view host_part(std::string_view url) {
    const auto scheme = url.find("://");
    if (scheme == std::string_view::npos) return url;
    return url.substr(0, url.find('/', scheme + 3));
}

/// A list is signed, so plain http will do (RFC 5280 section 8).
http::Request request_for(const std::string& url) {
    http::Request request;
    request.url = url;
    const bool is_plain = base::to_lower(url).starts_with("http://");
    request.scheme = is_plain ? http::Scheme::http_only : http::Scheme::https_only;
    request.limits = {seconds{5}, seconds{10}, seconds{5}, crypto::kMostCrlBytes};
    return request;
}

}  // namespace

base::Result<std::string> RevocationWatch::fetch(const std::string& url) {
    const std::string host{host_part(url)};
    if (silent_hosts_.contains(host)) {
        return base::fail(base::ErrorKind::network, base::printable(host) + " does not answer");
    }
    auto response = context_.http.send(request_for(url));
    if (!response) {
        silent_hosts_.insert(host);
        return std::move(response).error();
    }
    constexpr int kOk = 200;
    if (response->status == kOk) return std::move(response->body);
    return base::fail(base::ErrorKind::rejected,
                      "HTTP " + std::to_string(response->status) + " from " + base::printable(url));
}

const base::Result<std::string>& RevocationWatch::list_at(const std::string& url) {
    const auto known = lists_.find(url);
    if (known != lists_.end()) return known->second;
    return lists_.emplace(url, fetch(url)).first->second;
}

/// The first list that tells something decides: each is whole.
base::Result<std::optional<crypto::Revocation>> RevocationWatch::look_up(
    const crypto::CertificateChain& chain) {
    base::Error why{base::ErrorKind::not_found, "no list", std::nullopt, {}};
    for (const std::string& url : chain[0].crl_urls()) {
        const auto& list = list_at(url);
        if (!list) {
            why = list.error();
            continue;
        }
        auto found = crypto::find_revocation(*list, chain[0], chain[1], context_.clock.now());
        if (found) return found;
        why = std::move(found).error();
    }
    return why;
}

void RevocationWatch::check_if_due(const dokku::AppName& app) {
    const auto status = dokku::read_certificate_status(context_.environment, app);
    const auto state = context_.store.read_state(app.text());
    if (state) check_if_due(app, status, *state);
}

bool RevocationWatch::check_if_due(const dokku::AppName& app,
                                   const dokku::CertificateStatus& status,
                                   const store::AppState& state) {
    const base::UtcTime now = context_.clock.now();
    if (!status.active || !status.dates || status.dates->not_after <= now) return false;
    if (state.crl_next && *state.crl_next > now) return false;
    check(app, state);
    return true;
}

void RevocationWatch::check(const dokku::AppName& app, const store::AppState& state) {
    const auto pem = base::read_file(context_.environment.tls_root(app) / "server.crt");
    if (!pem) return;
    const auto chain = crypto::parse_chain_pem(*pem);
    // Only the issuer's certificate tells whether a list is the issuer's.
    if (!chain || chain->size() < 2) return;
    const crypto::Certificate& leaf = chain->front();
    const std::string fingerprint = leaf.fingerprint();
    if (state.revoked == fingerprint || leaf.crl_urls().empty()) return;

    const auto found = look_up(*chain);
    const bool is_revoked = found && *found;
    if (!found) context_.log.debug(app.text() + ": " + found.error().message);
    if (is_revoked) {
        context_.log.warn(app.text() + ": the CA has revoked its certificate, at " +
                          base::to_readable((*found)->at) + " (" +
                          std::string{crypto::to_reason_word((*found)->reason)} +
                          "). It is to be replaced, with a new key.");
    }
    const std::string server = issuing_server(context_, app, state);
    const auto kept = context_.store.update_state(app.text(), [&](store::AppState& changed) {
        changed.crl_next = context_.clock.now() + (found ? kOnceADay : kLookAgain);
        if (!is_revoked) return;
        changed.revoked = fingerprint;
        note_installed(changed, leaf, server);
    });
    if (!kept) context_.log.warn(kept.error().message);
}

}  // namespace lifecycle
