#include "base/path.h"

#include <cerrno>
#include <string>
#include <system_error>

namespace base {

Error io_error(std::string_view what, const Path& path, int error_number) {
    return Error{error_number == ENOENT ? ErrorKind::not_found : ErrorKind::io,
                 std::string{what} + " " + path.string() + ": " +
                     std::generic_category().message(error_number),
                 std::nullopt,
                 {}};
}

}  // namespace base
