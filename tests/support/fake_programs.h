#pragma once

#include <cstdlib>
#include <filesystem>
#include <string>

#include "support/dokku_host.h"
#include "support/temp_dir.h"

namespace test {

/// A `plugn` and a `dokku` first on the PATH that are the given shell script.
class FakePrograms {
  public:
    explicit FakePrograms(const std::string& script) {
        if (const char* path = std::getenv("PATH")) path_before_ = path;
        for (const char* name : {"plugn", "dokku"}) {
            DokkuHost::write(folder_ / name, "#!/bin/sh\n" + script + "\n");
            std::filesystem::permissions(folder_ / name, std::filesystem::perms::owner_all);
        }
        ::setenv("PATH", (folder_.path().string() + ":" + path_before_).c_str(), 1);
    }
    FakePrograms(const FakePrograms&) = delete;
    FakePrograms& operator=(const FakePrograms&) = delete;
    FakePrograms(FakePrograms&&) = delete;
    FakePrograms& operator=(FakePrograms&&) = delete;
    ~FakePrograms() { ::setenv("PATH", path_before_.c_str(), 1); }

    std::filesystem::path operator/(const std::string& name) const { return folder_ / name; }

  private:
    TempDir folder_;
    std::string path_before_;
};

}  // namespace test
