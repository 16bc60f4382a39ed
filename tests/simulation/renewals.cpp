// Many certificates over a long time, on a clock of its own, at a CA that counts, exempts and
// refills as Let's Encrypt does: once with a CA that always answers, once with one that is down a
// fifth of the time, and 1,000 apps whose windows are spread over a month. Prints one line for each
// kind of certificate; exit code 1 if one expired or was renewed before its time, the CA refused an
// order for a limit, a time that was told is wrong by more than a minute, less than 99 % of the
// renewals fell into their windows (while the CA answers), or more than 24 batches into a day.
//
//   simulate-renewals [DAYS [APPS]]      400 days, 300 apps below one domain; 100 days at least, in
//                                        which each certificate is renewed

#include <cstdio>
#include <string>
#include <vector>

#include "base/text.h"
#include "simulation/fleet.h"

namespace simulation {
namespace {

constexpr UtcTime kStart = base::from_unix(1'800'000'000);

const std::vector<Kind>& kinds() {
    static const std::vector<Kind> all{
        {"6 days, ARI", hours{160}, true}, {"6 days", hours{160}, false},
        {"45 days, ARI", days{45}, true},  {"64 days, ARI", days{64}, true},
        {"90 days, ARI", days{90}, true},  {"90 days", days{90}, false}};
    return all;
}

double share(int part, int whole) {
    return whole == 0 ? 100.0 : 100.0 * part / whole;
}

bool print(const Fleet& fleet, double least_inside) {
    bool good = true;
    std::printf("%-14s %5s %7s %9s %7s %12s %8s %9s\n", "lifetime", "apps", "issued", "inside",
                "failed", "least left", "expired", "too early");
    int renewed = 0;
    int inside = 0;
    for (const auto& [kind, tally] : fleet.tallies()) {
        std::printf("%-14s %5d %7d %7.2f %% %7d %10.1f d %8d %9d\n", kind->name, tally.apps,
                    tally.issued, share(tally.inside, tally.renewed), tally.failed,
                    static_cast<double>(tally.least_left.count()) / 86'400.0, tally.expired,
                    tally.too_early);
        good = good && tally.expired == 0 && tally.too_early == 0 && tally.issued >= tally.apps;
        good = good && share(tally.inside, tally.renewed) >= least_inside;
        renewed += tally.renewed;
        inside += tally.inside;
    }
    const Trouble& trouble = fleet.trouble();
    std::printf(
        "renewals in their windows %.2f %%; refused by the CA for a limit %d; held back %d, of "
        "those "
        "with a wrong time %d; most batches in 24 hours %d\n",
        share(inside, renewed), trouble.refused, trouble.held_back, trouble.wrong_times,
        trouble.most_batches);
    return good && trouble.refused == 0 && trouble.wrong_times == 0;
}

/// All of them below one domain, and as many kinds of certificates as there are.
void add_below_one_domain(Fleet& fleet, int apps) {
    for (int i = 0; i < apps; ++i) {
        const auto& kind = kinds()[static_cast<std::size_t>(i) % kinds().size()];
        fleet.add(kind, "app" + std::to_string(i) + ".example.org", "example.org");
    }
}

bool simulate_calm(int day_count, int apps) {
    std::printf("\nThe CA answers always:\n");
    Fleet fleet{kStart, 4'711};
    add_below_one_domain(fleet, apps);
    fleet.run_until(kStart + days{day_count});
    return print(fleet, 99.0);
}

bool simulate_outages(int day_count, int apps) {
    std::printf("\nThe CA is down a fifth of the time:\n");
    Fleet fleet{kStart, 815};
    fleet.fail_a_fifth_of_the_time(kStart + days{day_count});
    add_below_one_domain(fleet, apps);
    fleet.run_until(kStart + days{day_count});
    return print(fleet, 0.0);
}

bool simulate_batches(int day_count) {
    std::printf("\n1,000 apps whose windows are spread over a month:\n");
    constexpr int kApps = 1'000;
    Fleet fleet{kStart, 42};
    const Kind& kind = kinds()[4];
    for (int i = 0; i < kApps; ++i) {
        const std::string name = "app" + std::to_string(i) + ".test";
        fleet.add_installed(kind, name, kStart - i * seconds{days{30}} / kApps);
    }
    fleet.run_until(kStart + days{day_count});
    return print(fleet, 99.0) && fleet.trouble().most_batches <= 24;
}

int number_at(int argc, char** argv, int index, int otherwise) {
    return argc > index ? static_cast<int>(base::parse_integer(argv[index]).value_or(0))
                        : otherwise;
}

bool simulate_all(int argc, char** argv) {
    const int day_count = number_at(argc, argv, 1, 400);
    const int apps = number_at(argc, argv, 2, 300);
    if (day_count < 100 || apps < 1) {
        std::printf("usage: simulate-renewals [DAYS [APPS]], 100 days at least\n");
        return false;
    }
    const bool calm = simulate_calm(day_count, apps);
    const bool outages = simulate_outages(day_count, apps);
    const bool batches = simulate_batches(day_count);
    const bool good = calm && outages && batches;
    std::printf("%s\n", good ? "ok" : "FAILED");
    return good;
}

}  // namespace
}  // namespace simulation

int main(int argc, char** argv) {
    return simulation::simulate_all(argc, argv) ? 0 : 1;
}
