#include "cli/exit_code.h"

namespace cli {

ExitCode to_exit_code(base::ErrorKind kind) {
    switch (kind) {
        case base::ErrorKind::unknown_app:
            return ExitCode::unknown_app;
        case base::ErrorKind::busy:
            return ExitCode::busy;
        case base::ErrorKind::invalid_input:
        case base::ErrorKind::not_found:
        case base::ErrorKind::io:
        case base::ErrorKind::network:
        case base::ErrorKind::timeout:
        case base::ErrorKind::protocol:
        case base::ErrorKind::rejected:
        case base::ErrorKind::rate_limited:
        case base::ErrorKind::internal:
            return ExitCode::failed;
    }
    return ExitCode::failed;
}

}  // namespace cli
