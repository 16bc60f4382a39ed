#include "cli/arguments.h"

#include <algorithm>

namespace cli {
namespace {

bool contains(const std::vector<std::string_view>& flags, std::string_view word) {
    return std::find(flags.begin(), flags.end(), word) != flags.end();
}

/// Words that `dokku` itself has read already and leaves where they are (docs/dokku.md 1.3).
bool is_for_dokku(std::string_view word) {
    return word == "--quiet" || word == "--trace" || word == "--force";
}

enum class Kind { plain, switched, option, help, app, for_dokku };

Kind kind_of(const Syntax& syntax, std::string_view word) {
    if (contains(syntax.switches, word)) return Kind::switched;
    if (contains(syntax.options, word)) return Kind::option;
    if (word == "--help" || word == "-h") return Kind::help;
    if (syntax.takes_app_flag && word == "--app") return Kind::app;
    return is_for_dokku(word) ? Kind::for_dokku : Kind::plain;
}

}  // namespace

Arguments Arguments::read(const std::vector<std::string>& words, const Syntax& syntax,
                          std::string_view app_flag) {
    Arguments result;
    for (std::size_t i = 0; i < words.size(); ++i) {
        const std::string& word = words[i];
        const std::string next = i + 1 < words.size() ? words[i + 1] : std::string{};
        const bool is_verbatim =
            syntax.verbatim_after && result.positional_.size() >= *syntax.verbatim_after;
        switch (is_verbatim ? Kind::plain : kind_of(syntax, word)) {
            case Kind::plain:
                result.positional_.push_back(word);
                break;
            case Kind::switched:
                result.flags_.push_back({word, {}});
                break;
            case Kind::option:
                result.flags_.push_back({word, next});
                ++i;
                break;
            case Kind::help:
                result.help_ = true;
                break;
            case Kind::app:
                ++i;
                break;  // its value is in `app_flag`
            case Kind::for_dokku:
                break;
        }
    }
    const bool is_named_twice = !result.positional_.empty() && result.positional_[0] == app_flag;
    if (syntax.takes_app_flag && !app_flag.empty() && !is_named_twice) {
        result.positional_.insert(result.positional_.begin(), std::string{app_flag});
    }
    return result;
}

const std::string& Arguments::at(std::size_t index) const {
    static const std::string nothing;
    return index < positional_.size() ? positional_[index] : nothing;
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
