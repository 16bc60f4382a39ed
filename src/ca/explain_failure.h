#pragma once

#include <string>
#include <vector>

#include "acme/failure.h"
#include "dokku/app.h"
#include "dokku/log.h"

namespace ca {

/// What an operator needs to know of a failed order: the CA's own words (made safe for a terminal),
/// each name's part in it, what its cause means and what to do, when the CA can be asked again.
std::vector<std::string> explain(const acme::Failure& failure, std::string_view app);

/// The CA's words about one name, with the page that an operator has to open, on one line.
std::string reason_of(const acme::Subproblem& part);

/// Prints that, indented as the official plugin indents its client, and the rate limit's block.
void tell_failure(const dokku::Log& log, const acme::Failure& failure, const dokku::AppName& app);

}  // namespace ca
