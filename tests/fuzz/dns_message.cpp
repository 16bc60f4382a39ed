// Whatever a name server may send: it is refused, or every name in it can be asked for again and
// aliases come to an end.

#include "dns/message.h"
#include "fuzz/fuzz_target.h"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto answer = dns::parse_answer(fuzz::as_text(data, size));
    if (!answer) {
        fuzz::expect(answer.error().kind == base::ErrorKind::protocol);
        return 0;
    }
    constexpr std::size_t kLeastRecordBytes = 11;
    fuzz::expect(answer->records.size() + answer->authority.size() <= size / kLeastRecordBytes);
    constexpr std::size_t kLooks = 20;
    for (std::size_t i = 0; i < answer->records.size() && i < kLooks; ++i) {
        const dns::Record& record = answer->records[i];
        fuzz::expect(dns::to_plain_name(record.name) == record.name);
        fuzz::expect(
            dns::render_question(record.name, record.type, dns::Recursion::none).has_value());
        fuzz::expect(dns::parent_of(record.name).size() < record.name.size() + 1);
        fuzz::expect((record.type == dns::RecordType::caa) == record.caa.has_value());
        static_cast<void>(answer->end_of_aliases(record.name));
    }
    return 0;
}
