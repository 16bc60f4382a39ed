#include "acme/nonce.h"

#include <algorithm>
#include <utility>

namespace acme {
namespace {

constexpr std::size_t kLongestNonce = 512;

/// RFC 8555 section 6.5.1: base64url, and clients ignore values that are not.
bool is_nonce(std::string_view text) {
    const auto fits = [](char c) {
        return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
               c == '-' || c == '_';
    };
    return !text.empty() && text.size() <= kLongestNonce &&
           std::all_of(text.begin(), text.end(), fits);
}

async::Task<void> happening(std::shared_ptr<async::Event> event) {
    co_await event->wait();
}

}  // namespace

void NoncePool::add(std::string_view nonce) {
    if (!is_nonce(nonce)) return;
    if (kept_.size() == kMost) kept_.pop_front();
    kept_.push_back({std::string(nonce), clock_.monotonic()});
    std::exchange(added_, std::make_shared<async::Event>())->set();
}

async::Task<void> NoncePool::next() const {
    return happening(added_);
}

std::optional<std::string> NoncePool::take() {
    if (kept_.empty()) return std::nullopt;
    Kept newest = std::move(kept_.back());
    kept_.pop_back();
    if (clock_.monotonic() - newest.since > kOldest) {
        kept_.clear();  // the others are older still
        return std::nullopt;
    }
    return std::move(newest.nonce);
}

}  // namespace acme
