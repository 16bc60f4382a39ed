#include "renewal/loadable.h"

#include <utility>

#include "base/file.h"
#include "crypto/served_pair.h"
#include "tls/certs.h"

namespace renewal {
namespace {

base::Result<std::optional<std::string>> read_if_there(const base::Path& file) {
    auto content = base::read_file(file);
    if (content) return std::optional<std::string>{std::move(*content)};
    if (content.error().kind == base::ErrorKind::not_found) return std::optional<std::string>{};
    return std::move(content).error();
}

}  // namespace

base::Result<PairFiles> read_pair_in_place(const dokku::Environment& environment,
                                           const dokku::AppName& app) {
    const base::Path tls = environment.tls_root(app);
    auto chain = read_if_there(tls / "server.crt");
    if (!chain) return std::move(chain).error();
    auto key = read_if_there(tls / "server.key");
    if (!key) return std::move(key).error();
    PairFiles files{std::move(*chain), std::nullopt};
    if (*key) files.key_pem = base::Secret{std::move(**key)};
    return files;
}

base::Result<void> check_pair_files(const PairFiles& files) {
    if (!files.chain_pem) return base::fail(base::ErrorKind::not_found, "server.crt is missing");
    if (!files.key_pem) return base::fail(base::ErrorKind::not_found, "server.key is missing");
    return crypto::check_served_pair(*files.chain_pem, files.key_pem->reveal());
}

base::Result<void> check_loadable(const dokku::Environment& environment,
                                  const store::AppState& state, const dokku::AppName& app) {
    const std::string stamp = tls::stamp_pair(environment, app);
    if (stamp.empty() || stamp == state.verified_pair_stamp) return {};
    const auto files = read_pair_in_place(environment, app);
    return files ? check_pair_files(*files) : base::Result<void>{};
}

bool is_loadable(const ca::Context& context, const dokku::AppName& app) {
    const auto state = context.store.read_state(app.text());
    return !state || check_loadable(context.environment, *state, app);
}

}  // namespace renewal
