#include "ledger/issued_record.h"

#include <algorithm>
#include <utility>

#include "base/directory.h"
#include "json/writer.h"

namespace ledger {
namespace {

constexpr mode_t kPrivateFolder = 0700;
constexpr mode_t kPrivateFile = 0600;

// Our own line format: the fingerprint is the first member, the app the second, the time the third.
constexpr std::string_view kBeforeFingerprint = R"({"fingerprint":")";
constexpr std::string_view kBeforeApp = R"(,"app":")";
constexpr std::string_view kBeforeTime = R"(,"at":")";

std::string to_line(const IssuedCertificate& certificate) {
    json::Writer out;
    out.begin_object();
    out.member("fingerprint", certificate.fingerprint);
    out.member("app", certificate.app);
    out.member("at", base::to_rfc3339(certificate.at));
    out.end_object();
    return out.text();
}

/// Takes `before`, what stands up to the next quote, and that quote off the text. Nothing if they
/// are not there.
std::optional<std::string_view> take_member(std::string_view& text, std::string_view before) {
    if (!text.starts_with(before)) return std::nullopt;
    const auto end = text.find('"', before.size());
    if (end == std::string_view::npos) return std::nullopt;
    const std::string_view value = text.substr(before.size(), end - before.size());
    text.remove_prefix(end + 1);
    return value;
}

}  // namespace

base::Result<void> IssuedRecord::add(const std::vector<IssuedCertificate>& certificates) const {
    if (certificates.empty()) return {};
    if (auto made = base::make_directories(file_.parent_path(), kPrivateFolder); !made) return made;
    std::string lines;
    for (const IssuedCertificate& certificate : certificates) {
        if (!lines.empty()) lines += "\n";
        lines += to_line(certificate);
    }
    return base::append_line(file_, lines, kPrivateFile);
}

base::Result<bool> IssuedRecord::has(std::string_view fingerprint) {
    if (auto followed = follow(); !followed) return std::move(followed).error();
    return fingerprints_.contains(fingerprint);
}

base::Result<bool> IssuedRecord::has_for(std::string_view app, std::string_view fingerprint) {
    if (auto followed = follow(); !followed) return std::move(followed).error();
    const auto found = by_app_.find(app);
    return found != by_app_.end() && found->second.contains(fingerprint);
}

base::Result<std::optional<base::UtcTime>> IssuedRecord::latest_for(std::string_view app) {
    if (auto followed = follow(); !followed) return std::move(followed).error();
    const auto found = latest_.find(app);
    return found == latest_.end() ? std::nullopt : std::optional{found->second};
}

base::Result<void> IssuedRecord::follow() {
    const auto news = text_.read();
    if (!news) return news.error();
    if (news->is_whole) {
        fingerprints_.clear();
        by_app_.clear();
        latest_.clear();
    }
    note(news->lines);
    // It may be all that is there, written by hand.
    note(news->rest);
    return {};
}

/// A line that a power cut tore has the next one behind it.
void IssuedRecord::note(std::string_view text) {
    for (auto start = text.find(kBeforeFingerprint); start != std::string_view::npos;
         start = text.find(kBeforeFingerprint, start + 1)) {
        std::string_view rest = text.substr(start);
        const auto fingerprint = take_member(rest, kBeforeFingerprint);
        if (!fingerprint) continue;
        fingerprints_.emplace(*fingerprint);
        const auto app = take_member(rest, kBeforeApp);
        if (!app) continue;
        by_app_[std::string{*app}].emplace(*fingerprint);
        const auto time = take_member(rest, kBeforeTime);
        const auto at = time ? base::parse_rfc3339(*time) : std::nullopt;
        if (!at) continue;
        const auto [known, is_new] = latest_.try_emplace(std::string{*app}, *at);
        known->second = std::max(known->second, *at);
    }
}

}  // namespace ledger
