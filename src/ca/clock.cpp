#include "ca/clock.h"

#include <chrono>

namespace ca {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

constexpr minutes kWarned{5};
constexpr minutes kRefused{50};

/// `This host's clock is 61 minutes behind that of ca.example`
std::string describe(const acme::Client& client, seconds ahead) {
    const auto off = std::chrono::duration_cast<minutes>(std::chrono::abs(ahead));
    return "This host's clock is " + std::to_string(off.count()) + " minutes " +
           (ahead < seconds{0} ? "behind" : "ahead of") + " that of " + client.name();
}

}  // namespace

std::optional<std::string> warn_of_clock(const acme::Client& client) {
    const auto ahead = client.clock_ahead();
    if (!ahead || std::chrono::abs(*ahead) <= kWarned || refuse_wrong_clock(client)) {
        return std::nullopt;
    }
    return describe(client, *ahead) + "; set it right: timedatectl";
}

std::optional<base::Error> refuse_wrong_clock(const acme::Client& client) {
    const auto ahead = client.clock_ahead();
    if (!ahead || std::chrono::abs(*ahead) <= kRefused) return std::nullopt;
    return base::Error{base::ErrorKind::rejected,
                       describe(client, *ahead) +
                           "; nothing is ordered, because the certificate would be taken for one "
                           "that is not valid",
                       std::nullopt,
                       {"Look at it with: timedatectl; let it be set by: sudo timedatectl set-ntp "
                        "true",
                        "The order follows by itself."}};
}

}  // namespace ca
