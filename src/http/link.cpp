#include "http/link.h"

#include <algorithm>
#include <optional>

#include "base/text.h"

namespace http {
namespace {

constexpr std::size_t kMostLinks = 16;
constexpr std::string_view kBlanks = " \t";

bool starts_with_ignoring_case(std::string_view text, std::string_view prefix) {
    return base::to_lower(text.substr(0, prefix.size())) == prefix;
}

/// The length of `http://` or `https://` at the start, or 0.
std::size_t scheme_length(std::string_view url) {
    for (const std::string_view scheme : {"https://", "http://"}) {
        if (starts_with_ignoring_case(url, scheme)) return scheme.size();
    }
    return 0;
}

/// Host and port of an absolute URL, user information left out.
std::string_view authority_of(std::string_view url) {
    const std::size_t scheme = scheme_length(url);
    if (scheme == 0) return {};
    const std::size_t end = std::min(url.find_first_of("/?#", scheme), url.size());
    const std::string_view authority = url.substr(scheme, end - scheme);
    const std::size_t at = authority.rfind('@');
    return at == std::string_view::npos ? authority : authority.substr(at + 1);
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
    const std::string_view authority = authority_of(url);
    if (authority.empty()) return {};
    return base::to_lower(std::string(url.substr(0, scheme_length(url))) + std::string(authority));
}

bool is_https(std::string_view url) {
    return origin_of(url).starts_with("https://");
}

bool is_weaker(std::string_view url, std::string_view former) {
    return is_https(former) && !is_https(url);
}

std::string host_of(std::string_view url) {
    const std::string_view authority = authority_of(url);
    if (authority.empty()) return std::string(url);
    const std::size_t colon = authority.rfind(':');
    const bool has_port =
        colon != std::string_view::npos && authority.find(']', colon) == std::string_view::npos;
    return base::to_lower(has_port ? authority.substr(0, colon) : authority);
}

std::string resolve_url(std::string_view base, std::string_view reference) {
    if (scheme_length(reference) != 0) {
        return authority_of(reference).empty() ? std::string() : std::string(reference);
    }
    const std::string origin = origin_of(base);
    if (origin.empty() || reference.empty()) return {};
    if (reference.starts_with("//")) {
        std::string url = origin.substr(0, origin.find('/')) + std::string(reference);
        return authority_of(url).empty() ? std::string() : url;
    }
    if (reference.front() == '/') return origin + std::string(reference);
    // Another scheme, or no path.
    if (reference.find_first_of(":?#") < reference.find('/')) return {};
    const std::string_view whole = base.substr(0, std::min(base.find_first_of("?#"), base.size()));
    const std::size_t first = whole.find('/', scheme_length(whole));  // past the scheme's own
    const std::string_view folder =
        first == std::string_view::npos ? "/" : whole.substr(first, whole.rfind('/') + 1 - first);
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
