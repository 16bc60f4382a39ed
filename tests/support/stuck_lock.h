#pragma once

#include <chrono>
#include <filesystem>
#include <fstream>

#include "base/lock.h"

namespace test {

/// A lock that this process has held for so long already.
class StuckLock {
  public:
    StuckLock(const std::filesystem::path& file, std::chrono::hours held)
        : folder_(std::filesystem::create_directories(file.parent_path())),
          lock_(base::FileLock::try_acquire(file).value()) {
        // In place: another file would be another lock.
        std::ofstream{file} << base::to_text(base::this_process()) << " "
                            << (base::time_since_boot() - held).count() << "\n";
    }

  private:
    bool folder_;
    base::FileLock lock_;
};

}  // namespace test
