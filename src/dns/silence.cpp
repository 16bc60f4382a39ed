#include "dns/silence.h"

#include <algorithm>

namespace dns {
namespace {

constexpr int kPatience = 3;
constexpr std::chrono::seconds kLeftAlone{60};

}  // namespace

void Silence::note_answer() {
    unanswered_ = 0;
    until_ = {};
}

void Silence::note_no_answer(Time now) {
    ++unanswered_;
    if (unanswered_ >= kPatience) until_ = now + kLeftAlone;
}

std::shared_ptr<Silence> Silences::of(const std::vector<ServerAddress>& servers) {
    const auto found = std::find_if(known_.begin(), known_.end(),
                                    [&](const auto& one) { return one.first == servers; });
    if (found != known_.end()) return found->second;
    known_.emplace_back(servers, std::make_shared<Silence>());
    return known_.back().second;
}

}  // namespace dns
