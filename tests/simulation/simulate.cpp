// Runs the flows of the product in a simulated world (docs/simulation.md), one seed after another.
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <iostream>
#include <string>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "simulation/course.h"
#include "simulation/world.h"

#ifdef __SANITIZE_ADDRESS__
/// What a killed process had is never freed.
extern "C" const char* __asan_default_options();
extern "C" const char* __asan_default_options() {
    return "detect_leaks=0:detect_stack_use_after_return=0";
}
#endif

namespace {

using simulation::Options;

struct Call {
    Options options;
    std::uint64_t seeds = 1;
};

Call read_call(int argc, char** argv) {
    Call call;
    for (int i = 1; i < argc; ++i) {
        const std::string word = argv[i];
        const auto number = [&] {
            return std::strtoull(i + 1 < argc ? argv[++i] : "", nullptr, 10);
        };
        if (word == "--seed") call.options.seed = number();
        if (word == "--seeds") call.seeds = number();
        if (word == "--days") call.options.days = static_cast<int>(number());
        if (word == "--trace") call.options.prints = true;
        if (word == "--verbose") call.options.prints = call.options.is_verbose = true;
        if (word == "--calm") call.options.is_calm = true;
    }
    return call;
}

void tell_violation(const Options& options, const simulation::Chronicle& chronicle) {
    const auto& violation = *chronicle.violation();
    if (!options.prints) {
        for (const std::string& line : chronicle.last_lines())
            std::cout << line << "\n";
    }
    std::cout << "seed " << options.seed << " broke an invariant at " << violation.time << ": "
              << violation.invariant << "\n  " << violation.words
              << "\nreplay it with: scripts/simulate --seed " << options.seed << " --days "
              << options.days << " --trace\n";
}

/// Where files cost nothing, if there is such a place.
void choose_folder() {
    if (::access("/dev/shm", W_OK) == 0) ::setenv("TMPDIR", "/dev/shm", 0);
}

void raise_open_files() {
    rlimit limit{};
    ::getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = limit.rlim_max;
    ::setrlimit(RLIMIT_NOFILE, &limit);
}

}  // namespace

int main(int argc, char** argv) {
    choose_folder();
    raise_open_files();
    ::umask(022);
    Call call = read_call(argc, argv);
    const std::uint64_t first = call.options.seed;
    for (std::uint64_t seed = first; seed < first + call.seeds; ++seed) {
        Options options = call.options;
        options.seed = seed;
        const auto began = std::chrono::steady_clock::now();
        simulation::World world{options};
        simulation::Course course{world};
        course.run();
        if (world.chronicle.violation()) {
            tell_violation(options, world.chronicle);
            return 1;
        }
        const std::chrono::duration<double> took = std::chrono::steady_clock::now() - began;
        std::cout << "seed " << seed << ": " << options.days << " days in " << took.count()
                  << " s\n";
    }
    return 0;
}
