// mark-due APPS...: marks so many apps as due, each in a state of its own, and as done again, as a
// run over all of them does, with the index as `cron` reads it. Prints what that costs for each
// app, and fails where the bytes written or the calls for an app grow with the number of apps; with
// thousands of apps also where the time does.
#include <chrono>
#include <cstdlib>
#include <exception>
#include <fstream>
#include <iostream>
#include <optional>
#include <string>
#include <vector>

#include "base/text.h"
#include "store/local_store.h"
#include "support/temp_dir.h"

namespace {

constexpr double kMostGrowth = 1.5;
constexpr double kMostSlower = 3;
constexpr int kEnoughToTime = 1000;

struct Cost {
    double bytes = 0;
    double calls = 0;
    double microseconds = 0;
};

/// What this process has written so far (proc_pid_io(5)).
Cost written() {
    Cost cost;
    std::ifstream io{"/proc/self/io"};
    std::string name;
    double value = 0;
    while (io >> name >> value) {
        if (name == "wchar:") cost.bytes = value;
        if (name == "syscw:") cost.calls = value;
    }
    return cost;
}

bool set_due(const store::LocalStore& store, int app, std::optional<base::UtcTime> at) {
    const auto kept = store.update_state("app" + std::to_string(app),
                                         [&](store::AppState& state) { state.due = at; });
    if (!kept) std::cerr << kept.error().message << "\n";
    return kept.has_value();
}

/// Of one app of so many. Nothing if something went wrong.
std::optional<Cost> cost_of(int apps) {
    const test::TempDir folder;
    const store::LocalStore store{folder.path()};
    const base::UtcTime now = base::SystemClock{}.now();
    const Cost before = written();
    const auto started = std::chrono::steady_clock::now();
    for (int app = 0; app < apps; ++app) {
        if (!set_due(store, app, now)) return std::nullopt;
    }
    if (!store.is_any_due(now) || store.due_apps(now).size() != static_cast<std::size_t>(apps)) {
        return std::nullopt;
    }
    for (int app = 0; app < apps; ++app) {
        if (!set_due(store, app, std::nullopt)) return std::nullopt;
    }
    if (store.is_any_due(now)) return std::nullopt;
    const std::chrono::duration<double, std::micro> took =
        std::chrono::steady_clock::now() - started;
    const Cost after = written();
    return Cost{(after.bytes - before.bytes) / apps, (after.calls - before.calls) / apps,
                took.count() / apps};
}

/// Does one app of so many cost as little as one of the first number, for each number of `words`?
bool costs_no_more(const std::vector<std::string>& words) {
    std::optional<Cost> least;
    bool is_timed = true;
    bool good = !words.empty();
    for (const std::string& word : words) {
        const auto apps = static_cast<int>(base::parse_integer(word).value_or(0));
        if (apps <= 0) return false;
        const auto cost = cost_of(apps);
        if (!cost) return false;
        if (!least) least = cost;
        is_timed = is_timed && apps >= kEnoughToTime;
        const double slower = cost->microseconds / least->microseconds;
        std::cout << apps << " apps: for each " << cost->bytes << " bytes in " << cost->calls
                  << " writes, " << cost->microseconds << " us (" << slower
                  << " times the first)\n";
        good = good && cost->bytes <= kMostGrowth * least->bytes &&
               cost->calls <= kMostGrowth * least->calls && (!is_timed || slower <= kMostSlower);
    }
    if (!good) std::cerr << "mark-due: what an app costs grows with their number\n";
    return good;
}

}  // namespace

int main(int argc, char** argv) {
    try {
        return costs_no_more({argv + 1, argv + argc}) ? EXIT_SUCCESS : EXIT_FAILURE;
    } catch (const std::exception& failure) {
        std::cerr << "mark-due: " << failure.what() << "\n";
        return EXIT_FAILURE;
    }
}
