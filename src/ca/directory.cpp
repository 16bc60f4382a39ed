#include "ca/directory.h"

namespace ca {

async::Task<acme::Outcome<acme::Directory>> open_directory(Context& context, std::string url) {
    if (const auto kept = context.store.read_directory(url, context.clock.now())) {
        auto parsed = acme::parse_directory(*kept, url);
        if (parsed) co_return std::move(*parsed);
    }
    auto fetched = co_await acme::fetch_directory(context.http, context.clock, url);
    if (!fetched) co_return fetched;
    // Without the copy the next run asks again, that is all.
    (void)context.store.write_directory(url, fetched->text);
    co_return fetched;
}

}  // namespace ca
