#include "http/link.h"

#include <algorithm>
#include <optional>

#include "base/text.h"
#include "base/url.h"

namespace http {
namespace {

constexpr std::size_t kMostLinks = 16;
constexpr std::string_view kBlanks = " \t";

std::string to_origin(const base::Url& url) {
    return url.scheme + "://" + base::to_lower(url.place);
}

bool has_scheme(std::string_view reference) {
    const std::string start = base::to_lower(reference.substr(0, 8));
    return start.starts_with("https://") || start.starts_with("http://");
}

/// A reader of one Link header value (RFC 8288 section 3), tolerant of blanks.
class LinkReader {
  public:
    explicit LinkReader(std::string_view text) : text_(text) {}

    struct Link {
        std::string target;
        std::string relations;
    };

    /// The next link, or nothing at the end or where the text stops making sense.
    std::optional<Link> next() {
        skip(" \t,");
        if (!take('<')) return std::nullopt;
        const std::size_t close = text_.find('>', at_);
        if (close == std::string_view::npos) return std::nullopt;
        Link link{std::string(base::trim(text_.substr(at_, close - at_))), {}};
        at_ = close + 1;
        for (skip(kBlanks); take(';'); skip(kBlanks))
            read_parameter(link);
        return link;
    }

  private:
    void read_parameter(Link& link) {
        skip(kBlanks);
        const std::string name = base::to_lower(word());
        skip(kBlanks);
        if (!take('=')) return;
        skip(kBlanks);
        std::string value = take('"') ? quoted() : std::string(word());
        // RFC 8288 section 3.3: only the first rel counts.
        if (name == "rel" && link.relations.empty()) link.relations = std::move(value);
    }

    std::string_view word() {
        const std::size_t end = std::min(text_.find_first_of(" \t;,=\"", at_), text_.size());
        const std::string_view found = text_.substr(at_, end - at_);
        at_ = end;
        return found;
    }

    std::string quoted() {
        std::string value;
        while (at_ < text_.size() && text_[at_] != '"') {
            if (text_[at_] == '\\' && at_ + 1 < text_.size()) ++at_;
            value += text_[at_++];
        }
        take('"');
        return value;
    }

    bool take(char wanted) {
        if (at_ >= text_.size() || text_[at_] != wanted) return false;
        ++at_;
        return true;
    }

    void skip(std::string_view characters) {
        at_ = std::min(text_.find_first_not_of(characters, at_), text_.size());
    }

    std::string_view text_;
    std::size_t at_ = 0;
};

bool has_relation(std::string_view relations, std::string_view wanted) {
    const auto words = base::split_words(relations);
    return std::any_of(words.begin(), words.end(),
                       [&](std::string_view word) { return base::to_lower(word) == wanted; });
}

}  // namespace

std::string origin_of(std::string_view url) {
    const auto parsed = base::parse_url(url);
    return parsed ? to_origin(*parsed) : std::string{};
}

bool is_https(std::string_view url) {
    const auto parsed = base::parse_url(url);
    return parsed && parsed->is_https();
}

bool is_weaker(std::string_view url, std::string_view former) {
    return is_https(former) && !is_https(url);
}

std::string host_of(std::string_view url) {
    const auto parsed = base::parse_url(url);
    if (!parsed) return std::string{url};
    const bool is_ipv6 = parsed->host.find(':') != std::string::npos;
    return is_ipv6 ? "[" + parsed->host + "]" : parsed->host;
}

std::string resolve_url(std::string_view base, std::string_view reference) {
    if (has_scheme(reference)) {
        return base::parse_url(reference) ? std::string(reference) : std::string();
    }
    const auto asked = base::parse_url(base);
    if (!asked || reference.empty()) return {};
    if (reference.starts_with("//")) {
        std::string url = asked->scheme + ":" + std::string(reference);
        return base::parse_url(url) ? url : std::string();
    }
    const std::string origin = to_origin(*asked);
    if (reference.front() == '/') return origin + std::string(reference);
    // Another scheme, or no path.
    if (reference.find_first_of(":?#") < reference.find('/')) return {};
    const std::string_view path =
        std::string_view{asked->path}.substr(0, asked->path.find_first_of("?#"));
    const std::string_view folder = path.empty() ? "/" : path.substr(0, path.rfind('/') + 1);
    return origin + std::string(folder) + std::string(reference);
}

std::vector<std::string> links(const Response& response, std::string_view relation,
                               std::string_view request_url) {
    std::vector<std::string> found;
    for (const std::string_view value : response.header_values("link")) {
        LinkReader reader(value);
        while (const auto link = reader.next()) {
            if (found.size() == kMostLinks) return found;
            if (!has_relation(link->relations, relation)) continue;
            std::string target = resolve_url(request_url, link->target);
            if (!target.empty()) found.push_back(std::move(target));
        }
    }
    return found;
}

}  // namespace http
