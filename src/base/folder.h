#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/file.h"
#include "base/unique_fd.h"

namespace base {

/// A folder that was opened once and stays that one, whatever becomes of its path. What is written
/// below path() comes into this folder or nowhere: not into one that was made under the same name
/// meanwhile, nor through a link that was put in its place. Once the folder is removed, writing
/// fails with `not_found`.
class Folder {
  public:
    /// Links in `path` are followed. `not_found` if there is none, `io` if it is no folder.
    static Result<Folder> open(const Path& path);

    /// Where the functions of base/file.h and base/directory.h find this very folder. Only for
    /// this process: no program that it starts knows the path, and no link may hold it.
    Path path() const;

    /// As it was opened: what an operator knows.
    const Path& name() const { return name_; }

    /// Does `path` lead to this very folder now?
    bool is_at(const Path& path) const;

    /// Closes it, so that thousands can be kept in mind. It is not held then: path() leads nowhere,
    /// and it has to stay at its name.
    void rest() { fd_.reset(); }

    /// Opens it again, if it rested. `not_found` if its name leads to another one by now.
    Result<void> wake();

    bool is_awake() const { return static_cast<bool>(fd_); }

    /// The same failure with the operator's name of the folder instead of path().
    Error readable(Error error) const;

  private:
    /// What no other folder has, also not one that gets the same inode later.
    struct Identity {
        std::uint64_t device = 0;
        std::uint64_t inode = 0;
        std::int64_t born_ns = 0;  ///< 0 where the file system does not know

        friend bool operator==(const Identity&, const Identity&) = default;
    };

    Folder(UniqueFd fd, Path name, Identity identity)
        : fd_(std::move(fd)), name_(std::move(name)), identity_(identity) {}

    static std::optional<Identity> identify(int folder, const char* path);

    UniqueFd fd_;
    Path name_;
    Identity identity_;
};

}  // namespace base
