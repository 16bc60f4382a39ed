#pragma once

#include <cstddef>
#include <string>

#include "ca/issue_job.h"

namespace orders {

/// What has become of the app, for those who watch a run over several:
/// `shop renewed, valid until 2027-02-20 09:00 UTC`.
std::string describe_end(const ca::IssueJob& job);

/// `[ 37/200] ` before the line on a terminal, nothing before it in a log.
std::string count_of(std::size_t ended, std::size_t all, bool on_terminal);

}  // namespace orders
