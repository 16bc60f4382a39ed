#include "ca/mentions_name.h"

namespace ca {
namespace {

/// Could it be part of a name? `*` so that `*.x.test` does not speak of `.x.test`.
bool is_of_name(char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '*' ||
           c == '_';
}

}  // namespace

bool mentions_name(std::string_view words, std::string_view name) {
    for (auto at = words.find(name); at != std::string_view::npos; at = words.find(name, at + 1)) {
        const auto end = at + name.size();
        const bool starts = at == 0 || !is_of_name(words[at - 1]);
        const bool full_stop = end < words.size() && words[end] == '.' &&
                               (end + 1 == words.size() || !is_of_name(words[end + 1]));
        const bool ends = end == words.size() || !is_of_name(words[end]) || full_stop;
        if (starts && ends) return true;
    }
    return false;
}

}  // namespace ca
