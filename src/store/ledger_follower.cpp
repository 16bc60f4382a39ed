#include "store/ledger_follower.h"

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

#include "base/file.h"

namespace store {
namespace {

constexpr std::size_t kMaxPart = 64UL << 20U;
constexpr std::size_t kEnough = 200;  ///< to tell a line from any other

/// Up to the last line end: what comes after it is still being written, or was torn.
std::string_view whole_lines(std::string_view text) {
    const auto last = text.rfind('\n');
    return last == std::string_view::npos ? std::string_view{} : text.substr(0, last + 1);
}

/// "" of a file that is missing or shorter.
base::Result<std::string> read_rest(const base::Path& file, std::size_t from) {
    const auto stamp = base::stamp_file(file);
    if (!stamp && stamp.error().kind == base::ErrorKind::not_found) return std::string{};
    if (!stamp) return stamp.error();
    if (stamp->bytes <= from) return std::string{};
    return base::read_part(file, from, std::min<std::size_t>(stamp->bytes - from, kMaxPart));
}

}  // namespace

base::Result<LedgerFollower::News> LedgerFollower::read(base::UtcTime now) {
    const std::size_t known = last_words_.size();
    auto text = read_rest(ledger_.file(), end_ - known);
    if (!text) return std::move(text).error();
    const std::string part = std::move(*text);
    News news;
    news.is_whole = !has_read_ || !part.starts_with(last_words_);
    if (news.is_whole && end_ > 0) {
        end_ = 0;
        last_words_.clear();
        has_read_ = false;
        return read(now);
    }
    const std::string_view lines = whole_lines(std::string_view{part}.substr(known));
    news.entries = parse_ledger(lines, now);
    end_ += lines.size();
    if (!lines.empty()) last_words_ = lines.substr(lines.size() - std::min(lines.size(), kEnough));
    has_read_ = true;
    return news;
}

}  // namespace store
