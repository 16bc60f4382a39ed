#include "store/stuck_run.h"

namespace store {

std::optional<StuckRun> find_stuck_run(const base::Path& lock_file, std::chrono::hours longest) {
    const auto holder = base::find_lock_holder(lock_file);
    if (!holder || holder->held() < longest) return std::nullopt;
    return StuckRun{holder->process.pid,
                    std::chrono::duration_cast<std::chrono::hours>(holder->held())};
}

std::string to_text(const StuckRun& run) {
    const std::string held =
        run.held.count() > 0 ? "for " + std::to_string(run.held.count()) + " h" : "for some time";
    return "process " + std::to_string(run.pid) + ", " + held;
}

std::vector<std::string> steps_against(const StuckRun& run) {
    const std::string pid = std::to_string(run.pid);
    return {"Look at it with: ps -o pid,stat,lstart,args -p " + pid,
            "If it is suspended (T) let it go on with: sudo kill -CONT " + pid +
                ", else end it with: sudo kill -KILL " + pid +
                ". What it had begun is taken up by the next run."};
}

}  // namespace store
