#pragma once

#include <string>
#include <vector>

#include "ca/context.h"
#include "ca/issue_job.h"
#include "ca/session.h"

namespace orders {

/// Where an app's orders are tried out first: the staging CA of Let's Encrypt for its production
/// CA, or the URL that property `rehearse` names; "" for nowhere.
std::string rehearsal_server(const settings::Settings& settings);

/// Does what a CA refused tell of these names, and not of the account, its profile or the key
/// there?
bool is_verdict(const acme::Failure& failure, const std::vector<std::string>& names);

/// After two failed tries of a name whose validation the CA refused, a certificate is first ordered
/// where failures cost nothing. A job that fails there fails; what is issued there is thrown away.
/// A rehearsal that cannot be held (no answer) does not keep the job from its real order. Returns
/// whether there was one: the route of a job that failed there still answers for the account of the
/// rehearsal.
bool rehearse(ca::Context& context, ca::CaSessions& sessions,
              const std::vector<ca::IssueJob*>& jobs);

}  // namespace orders
