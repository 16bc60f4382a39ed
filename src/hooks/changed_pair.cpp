#include "hooks/changed_pair.h"

#include <chrono>
#include <string>

#include "base/process.h"
#include "tls/certs.h"

namespace hooks {

base::Result<void> check_changed_pair(const dokku::Environment& environment,
                                      const store::LocalStore& store, const dokku::AppName& app) {
    const std::string stamp = tls::stamp_pair(environment, app);
    if (stamp.empty()) return {};
    const auto state = store.read_state(app.text());
    if (state && state->verified_pair_stamp == stamp) return {};
    base::Command checker;
    checker.argv = {(environment.plugin_directory / "libexec" / "check-pair").string(), app.text()};
    checker.deadline = std::chrono::seconds{2};
    checker.grace = std::chrono::milliseconds{0};
    const auto ended = base::run(checker);
    if (!ended) return ended.error();
    if (ended->ok()) return {};
    return base::fail(base::ErrorKind::io,
                      "The certificate of " + app.text() + " was not looked at: " +
                          (ended->timed_out ? "no end within two seconds"
                                            : "exit code " + std::to_string(ended->code)));
}

}  // namespace hooks
