#pragma once

#include "async/task.h"
#include "ca/context.h"
#include "ca/issue_job.h"
#include "ca/request.h"

namespace preflight {

// What is asked about each name before an order is spent on it (docs/design.md 4.3). A name that
// does not pass is deferred: the others go on. An app whose property `preflight` is `off` passes.

/// Where the names lead. One that leads nowhere is deferred (dns-missing), and so is one that no CA
/// could look up (dns-broken); what no name server would say is no finding. But while no name
/// server says anything at all, an automatic or scheduled run defers a name that was never ordered
/// (resolver-silent). Not for DNS-01.
async::Task<void> check_dns(const ca::Context& context, ca::IssueJob& job,
                            const ca::Request& request);

/// May the CA issue for the names? One whose CAA records forbid it is deferred (caa), and so is one
/// whose records the CA could not look up (dns-broken).
async::Task<void> check_caa(const ca::Context& context, ca::IssueJob& job);

/// With the challenge's route on: a random token is fetched by name at each address that the name
/// has, as the CA would, all side by side. One that others answer for is deferred (other-server,
/// aaaa-mismatch, proxied, redirected, port-closed). What hairpin NAT could explain is a warning.
/// Not for DNS-01.
async::Task<void> check_reachability(ca::Context& context, ca::IssueJob& job);

}  // namespace preflight
