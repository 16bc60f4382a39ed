#include "preflight/reachability.h"

#include <algorithm>

#include "store/cause.h"

namespace preflight {
namespace {

using Kind = Fetched::Kind;

std::string place_of(const Fetched& one) {
    return one.address + ": " + one.evidence;
}

const Fetched* find_first(const std::vector<Fetched>& fetched, Kind kind) {
    const auto found = std::find_if(fetched.begin(), fetched.end(),
                                    [&](const Fetched& one) { return one.kind == kind; });
    return found == fetched.end() ? nullptr : &*found;
}

bool any_right(const std::vector<Fetched>& fetched, bool ipv6) {
    return std::any_of(fetched.begin(), fetched.end(), [&](const Fetched& one) {
        return one.kind == Kind::right && one.is_ipv6 == ipv6;
    });
}

/// This host answered, so there is no other server; a redirect leads to where it came from.
Reach judge_own(const std::string& name, const Fetched& wrong) {
    const std::string who = wrong.is_bound ? "by another app of this host, whose address that is"
                                           : "by another program of this host";
    return {store::cause::kAddressTaken, name + " is answered " + who + ", at " + place_of(wrong)};
}

Reach judge_wrong(const std::string& name, const Fetched& wrong, bool right_over_ipv4) {
    // A program in front of nginx may prefer https and lead on to us; nginx itself does not.
    const bool may_lead_here = !wrong.is_bound && !wrong.redirect_host.empty();
    if (wrong.is_own && !may_lead_here) return judge_own(name, wrong);
    if (wrong.has_proxy_marks) {
        return {store::cause::kProxied, name + " is answered by a proxy at " + place_of(wrong)};
    }
    if (!wrong.redirect_host.empty() && wrong.redirect_host == name) {
        // Usual for a proxy that prefers https; whether it leads back here cannot be seen.
        return {{},
                {},
                {name + " is redirected at " + place_of(wrong) +
                 "; whether the CA gets through cannot be seen from here"}};
    }
    if (!wrong.redirect_host.empty()) {
        return {store::cause::kRedirected, name + " is redirected at " + place_of(wrong)};
    }
    if (wrong.is_ipv6 && right_over_ipv4) {
        return {store::cause::kAaaaMismatch,
                "the AAAA record of " + name + " leads to another server, " + place_of(wrong)};
    }
    return {store::cause::kOtherServer, name + " leads to another server, " + place_of(wrong)};
}

/// No address gave the right answer, and none a wrong one.
Reach judge_silence(const std::string& name, const Fetched& silent, const HostAddresses& host) {
    if (silent.is_own) {
        return {store::cause::kPortClosed,
                "port 80 does not answer for " + name + " at " + place_of(silent)};
    }
    const bool hairpin = silent.is_ipv6 ? !host.has_public_ipv6 : !host.has_public_ipv4;
    if (hairpin) {
        return {{},
                {},
                {name + " cannot be fetched from this host at " + place_of(silent) +
                 "; behind a router that is usual, so the CA is asked all the same"}};
    }
    return {store::cause::kOtherServer,
            name + " leads to " + silent.address +
                ", which is no address of this host and does not answer (" + silent.evidence + ")"};
}

}  // namespace

Reach judge_reach(const std::string& name, const std::vector<Fetched>& fetched,
                  const HostAddresses& host) {
    if (fetched.empty()) return {};
    const bool right_over_ipv4 = any_right(fetched, false);
    if (const Fetched* wrong = find_first(fetched, Kind::wrong)) {
        return judge_wrong(name, *wrong, right_over_ipv4);
    }
    const Fetched* silent = find_first(fetched, Kind::silent);
    if (silent == nullptr) return {};
    if (right_over_ipv4 || any_right(fetched, true)) {
        return {{}, {}, {name + " does not answer at " + place_of(*silent)}};
    }
    // An address of ours says more than one that may be another host's.
    const auto own = std::find_if(fetched.begin(), fetched.end(),
                                  [](const Fetched& one) { return one.is_own && !one.is_ipv6; });
    const auto ipv4 = std::find_if(fetched.begin(), fetched.end(),
                                   [](const Fetched& one) { return !one.is_ipv6; });
    const Fetched& shown = own != fetched.end() ? *own : ipv4 != fetched.end() ? *ipv4 : *silent;
    return judge_silence(name, shown, host);
}

}  // namespace preflight
