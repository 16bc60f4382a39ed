#pragma once

#include <filesystem>
#include <string>

#include "support/dokku_host.h"
#include "support/search_path.h"
#include "support/temp_dir.h"

namespace test {

/// A `plugn` and a `dokku` first on the PATH that are the given shell script.
class FakePrograms {
  public:
    explicit FakePrograms(const std::string& script) {
        for (const char* name : {"plugn", "dokku"}) {
            DokkuHost::write(folder_ / name, "#!/bin/sh\n" + script + "\n");
            std::filesystem::permissions(folder_ / name, std::filesystem::perms::owner_all);
        }
    }

    std::filesystem::path operator/(const std::string& name) const { return folder_ / name; }

  private:
    TempDir folder_;
    SearchPath path_{SearchPath::with_first(folder_.path())};
};

}  // namespace test
