#include "dns/domain_name.h"

#include <algorithm>
#include <arpa/inet.h>
#include <memory>
#include <netinet/in.h>
#include <optional>

#include <idn2.h>

#include "base/ip_address.h"
#include "base/text.h"

namespace dns {
namespace {

constexpr std::size_t kMaxNameBytes = 253;
constexpr std::size_t kMaxLabelBytes = 63;
/// No domain name in any script is longer; what is longer is not even looked at.
constexpr std::size_t kMaxInputBytes = 1024;

struct FreeIdn {
    void operator()(char* text) const noexcept { idn2_free(text); }
};
using IdnText = std::unique_ptr<char, FreeIdn>;

bool is_ascii(char c) {
    return static_cast<unsigned char>(c) < 0x80;
}

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

bool is_letter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool is_ip_address(std::string_view text) {
    if (text.starts_with('[') && text.ends_with(']')) text = text.substr(1, text.size() - 2);
    const std::string copy{text};
    in6_addr bytes{};
    return inet_pton(AF_INET, copy.c_str(), &bytes) == 1 ||
           inet_pton(AF_INET6, copy.c_str(), &bytes) == 1;
}

/// The rule that a character of the text breaks, the wildcard label already taken off.
std::optional<std::string> broken_character_rule(std::string_view text) {
    for (const char c : text) {
        if (!is_ascii(c) || is_letter(c) || is_digit(c) || c == '-' || c == '.') continue;
        if (c == '_') return "no CA signs a name with an underscore; use a hyphen instead";
        if (c == '*') {
            return "a star may only be the whole first label; write *.example.com for all names "
                   "directly below example.com";
        }
        if (c == '/' || c == ':') {
            return "this is more than a domain name; leave out scheme, port and path";
        }
        return "a domain name has only letters, digits, hyphens and dots; remove the others";
    }
    return std::nullopt;
}

base::Unexpected<base::Error> refuse(std::string_view text, const std::string& rule) {
    return base::fail(base::ErrorKind::invalid_input,
                      "\"" + base::printable(text, 100) + "\" is not usable as a domain: " + rule);
}

/// `name` in A-labels and lower case; `text` is what a message shows.
base::Result<std::string> to_ascii(const std::string& name, std::string_view text) {
    char* found = nullptr;
    if (std::all_of(name.begin(), name.end(), is_ascii)) {
        std::string lower = base::to_lower(name);
        if (lower.find("xn--") == std::string::npos) return lower;
        // Only the encoding is checked: whether a registry allows the characters is its affair.
        const int code = idn2_to_unicode_8z8z(lower.c_str(), &found, 0);
        const IdnText owner{found};
        if (code == IDN2_OK) return lower;
        return refuse(
            text,
            "a label that starts with xn-- is not valid Punycode; write the name in its own "
            "script, or correct it");
    }
    const int code = idn2_to_ascii_8z(name.c_str(), &found, IDN2_NONTRANSITIONAL | IDN2_NFC_INPUT);
    const IdnText owner{found};
    if (code == IDN2_OK) return base::to_lower(found);
    return refuse(text, std::string{"not an international domain name that DNS can hold ("} +
                            idn2_strerror(code) + "); correct it, or write its xn-- form");
}

std::optional<std::string> broken_label_rule(std::string_view label) {
    if (label.empty()) return "there is nothing between two dots; remove one of them";
    if (label.size() > kMaxLabelBytes) {
        return "a label, the part between two dots, has at most 63 characters; shorten it";
    }
    if (label.starts_with('-') || label.ends_with('-')) {
        return "a label, the part between two dots, neither starts nor ends with a hyphen";
    }
    return std::nullopt;
}

/// The rule that the base name (ASCII, lower case) breaks.
std::optional<std::string> broken_name_rule(std::string_view name) {
    if (auto rule = broken_character_rule(name)) return rule;
    const auto labels = base::split(name, '.');
    for (const std::string_view label : labels) {
        if (auto rule = broken_label_rule(label)) return rule;
    }
    if (labels.size() < 2) {
        return "no CA signs a name of one label; use a full domain name such as " +
               std::string{name.substr(0, 20)} + ".example.com";
    }
    if (std::all_of(labels.back().begin(), labels.back().end(), is_digit)) {
        return "the last label of a domain name is not a number; is this a mistyped IP address?";
    }
    return std::nullopt;
}

}  // namespace

base::Result<DnsName> DnsName::parse(std::string_view text) {
    if (text.empty()) {
        return base::fail(base::ErrorKind::invalid_input, "a domain name must not be empty");
    }
    if (text.size() > kMaxInputBytes) {
        return refuse(text, "a domain name has at most 253 characters; shorten it");
    }
    if (is_ip_address(text)) {
        return refuse(text, "it is an IP address; give the app a domain name that leads here");
    }
    const std::string_view wildcard = text.starts_with("*.") ? "*." : "";
    // Before the conversion, which stops at a NUL byte and has its own ideas of other signs.
    std::string_view rest = text.substr(wildcard.size());
    if (auto rule = broken_character_rule(rest)) return refuse(text, *rule);

    auto ascii = to_ascii(std::string{rest}, text);
    if (!ascii) return std::move(ascii).error();
    std::string name = std::move(*ascii);
    if (name.size() > 1 && name.ends_with('.')) name.pop_back();
    // An ideographic full stop or a wide digit becomes an ordinary one, so all is checked here.
    if (is_ip_address(name)) {
        return refuse(text, "it is an IP address; give the app a domain name that leads here");
    }
    if (auto rule = broken_name_rule(name)) return refuse(text, *rule);
    name.insert(0, wildcard);
    if (name.size() > kMaxNameBytes) {
        return refuse(text, "a domain name has at most 253 characters; shorten it");
    }
    return DnsName{std::move(name)};
}

std::optional<DnsName> DnsName::parse_address(std::string_view text) {
    const auto address = base::to_canonical_ip(text);
    if (!address || *address != text || address->find(':') != std::string::npos) {
        return std::nullopt;
    }
    return DnsName{*address};
}

}  // namespace dns
