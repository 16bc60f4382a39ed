#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/file.h"
#include "base/result.h"
#include "base/utc_time.h"
#include "ledger/appended_text.h"

namespace ledger {

/// A certificate that this host has got for an app.
struct IssuedCertificate {
    std::string app;
    std::string fingerprint;
    base::UtcTime at;
};

/// `state/issued.jsonl`: fingerprints of what was issued on this host, one line for each. It is
/// read once, and then only what other processes and this one have added since: a question costs
/// the same however many lines there are. All of these fail with `io` where it cannot be read or
/// written.
class IssuedRecord {
  public:
    /// Nothing is created before it is written.
    explicit IssuedRecord(base::Path file) : file_(std::move(file)), text_(file_) {}

    /// All in one write, which is on the disk when this returns.
    base::Result<void> add(const std::vector<IssuedCertificate>& certificates) const;

    base::Result<bool> has(std::string_view fingerprint);
    base::Result<bool> has_for(std::string_view app, std::string_view fingerprint);

    /// When one was issued for the app last; nothing if none was.
    base::Result<std::optional<base::UtcTime>> latest_for(std::string_view app);

  private:
    base::Result<void> follow();
    void note(std::string_view text);

    base::Path file_;
    AppendedText text_;
    std::set<std::string, std::less<>> fingerprints_;
    std::map<std::string, std::set<std::string, std::less<>>, std::less<>> by_app_;
    std::map<std::string, base::UtcTime, std::less<>> latest_;
};

}  // namespace ledger
