#include "base/url.h"

#include <algorithm>
#include <limits>

#include "base/ip_address.h"
#include "base/text.h"

namespace base {
namespace {

constexpr std::uint16_t kHttpPort = 80;
constexpr std::uint16_t kHttpsPort = 443;

bool may_be_in_url(char c) {
    return static_cast<unsigned char>(c) > ' ' && c != '\x7f' && c != '\\';
}

bool may_be_in_name(char c) {
    return std::string_view{"[]<>\"`{}|^%:@"}.find(c) == std::string_view::npos;
}

bool is_name(std::string_view host) {
    return host.find_first_not_of('.') != std::string_view::npos &&
           std::all_of(host.begin(), host.end(), may_be_in_name);
}

std::optional<std::uint16_t> parse_port(std::string_view text) {
    constexpr std::size_t kMostDigits = 5;
    const bool is_number = !text.empty() && text.size() <= kMostDigits &&
                           text.find_first_not_of("0123456789") == std::string_view::npos;
    const auto number = is_number ? parse_integer(text) : std::nullopt;
    if (!number || *number < 1 || *number > std::numeric_limits<std::uint16_t>::max()) {
        return std::nullopt;
    }
    return static_cast<std::uint16_t>(*number);
}

/// Takes the scheme off the front.
std::string take_scheme(std::string_view& text) {
    for (const std::string_view scheme : {"https", "http"}) {
        const std::string_view rest = text.substr(std::min(scheme.size(), text.size()));
        if (!rest.starts_with("://") || to_lower(text.substr(0, scheme.size())) != scheme) continue;
        text = rest.substr(3);
        return std::string{scheme};
    }
    return {};
}

/// What stands before the port; nothing if it is no host.
std::optional<std::string_view> take_host(std::string_view& place) {
    if (!place.starts_with('[')) {
        const std::string_view host = place.substr(0, place.find(':'));
        place.remove_prefix(host.size());
        return is_name(host) ? std::optional{host} : std::nullopt;
    }
    const std::size_t close = place.find(']');
    if (close == std::string_view::npos) return std::nullopt;
    const std::string_view address = place.substr(1, close - 1);
    place.remove_prefix(close + 1);
    const bool is_ipv6 = address.find(':') != std::string_view::npos && to_canonical_ip(address);
    return is_ipv6 ? std::optional{address} : std::nullopt;
}

}  // namespace

std::uint16_t Url::effective_port() const {
    return port.value_or(is_https() ? kHttpsPort : kHttpPort);
}

std::optional<Url> parse_url(std::string_view text) {
    if (!std::all_of(text.begin(), text.end(), may_be_in_url)) return std::nullopt;
    Url url;
    url.scheme = take_scheme(text);
    if (url.scheme.empty()) return std::nullopt;
    std::string_view place = text.substr(0, text.find_first_of("/?#"));
    url.path = text.substr(place.size());
    const std::size_t at = place.rfind('@');
    if (at != std::string_view::npos) place.remove_prefix(at + 1);
    url.place = place;
    const auto host = take_host(place);
    if (!host) return std::nullopt;
    url.host = to_lower(*host);
    if (place.empty()) return url;
    url.port = place.front() == ':' ? parse_port(place.substr(1)) : std::nullopt;
    return url.port ? std::optional{std::move(url)} : std::nullopt;
}

bool is_same_place(std::string_view one, std::string_view other) {
    const auto a = parse_url(one);
    const auto b = parse_url(other);
    return a && b && a->scheme == b->scheme && a->host == b->host &&
           a->effective_port() == b->effective_port();
}

}  // namespace base
