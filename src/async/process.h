#pragma once

#include "async/task.h"
#include "base/process.h"
#include "base/result.h"

namespace async {

/// base::run() for a flow: runs a program to its end while others go on. It has a process group of
/// its own: past the deadline, what it started in turn is ended with it, and so it is when this is
/// cancelled (killed at once then). Its sinks are called by the loop. Fails as `run` does.
Task<base::Result<base::Exit>> run_process(base::Command command);

}  // namespace async
