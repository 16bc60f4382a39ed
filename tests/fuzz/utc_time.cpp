// Dates of RFC 3339 and HTTP: what is read as a year of four digits is written and read back.

#include "base/utc_time.h"

#include <optional>

#include "fuzz/fuzz_target.h"

namespace {

void check(std::optional<base::UtcTime> time) {
    // An offset may lead out of the years that RFC 3339 can write.
    if (!time || *time < base::from_unix(-62'167'219'200) ||
        *time > base::from_unix(253'402'300'799)) {
        return;
    }
    fuzz::expect(base::parse_rfc3339(base::to_rfc3339(*time)) == time);
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto text = fuzz::as_text(data, size);
    check(base::parse_rfc3339(text));
    check(base::parse_http_date(text));
    return 0;
}
