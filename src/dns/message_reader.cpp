#include <arpa/inet.h>
#include <array>
#include <netinet/in.h>

#include "base/text.h"
#include "dns/message.h"

namespace dns {
namespace {

constexpr std::size_t kHeaderBytes = 12;
constexpr std::size_t kMaxMessageBytes = 65535;  // what the length before a TCP message can say
constexpr std::size_t kMaxNameBytes = 255;       // RFC 1035 section 2.3.4, with length bytes
constexpr unsigned kClassIn = 1;

void add_label(std::string& name, std::string_view label) {
    if (!name.empty()) name += '.';
    for (const char c : label) {
        const auto byte = static_cast<unsigned char>(c);
        if (c == '.' || c == '\\') {
            name += '\\';
            name += c;
        } else if (byte > 0x20 && byte < 0x7f) {
            name += c;
        } else {
            name += '\\';
            for (const unsigned unit : {100U, 10U, 1U})
                name += static_cast<char>('0' + byte / unit % 10);
        }
    }
}

std::optional<std::string> to_address(std::string_view data, int family, std::size_t size) {
    std::array<char, INET6_ADDRSTRLEN> text{};
    if (data.size() != size) return std::nullopt;
    if (::inet_ntop(family, data.data(), text.data(), text.size()) == nullptr) return std::nullopt;
    return text.data();
}

/// The joined strings of a TXT record.
std::optional<std::string> join_strings(std::string_view data) {
    std::string joined;
    while (!data.empty()) {
        const std::size_t length = static_cast<unsigned char>(data.front());
        data.remove_prefix(1);
        if (data.size() < length) return std::nullopt;
        joined += data.substr(0, length);
        data.remove_prefix(length);
    }
    return joined;
}

std::optional<Caa> to_caa(std::string_view data) {
    if (data.size() < 2) return std::nullopt;
    const auto flags = static_cast<unsigned char>(data[0]);
    const std::size_t tag_bytes = static_cast<unsigned char>(data[1]);
    data.remove_prefix(2);
    if (tag_bytes == 0 || data.size() < tag_bytes) return std::nullopt;
    return Caa{(flags & 0x80U) != 0, base::to_lower(data.substr(0, tag_bytes)),
               std::string{data.substr(tag_bytes)}};
}

Reply to_reply(unsigned code) {
    switch (code) {
        case 0:
            return Reply::answered;
        case 2:
            return Reply::server_failure;
        case 3:
            return Reply::no_such_name;
        case 4:
            return Reply::not_implemented;
        case 5:
            return Reply::refused;
        default:
            return Reply::other;
    }
}

/// A message, read from front to back. Every step says whether it found what must be there.
class Reader {
  public:
    explicit Reader(std::string_view message) : message_(message) {}

    std::optional<Answer> read() {
        if (message_.size() < kHeaderBytes || message_.size() > kMaxMessageBytes) return {};
        const unsigned flags = number_at(2);
        if ((flags & 0x8000U) == 0) return {};  // a question
        Answer answer;
        answer.authoritative = (flags & 0x0400U) != 0;
        answer.reply = to_reply(flags & 0xfU);
        at_ = kHeaderBytes;
        for (unsigned left = number_at(4); left > 0; --left) {
            if (!take_name(at_) || !has(4)) return {};
            at_ += 4;
        }
        if (!take_records(number_at(6), answer.records)) return {};
        if (!take_records(number_at(8), answer.authority)) return {};
        static_cast<void>(take_records(number_at(10), answer.additional));
        return answer;
    }

  private:
    bool has(std::size_t bytes) const { return message_.size() - at_ >= bytes; }

    unsigned byte_at(std::size_t at) const { return static_cast<unsigned char>(message_[at]); }

    unsigned number_at(std::size_t at) const { return byte_at(at) << 8U | byte_at(at + 1); }

    /// The name at `at`, which moves behind it. A pointer (RFC 1035 section 4.1.4) has to lead
    /// before the place that the last one led to, so each name ends.
    std::optional<std::string> take_name(std::size_t& at) const {
        std::string name;
        std::size_t place = at;
        std::size_t before = at;
        std::size_t end = 0;  // where the name ends at its own place; 0 until a pointer leaves that
        std::size_t wire_bytes = 1;
        while (place < message_.size() && byte_at(place) != 0) {
            const unsigned length = byte_at(place);
            if (message_.size() - place < 2) return {};
            if (length >= 0xc0U) {
                if (end == 0) end = place + 2;
                place = number_at(place) & 0x3fffU;
                if (place >= before) return {};
                before = place;
                continue;
            }
            if (length >= 0x40U) return {};  // reserved
            wire_bytes += length + 1;
            if (wire_bytes > kMaxNameBytes || message_.size() - place <= length) return {};
            add_label(name, message_.substr(place + 1, length));
            place += length + 1;
        }
        if (place >= message_.size()) return {};
        at = end == 0 ? place + 1 : end;
        return base::to_lower(name);
    }

    bool take_records(unsigned count, std::vector<Record>& records) {
        constexpr std::size_t kFixedBytes = 10;  // type, class, TTL, length
        for (; count > 0; --count) {
            auto name = take_name(at_);
            if (!name || !has(kFixedBytes)) return false;
            const unsigned type = number_at(at_);
            const unsigned record_class = number_at(at_ + 2);
            const std::size_t length = number_at(at_ + 8);
            at_ += kFixedBytes;
            if (!has(length)) return false;
            Record record{std::move(*name), static_cast<RecordType>(type), {}, {}};
            bool is_known = record_class == kClassIn;
            if (is_known && !take_value(length, record, is_known)) return false;
            at_ += length;
            if (is_known) records.push_back(std::move(record));
        }
        return true;
    }

    /// The value of `length` bytes at at_, which stays.
    bool take_value(std::size_t length, Record& record, bool& is_known) const {
        const std::string_view data = message_.substr(at_, length);
        std::optional<std::string> value;
        switch (record.type) {
            case RecordType::a:
                value = to_address(data, AF_INET, sizeof(in_addr));
                break;
            case RecordType::aaaa:
                value = to_address(data, AF_INET6, sizeof(in6_addr));
                break;
            case RecordType::ns:
            case RecordType::cname:
            case RecordType::soa: {
                std::size_t end = at_;
                value = take_name(end);
                if (end > at_ + length) return false;
                break;
            }
            case RecordType::txt:
                value = join_strings(data);
                break;
            case RecordType::caa:
                record.caa = to_caa(data);
                return record.caa.has_value();
            default:
                is_known = false;
                return true;
        }
        if (!value) return false;
        record.value = std::move(*value);
        return true;
    }

    std::string_view message_;
    std::size_t at_ = 0;
};

}  // namespace

base::Result<Answer> parse_answer(std::string_view message) {
    auto answer = Reader{message}.read();
    if (!answer) {
        return base::fail(base::ErrorKind::protocol, "a name server sent a broken message");
    }
    return std::move(*answer);
}

bool is_truncated(std::string_view message) {
    return message.size() >= kHeaderBytes && (static_cast<unsigned char>(message[2]) & 0x02U) != 0;
}

}  // namespace dns
