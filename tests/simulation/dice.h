#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

namespace simulation {

/// Everything random of a simulation, from its seed alone (SplitMix64).
class Dice {
  public:
    explicit Dice(std::uint64_t seed) : state_(seed) {}

    std::uint64_t roll() {
        std::uint64_t z = (state_ += 0x9e3779b97f4a7c15U);
        z = (z ^ (z >> 30U)) * 0xbf58476d1ce4e5b9U;
        z = (z ^ (z >> 27U)) * 0x94d049bb133111ebU;
        return z ^ (z >> 31U);
    }

    /// In [0, bound); bound > 0.
    std::size_t below(std::size_t bound) { return static_cast<std::size_t>(roll() % bound); }

    /// In [low, high].
    int between(int low, int high) {
        return low + static_cast<int>(below(static_cast<std::size_t>(high - low) + 1));
    }

    /// In [0, 1).
    double share() { return static_cast<double>(roll() >> 11U) * 0x1.0p-53; }

    bool chance(double probability) { return share() < probability; }

    std::string bytes(std::size_t count) {
        std::string text(count, '\0');
        for (std::size_t filled = 0; filled < count; filled += sizeof(std::uint64_t)) {
            const std::uint64_t eight = roll();
            std::memcpy(text.data() + filled, &eight, std::min(count - filled, sizeof eight));
        }
        return text;
    }

    template <class T>
    T& pick(std::vector<T>& from) {
        return from[below(from.size())];
    }

  private:
    std::uint64_t state_;
};

}  // namespace simulation
