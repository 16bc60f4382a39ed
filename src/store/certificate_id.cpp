#include "store/certificate_id.h"

#include <algorithm>

namespace store {

std::optional<CertificateId> CertificateId::parse(std::string_view text) {
    constexpr std::size_t kLongest = 250;  // with an ending, a file's name has 255 bytes at most
    constexpr std::string_view kAllowed = "abcdefghijklmnopqrstuvwxyz0123456789.:*_-";
    const bool is_fit = !text.empty() && text.size() <= kLongest && text.front() != '.' &&
                        text.find_first_not_of(kAllowed) == std::string_view::npos;
    if (!is_fit) return std::nullopt;
    CertificateId id;
    id.text_ = text;
    return id;
}

}  // namespace store
