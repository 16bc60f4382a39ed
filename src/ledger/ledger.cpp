#include "ledger/ledger.h"

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/asked_waits.h"
#include "base/directory.h"
#include "base/lock.h"
#include "base/text.h"

namespace ledger {

static_assert(Ledger::kLife > base::kLongestAskedWait);  // a backoff is kept until it has ended
namespace {

constexpr mode_t kPrivateFolder = 0700;
constexpr mode_t kPrivateFile = 0600;
constexpr std::chrono::seconds kPatience{5};
constexpr std::size_t kMaxLedgerBytes = 64UL << 20U;
/// Clocks that are kept in time go back by less.
constexpr std::chrono::minutes kClockSlack{1};

bool is_young(const Entry& entry, base::UtcTime now) {
    return entry.at > now - Ledger::kLife;
}

base::Result<base::FileLock> lock_beside(const base::Path& file) {
    if (auto made = base::make_directories(file.parent_path(), kPrivateFolder); !made) {
        return std::move(made).error();
    }
    base::SystemClock clock;
    const std::string name = "." + file.filename().string() + ".lock";
    return base::FileLock::acquire(file.parent_path() / name, kPatience, clock);
}

/// Did a power cut or a full disk end the last write before its line end?
bool is_torn(const base::Path& file, std::size_t bytes) {
    if (bytes == 0) return false;
    const auto last = base::read_part(file, bytes - 1, 1);
    return last && *last != "\n";
}

/// The lines are in the order of their times, so the one in the middle tells without reading all.
/// Where none can be read there, nearly all can go.
bool is_mostly_old(const base::Path& file, std::size_t bytes, base::UtcTime now) {
    constexpr std::size_t kSomeLines = 64UL << 10U;
    const auto text = base::read_part(file, bytes / 2, kSomeLines);
    if (!text) return false;
    auto lines = base::split_lines(*text);
    if (lines.empty()) return false;
    lines.erase(lines.begin());  // most likely the end of one
    for (const std::string_view line : lines) {
        const auto entry = parse_entry(line);
        if (entry) return entry->at <= now - Ledger::kLife;
    }
    return true;
}

std::vector<Entry> young_entries(std::string_view text, base::UtcTime now) {
    std::vector<Entry> young;
    for (const std::string_view line : base::split_lines(text)) {
        auto entry = parse_entry(line);
        if (!entry || !is_young(*entry, now)) continue;
        // No CA is believed for longer, whatever stands there.
        entry->until = std::min<base::UtcTime>(entry->until, entry->at + base::kLongestAskedWait);
        young.push_back(std::move(*entry));
    }
    return young;
}

std::string to_lines(const std::vector<Entry>& entries) {
    std::string lines;
    for (const Entry& entry : entries)
        lines += to_text(entry) + "\n";
    return lines;
}

/// Only for who holds the lock. What lies in the future stays: the clock may be wrong today only.
base::Result<void> compact(const base::Path& file, base::UtcTime now) {
    auto swept = base::remove_leftovers(file.parent_path(), file.filename().string());
    if (!swept) return swept;
    const auto text = base::read_file(file, kMaxLedgerBytes);
    if (!text) return text.error();
    return base::replace_file(file, to_lines(young_entries(*text, now)), kPrivateFile);
}

std::size_t bytes_of(const base::Path& file) {
    const auto stamp = base::stamp_file(file);
    return stamp ? stamp->bytes : 0;
}

}  // namespace

std::vector<Entry> parse_entries(std::string_view text, base::UtcTime now) {
    auto entries = young_entries(text, now);
    std::erase_if(entries, [&](const Entry& entry) { return entry.at > now + kClockSlack; });
    return entries;
}

base::Result<std::vector<Entry>> Ledger::read(base::UtcTime now) const {
    const auto text = base::read_file(file_, kMaxLedgerBytes);
    if (!text) {
        if (text.error().kind == base::ErrorKind::not_found) return std::vector<Entry>{};
        return text.error();
    }
    return parse_entries(*text, now);
}

base::Result<void> Ledger::append(const std::vector<Entry>& entries, base::UtcTime now) const {
    if (entries.empty()) return {};
    return append_under_lock([&] { return entries; }, now);
}

base::Result<void> Ledger::append_under_lock(const std::function<std::vector<Entry>()>& decide,
                                             base::UtcTime now) const {
    const auto lock = lock_beside(file_);
    if (!lock) return lock.error();
    const std::vector<Entry> entries = decide();
    if (entries.empty()) return {};
    const std::size_t bytes = bytes_of(file_);
    if (bytes > kSmallBytes && is_mostly_old(file_, bytes, now)) {
        // What is too long does no harm: an entry that is not written does.
        (void)compact(file_, now);
    }
    std::string lines = to_lines(entries);
    lines.pop_back();
    if (is_torn(file_, bytes_of(file_))) lines.insert(0, "\n");
    return base::append_line(file_, lines, kPrivateFile);
}

}  // namespace ledger
