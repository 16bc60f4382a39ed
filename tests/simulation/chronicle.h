#pragma once

#include <deque>
#include <functional>
#include <iostream>
#include <optional>
#include <string>
#include <utility>

#include "base/utc_time.h"
#include "simulation/kernel/kernel.h"

namespace simulation {

/// A broken invariant.
struct Violation {
    std::string invariant;
    std::string words;
    std::string time;
};

/// What has happened in a simulation, and the first thing that must not.
class Chronicle {
  public:
    explicit Chronicle(bool prints) : prints_(prints) {}

    void note(const std::string& what) {
        std::string line = time_now() + " " + what;
        if (prints_) std::cout << line << "\n";
        lines_.push_back(std::move(line));
        if (lines_.size() > kKept) lines_.pop_front();
    }

    void violate(const std::string& invariant, const std::string& words) {
        note("VIOLATED " + invariant + ": " + words);
        if (!violation_) violation_ = Violation{invariant, words, time_now()};
    }

    const std::optional<Violation>& violation() const { return violation_; }
    const std::deque<std::string>& last_lines() const { return lines_; }

  private:
    static constexpr std::size_t kKept = 80;

    static std::string time_now() { return base::to_rfc3339(kernel().true_time()); }

    bool prints_;
    std::deque<std::string> lines_;
    std::optional<Violation> violation_;
};

}  // namespace simulation
