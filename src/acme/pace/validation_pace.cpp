#include "acme/pace/validation_pace.h"

#include <algorithm>

namespace acme {
namespace {

constexpr ValidationPace::Pause kShortest{250};

}  // namespace

void ValidationPace::note(Pause waited, bool was_done) {
    if (!was_done) too_short_ = std::max(too_short_, waited);
    // Others may have found out meanwhile that it is too long.
    const Pause enough = was_done ? std::min(pause_, waited / 2) : pause_;
    pause_ = std::clamp(std::max(enough, too_short_ * 2), kShortest, kLongest);
}

}  // namespace acme
