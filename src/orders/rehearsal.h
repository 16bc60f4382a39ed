#pragma once

#include <optional>
#include <string>
#include <vector>

#include "async/task.h"
#include "ca/context.h"
#include "ca/issue_job.h"
#include "ca/session.h"

namespace orders {

// After two failed tries of a name whose validation the CA refused, a certificate is first ordered
// where failures cost nothing. A job that fails there fails; what is issued there is thrown away. A
// rehearsal that cannot be held (no answer) does not keep the job from its real order.

/// Where an app's orders are tried out first: the staging CA of Let's Encrypt for its production
/// CA, or the URL that property `rehearse` names; "" for nowhere.
std::string rehearsal_server(const ca::IssueJob& job);

/// Does what a CA refused tell of these names, and not of the account, its profile or the key
/// there?
bool is_verdict(const acme::Failure& failure, const std::vector<std::string>& names);

/// If one is to be held for the job, that has the staging CA and our account there from now on, and
/// the CA that it had is returned; the challenge's route is to be switched on anew.
async::Task<std::optional<ca::ChosenCa>> begin_rehearsal(const ca::Context& context,
                                                         ca::CaSessions& sessions,
                                                         ca::IssueJob& job);

/// Orders there. The job has failed afterwards, or is as before.
async::Task<void> rehearse_order(const ca::Context& context, ca::CaSessions& sessions,
                                 ca::IssueJob& job);

/// The real CA again.
void end_rehearsal(ca::ChosenCa real, ca::IssueJob& job);

}  // namespace orders
