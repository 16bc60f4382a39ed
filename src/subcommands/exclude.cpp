#include "subcommands/exclude.h"

#include "base/clock.h"
#include "hooks/mark_due.h"
#include "settings/exclusions.h"

namespace subcommands {

base::Result<void> change_exclusions(const dokku::Environment& environment, const dokku::Log& log,
                                     const std::vector<std::string>& words, Exclusion what) {
    const bool adds = what == Exclusion::add;
    const auto app = dokku::verify_app(environment, words.empty() ? "" : words.front());
    if (!app) return app.error();
    if (words.size() < 2) {
        return base::fail(base::ErrorKind::invalid_input, "Please specify a domain",
                          {std::string{"dokku letsencrypt:"} + (adds ? "exclude " : "include ") +
                           app->text() + " <domain>"});
    }
    const std::vector<std::string> patterns{words.begin() + 1, words.end()};
    const auto changed = adds ? settings::add_exclusions(environment, *app, patterns)
                              : settings::remove_exclusions(environment, *app, patterns);
    if (!changed) return changed.error();
    const std::string done = adds ? "Excluded for " : "Included for ";
    log.info1_quiet((*changed ? done : "Nothing to change for ") + app->text());
    const store::LocalStore store{environment.global_root()};
    return hooks::mark_due_if_wanted(environment, store, *app, base::SystemClock{}.now());
}

}  // namespace subcommands
