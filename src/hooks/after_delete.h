#pragma once

#include "dokku/app.h"
#include "dokku/environment.h"
#include "dokku/log.h"

namespace hooks {

/// `post-delete APP`: an app is being destroyed. Its properties, its state and its traces outside
/// of its folder go; each that does not is a warning. The ledger of orders and the record of issued
/// certificates stay, since a CA does not forget either.
void after_delete(const dokku::Environment& environment, const dokku::Log& log,
                  const dokku::AppName& app);

}  // namespace hooks
