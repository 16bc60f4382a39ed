#include "acme/pace/poll_pace.h"

#include <algorithm>
#include <utility>

namespace acme {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kLongestPause{5000};

}  // namespace

void PollPace::not_before(Moment moment) {
    not_before_ = std::max(not_before_.value_or(moment), moment);
}

PollPace::Next PollPace::next(Moment now) {
    const auto asked = std::exchange(asked_, std::nullopt);
    const auto not_before = std::exchange(not_before_, std::nullopt);
    milliseconds delay = pause_;
    if (asked && asked->count() > 0) {
        delay = *asked;
    } else {
        pause_ = std::min(pause_ * 3 / 2, kLongestPause);
    }
    const Moment at = std::max<Moment>(now + delay, not_before.value_or(now));
    return {at, asked.has_value() || not_before.has_value()};
}

}  // namespace acme
