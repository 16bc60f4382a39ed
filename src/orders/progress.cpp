#include "orders/progress.h"

#include <fmt/format.h>

#include "base/text.h"
#include "crypto/certificate.h"

namespace orders {

std::string describe_end(const ca::IssueJob& job) {
    const std::string& app = job.app().text();
    if (job.failure()) return app + " failed: " + std::string{job.cause()};
    if (!job.alive()) return app + ": nothing to do";
    std::string line = app + (job.present.fingerprint.empty() ? " issued" : " renewed");
    const auto leaf = crypto::Certificate::parse_pem(job.issued->chain_pem);
    if (leaf) line += ", valid until " + base::to_readable(leaf->not_after());
    return line;
}

std::string count_of(std::size_t ended, std::size_t all, bool on_terminal) {
    if (!on_terminal) return {};
    return fmt::format("[{:>{}}/{}] ", ended, std::to_string(all).size(), all);
}

}  // namespace orders
