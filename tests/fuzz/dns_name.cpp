// A name that is accepted is safe in nginx's configuration, and accepted again as it is.

#include "dns/domain_name.h"
#include "fuzz/fuzz_target.h"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto name = dns::DnsName::parse(fuzz::as_text(data, size));
    if (!name) {
        fuzz::expect(!name.error().message.empty());
        return 0;
    }
    fuzz::expect(name->str().size() <= 253);
    const std::string base_name = name->base_name();
    fuzz::expect(base_name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-.") ==
                 std::string::npos);
    fuzz::expect(base_name.find('.') != std::string::npos);
    const auto again = dns::DnsName::parse(name->str());
    fuzz::expect(again.has_value() && *again == *name);
    return 0;
}
