#include "dokku/command.h"

namespace dokku {

base::Command dokku_command(const Environment& environment, const Scope& on_behalf_of,
                            const std::vector<std::string>& words, const RunOptions& options) {
    std::vector<std::string> argv{"dokku"};
    argv.insert(argv.end(), words.begin(), words.end());
    return nested_command(environment, on_behalf_of, std::move(argv), options);
}

base::Result<base::Exit> run_dokku(const Environment& environment, const Scope& on_behalf_of,
                                   const std::vector<std::string>& words,
                                   const RunOptions& options) {
    return base::run(dokku_command(environment, on_behalf_of, words, options));
}

}  // namespace dokku
