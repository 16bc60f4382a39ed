#include "dns/message.h"

#include <algorithm>

#include "base/random.h"
#include "base/text.h"

namespace dns {
namespace {

constexpr std::size_t kMaxLabelBytes = 63;
constexpr std::size_t kMaxNameBytes = 255;  // RFC 1035 section 2.3.4, with length bytes
constexpr unsigned kClassIn = 1;

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

void add_number(std::string& message, unsigned number) {
    message += static_cast<char>(number >> 8U & 0xffU);
    message += static_cast<char>(number & 0xffU);
}

/// The byte that stands at `at`, which moves behind its last character. Nothing for a broken
/// escape.
std::optional<char> take_byte(std::string_view name, std::size_t& at) {
    if (name[at] != '\\') return name[at++];
    const std::string_view rest = name.substr(at + 1);
    if (rest.empty()) return std::nullopt;
    if (!is_digit(rest[0])) {
        at += 2;
        return rest[0];
    }
    if (rest.size() < 3 || !is_digit(rest[1]) || !is_digit(rest[2])) return std::nullopt;
    const int number = (rest[0] - '0') * 100 + (rest[1] - '0') * 10 + (rest[2] - '0');
    if (number > 255) return std::nullopt;
    at += 4;
    return static_cast<char>(number);
}

/// `name` as length bytes and labels.
std::optional<std::string> render_name(std::string_view name) {
    std::string wire;
    std::string label;
    const auto end_label = [&] {
        if (label.empty() || label.size() > kMaxLabelBytes) return false;
        wire += static_cast<char>(label.size());
        wire += label;
        label.clear();
        return true;
    };
    for (std::size_t at = 0; at < name.size();) {
        if (name[at] == '.') {
            if (!end_label()) return std::nullopt;
            ++at;
            continue;
        }
        const auto byte = take_byte(name, at);
        if (!byte) return std::nullopt;
        label += *byte;
    }
    if (!name.empty() && !end_label()) return std::nullopt;
    wire += '\0';
    if (wire.size() > kMaxNameBytes) return std::nullopt;
    return wire;
}

}  // namespace

std::string Answer::end_of_aliases(std::string_view name) const {
    std::string end{name};
    // A chain has no more links than there are records; a ring of them ends here too.
    for (std::size_t step = 0; step < records.size(); ++step) {
        const auto next = values_of(end, RecordType::cname);
        if (next.empty()) break;
        end = next.front();
    }
    return end;
}

std::vector<std::string> Answer::values_of(std::string_view name, RecordType type) const {
    std::vector<std::string> found;
    for (const Record& record : records) {
        if (record.type == type && record.name == name) found.push_back(record.value);
    }
    return found;
}

std::vector<Caa> Answer::caa_of(std::string_view name) const {
    std::vector<Caa> found;
    for (const Record& record : records) {
        if (record.caa && record.name == name) found.push_back(*record.caa);
    }
    return found;
}

base::Result<std::string> render_question(std::string_view name, RecordType type,
                                          Recursion recursion, Checking checking) {
    const auto wire = render_name(to_plain_name(name));
    if (!wire) {
        return base::fail(base::ErrorKind::invalid_input,
                          "\"" + base::printable(name, 100) + "\" is no name that DNS can hold");
    }
    std::string message = base::random_bytes(2);
    add_number(message, (recursion == Recursion::desired ? 0x0100U : 0U) |
                            (checking == Checking::disabled ? 0x0010U : 0U));
    for (const unsigned count : {1U, 0U, 0U, 0U})  // one question and nothing else
        add_number(message, count);
    message += *wire;
    add_number(message, static_cast<unsigned>(type));
    add_number(message, kClassIn);
    return message;
}

std::string to_plain_name(std::string_view name) {
    if (name.ends_with('.')) {
        const std::string_view before = name.substr(0, name.size() - 1);
        const auto other = before.find_last_not_of('\\');
        const std::size_t escapes =
            other == std::string_view::npos ? before.size() : before.size() - other - 1;
        if (escapes % 2 == 0) name = before;
    }
    return base::to_lower(name);
}

std::string_view parent_of(std::string_view name) {
    for (std::size_t at = 0; at < name.size(); ++at) {
        if (name[at] == '\\') {
            ++at;
        } else if (name[at] == '.') {
            return name.substr(at + 1);
        }
    }
    return {};
}

}  // namespace dns
