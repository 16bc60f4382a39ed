#include "serving/load_again.h"

#include <algorithm>
#include <utility>

#include "base/random.h"
#include "crypto/certificate.h"
#include "dokku/domains.h"
#include "serving/vhost_pair.h"
#include "status/name_outcome.h"
#include "status/unseen_names.h"
#include "tls/certs.h"

namespace serving {
namespace {

constexpr std::chrono::seconds kPatience{3};

/// Another text after each change of the vhost or the pair.
std::string stamp_both(const ca::Context& context, const dokku::AppName& app) {
    const base::FileStamp vhost = stamp_vhost(context, app);
    return std::to_string(vhost.bytes) + " " + std::to_string(vhost.modified_ns) + " " +
           std::to_string(vhost.inode) + " " + tls::stamp_pair(context.environment, app);
}

bool is_plain_by_choice(const ca::Context& context, const dokku::AppName& app) {
    const auto state = context.store.read_state(app.text());
    return state && state->plain_vhost == stamp_both(context, app);
}

bool any_with(const std::vector<ca::ServedName>& served, std::string_view cause_name) {
    return std::any_of(served.begin(), served.end(),
                       [&](const ca::ServedName& one) { return one.cause == cause_name; });
}

async::Task<bool> may_rebuild_help(const ca::Context& context, dokku::AppName app,
                                   const std::vector<ca::ServedName>& served) {
    if (any_with(served, store::cause::kNotServed)) co_return true;
    const bool is_plain = any_with(served, store::cause::kNoHttpsListener) ||
                          !vhost_names_pair(context.environment, app).value_or(true);
    if (!is_plain) co_return false;
    const bool has_port = co_await has_https_port(context, app);
    co_return has_port && !is_plain_by_choice(context, app);
}

/// Dokku has just written the vhost, with a certificate and a port for https, and left that out.
async::Task<bool> is_left_plain(const ca::Context& context, dokku::AppName app,
                                const std::vector<ca::ServedName>& served) {
    const bool is_plain = any_with(served, store::cause::kNoHttpsListener) ||
                          !vhost_names_pair(context.environment, app).value_or(false);
    if (!is_plain) co_return false;
    const bool has_port = co_await has_https_port(context, std::move(app));
    co_return has_port;
}

void note(const ca::Context& context, const dokku::AppName& app,
          const std::vector<ca::ServedName>& served) {
    const base::UtcTime now = context.clock.now();
    const double dice = base::roll_dice();
    const auto kept = context.store.update_existing_state(app.text(), [&](auto& state) {
        const auto before = status::next_due_of(state, status::CustomEnd::awaited, now);
        for (const ca::ServedName& one : served) {
            if (!status::is_for_nginx_to_say(state, one.name)) continue;
            status::record_name(
                state,
                {one.name,
                 one.cause.empty() ? store::NameStatus::in_use : store::status_of(one.cause),
                 one.cause, one.reason},
                now, dice);
        }
        // What a hook has set meanwhile stays.
        const auto after = status::next_due_of(state, status::CustomEnd::awaited, now);
        const bool is_sooner = after && (!state.due || *after < *state.due);
        if (is_sooner || state.due == before) state.due = after;
    });
    if (!kept) context.log.warn(kept.error().message);
}

void note_plain(const ca::Context& context, const dokku::AppName& app) {
    const auto kept = context.store.update_existing_state(
        app.text(), [&](auto& state) { state.plain_vhost = stamp_both(context, app); });
    if (!kept) context.log.warn(kept.error().message);
}

/// The app wants no https: only names of which that was said before are told of it.
void forgive_plain(const ca::Context& context, const dokku::AppName& app,
                   std::vector<ca::ServedName>& served) {
    const bool names_pair = vhost_names_pair(context.environment, app).value_or(false);
    if (names_pair || !is_plain_by_choice(context, app)) return;
    const auto state = context.store.read_state(app.text());
    for (ca::ServedName& one : served) {
        const store::NameState* known = state ? store::find_name(*state, one.name) : nullptr;
        const bool was_told = known != nullptr && known->cause == store::cause::kNoHttpsListener;
        if (!was_told) one = ca::ServedName{one.name};
    }
}

/// The names of the certificate that the app wants.
std::vector<std::string> wanted_names(const std::vector<std::string>& covered,
                                      const std::vector<std::string>& domains) {
    std::vector<std::string> wanted;
    for (const std::string& domain : domains) {
        const auto name = dns::DnsName::parse(domain);
        const bool is_covered =
            name && std::find(covered.begin(), covered.end(), name->str()) != covered.end();
        if (is_covered) wanted.push_back(name->str());
    }
    return wanted;
}

}  // namespace

base::Result<ExpectedServing> expected_of_pair_in_use(const ca::Context& context,
                                                      const dokku::AppName& app) {
    const auto pem = base::read_file(context.environment.tls_root(app) / "server.crt");
    if (!pem) return pem.error();
    const auto leaf = crypto::Certificate::parse_pem(*pem);
    if (!leaf) return leaf.error();
    auto domains = dokku::read_domains(context.environment, app);
    if (!domains) return std::move(domains).error();
    auto names = wanted_names(leaf->names(), *domains);
    return ExpectedServing{app, std::move(*domains), std::move(names), leaf->fingerprint()};
}

bool needs_loading(const ca::Context& context, const dokku::AppName& app) {
    const auto state = context.store.read_state(app.text());
    if (!state || state->switched_off) return false;
    if (status::has_name_with(*state, store::cause::kNotServed)) return true;
    const auto names_pair = vhost_names_pair(context.environment, app);
    const bool is_plain =
        names_pair &&
        (!*names_pair || status::has_name_with(*state, store::cause::kNoHttpsListener));
    return is_plain && state->plain_vhost != stamp_both(context, app);
}

namespace {

/// What nginx shows once the vhost has been written anew.
async::Task<std::vector<ca::ServedName>> rebuild_and_probe(const ca::Context& context,
                                                           const ExpectedServing& expected) {
    const auto rebuilt = co_await rebuild_vhost(context, expected.app);
    const ServedProbe probe{context};
    auto served = co_await probe.probe(expected, kPatience);
    blame_rebuild(served, rebuilt);
    if (!rebuilt) co_return served;
    const bool is_plain = co_await is_left_plain(context, expected.app, served);
    if (is_plain) note_plain(context, expected.app);
    co_return served;
}

}  // namespace

async::Task<std::vector<ca::ServedName>> load_again(const ca::Context& context,
                                                    ExpectedServing expected) {
    const ServedProbe probe{context};
    auto served = co_await probe.probe(expected, std::chrono::seconds(0));
    const bool is_worth_it = co_await may_rebuild_help(context, expected.app, served);
    if (is_worth_it) served = co_await rebuild_and_probe(context, expected);
    forgive_plain(context, expected.app, served);
    note(context, expected.app, served);
    co_return served;
}

async::Task<base::Result<void>> load_again(const ca::Context& context, dokku::AppName app) {
    const auto lock = context.store.try_lock_app(app.text());
    if (!lock && lock.error().kind == base::ErrorKind::busy) co_return base::Result<void>{};
    if (!lock) co_return lock.error();
    // Another proxy has no vhost of nginx's, whatever file was left behind.
    const auto proxy = co_await context.programs->require_nginx_proxy(app);
    if (!proxy) co_return base::Result<void>{};
    auto expected = expected_of_pair_in_use(context, app);
    if (!expected) co_return std::move(expected).error();
    const base::UtcTime now = context.clock.now();
    auto noted = context.store.update_existing_state(app.text(), [&](store::AppState& state) {
        status::note_unseen(state, expected->names, now);
    });
    if (!noted) co_return noted;
    const auto served = co_await load_again(context, std::move(*expected));
    const auto failed = std::find_if(served.begin(), served.end(),
                                     [](const ca::ServedName& one) { return !one.cause.empty(); });
    if (failed == served.end()) co_return base::Result<void>{};
    co_return base::fail(base::ErrorKind::rejected, failed->name + ": " + failed->reason);
}

}  // namespace serving
