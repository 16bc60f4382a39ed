#pragma once

#include <cstdlib>
#include <string>

namespace test {

/// The PATH of the environment while this lives; afterwards it is what it was before.
class SearchPath {
  public:
    explicit SearchPath(const std::string& folders) {
        if (const char* path = std::getenv("PATH")) before_ = path;
        ::setenv("PATH", folders.c_str(), 1);
    }
    SearchPath(const SearchPath&) = delete;
    SearchPath& operator=(const SearchPath&) = delete;
    SearchPath(SearchPath&&) = delete;
    SearchPath& operator=(SearchPath&&) = delete;
    ~SearchPath() { ::setenv("PATH", before_.c_str(), 1); }

    /// With a folder before those of now.
    static std::string with_first(const std::string& folder) {
        const char* path = std::getenv("PATH");
        return path == nullptr ? folder : folder + ":" + path;
    }

  private:
    std::string before_;
};

}  // namespace test
