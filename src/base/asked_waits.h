#pragma once

#include <chrono>

namespace base {

// How long a CA that asks to be left alone (Retry-After, mostly) is believed: all of the bounds.
// What we wait by ourselves, whatever a CA says, is elsewhere: a failed name
// (status/retry_schedule.h), one that the CA has paused (ca/pause.h), a state (store/waits.h), the
// time of one run for an order (kOrderPatience in orders/order.cpp), a renewal window that a CA
// did not tell (renewal/renewal_plan.cpp), a key that is to be known to all servers of a CA
// (account/rollover.cpp).

/// Any answer: what a CA says of a limit, when it wants to be asked for a window again after it
/// refused, what stands in a state or in the ledger of such a wait. No limit that a CA is known to
/// have lasts longer; a date that was mistyped is not to stop renewals until certificates end.
inline constexpr std::chrono::hours kLongestAskedWait{24 * 7};

/// A 503. A CA that is down says when to come back; that is no limit of days.
inline constexpr std::chrono::hours kLongestOutage{24};

/// An order that is under way, and for which the run has no more time. It was not refused, so the
/// run that resumes it need not be far off.
inline constexpr std::chrono::hours kLongestOrderPause{24};

/// How old such an order may be: one that the CA says it is issuing a certificate for, and one of
/// any status for which it asks for such pauses. After that another order is made.
inline constexpr std::chrono::hours kLongestIssuing{24};
inline constexpr std::chrono::hours kLongestOrder{24 * 7};

/// A renewal window that was told (RFC 9773 section 4.3.2 has each client choose both): one that
/// moves, as it does before certificates are revoked, is to be seen in time.
inline constexpr std::chrono::minutes kShortestWindowPause{1};
inline constexpr std::chrono::hours kLongestWindowPause{24};

/// A pause that a run waits out before an order. One that is longer fails the app until then, since
/// others wait behind it.
inline constexpr std::chrono::seconds kLongestPauseInRun{30};

}  // namespace base
