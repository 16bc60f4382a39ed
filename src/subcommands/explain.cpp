#include "subcommands/explain.h"

#include <fmt/format.h>

#include "base/text.h"
#include "store/cause.h"

namespace subcommands {

base::Result<std::vector<std::string>> explain_cause(std::string_view name) {
    std::vector<std::string> lines;
    if (name.empty()) {
        for (const store::Cause& one : store::causes())
            lines.push_back(fmt::format("{:<20} {}", one.name, one.meaning));
        return lines;
    }
    const store::Cause* cause = store::find_cause(name);
    if (cause == nullptr) {
        std::vector<std::string> names;
        for (const store::Cause& one : store::causes())
            names.emplace_back(one.name);
        return base::fail(base::ErrorKind::invalid_input,
                          "There is no cause '" + base::printable(name) + "'",
                          {"Causes: " + base::join(names, " ")});
    }
    lines.push_back(fmt::format("{} ({})", cause->name, store::to_text(cause->status)));
    lines.emplace_back("");
    lines.emplace_back(cause->meaning);
    lines.emplace_back("");
    lines.push_back(fmt::format("What was seen:  {}", cause->evidence));
    lines.push_back(fmt::format("What to do:     {}", cause->fix));
    lines.emplace_back(cause->heals ? "It is looked at again without a command."
                                    : "Nothing happens before someone acts.");
    return lines;
}

}  // namespace subcommands
