#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "async/task.h"
#include "base/result.h"
#include "ca/context.h"
#include "nginx/service.h"
#include "renewal/ca_inquiries.h"

namespace serving {

/// `nginx -t`. Certificates that nginx cannot load are put right on the way where that can be done
/// (check_pair.h, missing_pair.h), each app's once; a pair that another command is taking away is
/// waited for, at most `patience`. Nothing if nginx has no complaint left; `io` if it cannot be
/// asked.
async::Task<base::Result<std::optional<nginx::NginxComplaint>>> test_and_mend(
    renewal::CaInquiries& inquiries, std::chrono::seconds patience);

/// How long taking a pair away may take.
inline constexpr std::chrono::seconds kRemovalPatience{10};

/// The same as an error of kind `rejected`: which app is to blame, file and line, and after `steps`
/// what to type.
base::Error explain_complaint(const ca::Context& context, const nginx::NginxComplaint& complaint,
                              std::vector<std::string> steps);

/// `nginx -t` before anything is written: if some app's configuration is broken already, nothing is
/// ordered for any app (cause blocked-by). `rejected` names that app, file and line; `io` if nginx
/// cannot be asked.
async::Task<base::Result<void>> require_valid_nginx(const ca::Context& context);

/// For the scheduled run, which answers for the host: the same where nothing is to be ordered. What
/// nginx still complains about is told; returns whether that is nothing. Where nginx cannot be
/// asked, that is told and no complaint.
async::Task<bool> mend_nginx(renewal::CaInquiries& inquiries);

/// For every other run: looks, by files alone, for vhosts of any app whose certificate files are
/// missing. Only where there is one, nginx is asked, and what it complains about put right.
async::Task<void> mend_missing_pairs(renewal::CaInquiries& inquiries);

}  // namespace serving
