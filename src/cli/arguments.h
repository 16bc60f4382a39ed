#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cli {

/// What a subcommand understands besides its positional words.
struct Syntax {
    std::vector<std::string_view> switches{};  ///< without a value, `--force`; stand anywhere
    std::vector<std::string_view> options{};   ///< with one, `--format json`; stand anywhere
    /// `--app APP` (then in DOKKU_APP_NAME) puts APP in front of the positional words. Only some
    /// commands honour it (docs/dokku.md 1.5).
    bool takes_app_flag = false;
    /// After this many positional words all others are words too, whatever they look like: the
    /// value of `set` may begin with `-`.
    std::optional<std::size_t> verbatim_after{};
};

/// The words after the command's name, sorted out. Reading cannot fail: a word that looks like a
/// flag and is not in the syntax is a positional word, as it always was.
class Arguments {
  public:
    /// `words` are argv[1...] of a hook or argv[2...] of a subcommand.
    static Arguments read(const std::vector<std::string>& words, const Syntax& syntax,
                          std::string_view app_flag);

    /// The word at `index`, or "".
    const std::string& at(std::size_t index) const;
    const std::vector<std::string>& positional() const { return positional_; }
    bool has(std::string_view flag) const;
    /// The last value given for an option; nothing if it was not given.
    std::optional<std::string> option(std::string_view flag) const;
    bool wants_help() const { return help_; }

  private:
    struct Flag {
        std::string name;
        std::string value;
    };

    std::vector<std::string> positional_;
    std::vector<Flag> flags_;
    bool help_ = false;
};

}  // namespace cli
