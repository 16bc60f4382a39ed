#include "store/last_run.h"

#include <string>

#include "base/file.h"
#include "base/text.h"

namespace store {
namespace {

base::Path last_run_file(const base::Path& global_root) {
    return global_root / "last-run";
}

}  // namespace

std::optional<LastRun> read_last_run(const base::Path& global_root) {
    const auto text = base::read_file(last_run_file(global_root));
    if (!text) return std::nullopt;
    const auto words = base::split_words(*text);
    if (words.size() != 3) return std::nullopt;
    const auto at = base::parse_rfc3339(words[0]);
    const auto renewed = base::parse_integer(words[1]);
    const auto failed = base::parse_integer(words[2]);
    if (!at || !renewed || !failed) return std::nullopt;
    return LastRun{*at, *renewed, *failed};
}

base::Result<void> write_last_run(const base::Path& global_root, const LastRun& run) {
    const std::string text = base::to_rfc3339(run.at) + " " + std::to_string(run.renewed) + " " +
                             std::to_string(run.failed) + "\n";
    return base::replace_file(last_run_file(global_root), text, 0644);
}

}  // namespace store
