#pragma once

#include <cstddef>
#include <string_view>

#include "ca/context.h"
#include "ca/issue_job.h"
#include "ca/request.h"

namespace preflight {

/// The property `profile` against what the CA's directory lists. An operator who waits is told;
/// an automatic run orders without it, since a certificate must not expire because a
/// CA withdrew a profile.
void check_profile(const ca::Context& context, ca::IssueJob& job, const ca::Request& request);

/// Let's Encrypt certifies public addresses only, and only with its profile `shortlived`
/// (docs/design.md 7.4); others are deferred. What other CAs want is theirs to say.
void check_addresses(ca::IssueJob& job);

/// How many names one certificate of this CA may have, as far as it is known: Let's Encrypt's 100,
/// and 25 with its newer profiles (docs/design.md 7.4). Pure.
std::size_t most_names(std::string_view server, std::string_view profile);

/// Names beyond that are deferred. What the certificate covers already stays; then the order of the
/// app's domains counts.
void check_count_of_names(ca::IssueJob& job);

}  // namespace preflight
