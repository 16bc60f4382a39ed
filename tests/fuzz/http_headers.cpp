// The headers that a CA's answers are steered by: Retry-After, and Link with what it points at.

#include <string>

#include "base/asked_waits.h"
#include "base/utc_time.h"
#include "fuzz/fuzz_target.h"
#include "http/link.h"
#include "http/retry_after.h"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text = fuzz::as_text(data, size);
    const auto delay = http::parse_retry_after(text, base::from_unix(1'700'000'000));
    if (delay) fuzz::expect(delay->count() >= 0 && *delay <= base::kLongestAskedWait);

    const http::Response response{200, {{"link", std::string(text)}}, ""};
    const auto found = http::links(response, "alternate", "https://ca.example/cert/1");
    fuzz::expect(found.size() <= 16);
    for (const auto& url : found)
        fuzz::expect(!http::origin_of(url).empty());

    const std::string resolved = http::resolve_url(text, text);
    if (!resolved.empty()) fuzz::expect(!http::origin_of(resolved).empty());
    fuzz::expect(http::host_of(text).size() <= text.size());
    return 0;
}
