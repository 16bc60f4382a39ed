#pragma once

#include <optional>

#include "base/utc_time.h"
#include "dokku/app.h"
#include "dokku/environment.h"
#include "store/app_state.h"
#include "store/local_store.h"

namespace renewal {

/// How an app stands with letsencrypt. The scheduled run answers for every app of which
/// `is_to_have_https` is true: it has a good certificate when the run ends, or its status says why
/// not and the run fails.
enum class Standing {
    unwanted,      ///< letsencrypt is off for it, or it has no name
    waiting,       ///< it never had a certificate of ours: its own schedule gets it the first
    custom,        ///< an operator's certificate is served, which wins
    custom_ended,  ///< that one has expired, and ours is to take its place
    active,        ///< ours is served, and lies in certs/current, where renewals look for it
    lost,  ///< it had one of ours that nginx cannot load, or that is not in certs/current, or it
           ///< has half a pair
};

/// What decides about an app that is not active.
struct StandingFacts {
    bool is_on = false;      ///< enabled, or to be issued by itself, and not switched off
    bool has_names = false;  ///< not all of them excluded
    /// A certificate of ours was in use (not one that a clone brought along), or half a pair is all
    /// that is there.
    bool had_ours = false;
    std::optional<store::Owner> owner{};  ///< of the pair in tls/; nothing if there is none
    bool has_ended = false;               ///< that pair is past its dates
};

/// Pure.
Standing standing_of(const StandingFacts& facts);

/// Is the app one that the scheduled run answers for?
bool is_to_have_https(Standing standing);

/// From files alone. `io` or `invalid_input` name what could not be read, so that it is not known.
base::Result<Standing> read_standing(const dokku::Environment& environment,
                                     const store::LocalStore& store, const dokku::AppName& app,
                                     base::UtcTime now);

}  // namespace renewal
