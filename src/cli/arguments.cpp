#include "cli/arguments.h"

#include <algorithm>

namespace cli {
namespace {

bool contains(const std::vector<std::string_view>& flags, std::string_view word) {
    return std::find(flags.begin(), flags.end(), word) != flags.end();
}

/// Words that `dokku` itself has read already and leaves where they are (contract section 1.3).
bool is_for_dokku(std::string_view word) {
    return word == "--quiet" || word == "--trace" || word == "--force";
}

}  // namespace

Arguments Arguments::read(const std::vector<std::string>& words, const Syntax& syntax,
                          std::string_view app_flag) {
    Arguments result;
    for (std::size_t i = 0; i < words.size(); ++i) {
        const std::string& word = words[i];
        const bool has_next = i + 1 < words.size();
        if (syntax.verbatim_after && result.positional_.size() >= *syntax.verbatim_after) {
            result.positional_.push_back(word);
        } else if (contains(syntax.switches, word)) {
            result.flags_.push_back({word, {}});
        } else if (contains(syntax.options, word)) {
            result.flags_.push_back({word, has_next ? words[++i] : std::string{}});
        } else if (word == "--help" || word == "-h") {
            result.help_ = true;
        } else if (syntax.takes_app_flag && word == "--app" && has_next) {
            ++i;  // its value is in `app_flag`
        } else if (!is_for_dokku(word)) {
            result.positional_.push_back(word);
        }
    }
    const bool is_named_twice = !result.positional_.empty() && result.positional_[0] == app_flag;
    if (syntax.takes_app_flag && !app_flag.empty() && !is_named_twice) {
        result.positional_.insert(result.positional_.begin(), std::string{app_flag});
    }
    return result;
}

const std::string& Arguments::at(std::size_t index) const {
    static const std::string kNothing;
    return index < positional_.size() ? positional_[index] : kNothing;
}

bool Arguments::has(std::string_view flag) const {
    return std::any_of(flags_.begin(), flags_.end(),
                       [flag](const Flag& given) { return given.name == flag; });
}

std::optional<std::string> Arguments::option(std::string_view flag) const {
    const auto given = std::find_if(flags_.rbegin(), flags_.rend(),
                                    [flag](const Flag& each) { return each.name == flag; });
    if (given == flags_.rend()) return std::nullopt;
    return given->value;
}

}  // namespace cli
