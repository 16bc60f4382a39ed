#include "ca/directory.h"

namespace ca {

acme::Outcome<acme::Directory> open_directory(Context& context, const std::string& url) {
    if (const auto kept = context.store.read_directory(url, context.clock.now())) {
        auto parsed = acme::parse_directory(*kept, url);
        if (parsed) return std::move(*parsed);
    }
    auto fetched = acme::fetch_directory(context.blocking_http, context.clock, url);
    if (!fetched) return fetched;
    // Without the copy the next run asks again, that is all.
    (void)context.store.write_directory(url, fetched->text);
    return fetched;
}

}  // namespace ca
