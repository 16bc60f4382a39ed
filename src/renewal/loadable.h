#pragma once

#include <optional>
#include <string>

#include "base/result.h"
#include "base/secret.h"
#include "ca/context.h"
#include "dokku/app.h"
#include "dokku/environment.h"
#include "store/app_state.h"

namespace renewal {

/// The two files of a pair, as far as they are there.
struct PairFiles {
    std::optional<std::string> chain_pem;
    std::optional<base::Secret> key_pem;
};

/// `io` where a file that is there cannot be read.
base::Result<PairFiles> read_pair_in_place(const dokku::Environment& environment,
                                           const dokku::AppName& app);

/// Would nginx load them? Says what is wrong: `not_found` if one is missing, else `protocol`.
base::Result<void> check_pair_files(const PairFiles& files);

/// Would nginx load the pair in `tls/`? One that was found sound before and has not changed since
/// is not read again, and what this process may not read is not judged: nginx starts as root. Fails
/// as `check_pair_files` does.
base::Result<void> check_loadable(const dokku::Environment& environment,
                                  const store::AppState& state, const dokku::AppName& app);

/// The same of an app whose state is not at hand. What cannot be read is not judged here either.
bool is_loadable(const ca::Context& context, const dokku::AppName& app);

}  // namespace renewal
