#include "hooks/adopter.h"

#include <chrono>
#include <string>
#include <vector>

#include "base/process.h"

namespace hooks {

void run_adopter(const dokku::Environment& environment, const dokku::Log& log) {
    constexpr int kCannotBeLoaded = 127;
    const base::Path adopter = environment.plugin_directory / "libexec" / "adopt";
    if (!base::file_exists(adopter)) return;
    std::vector<std::string> said;
    base::Command command;
    command.argv = {adopter.string()};
    command.deadline = std::chrono::minutes{2};
    command.on_error = [&](std::string_view line) { said.emplace_back(line); };
    const auto ended = base::run(command);
    if (!ended) return log.warn(ended.error().message);
    if (ended->code == kCannotBeLoaded) return;
    for (const std::string& line : said)
        log.error_plain(line);
    if (!ended->ok()) {
        log.warn(
            "The certificates of the official plugin were not all looked at; the first "
            "scheduled run does that");
    }
}

}  // namespace hooks
