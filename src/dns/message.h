#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace dns {

// Names are text in lower case without the final dot, "" for the root. A dot or backslash inside a
// label is `\.` or `\\`, a byte that is no printable ASCII `\DDD` (RFC 4343 section 2.1).

/// Record types that we ask for (IANA numbers).
enum class RecordType : std::uint16_t {
    a = 1,
    ns = 2,
    cname = 5,
    soa = 6,
    txt = 16,
    aaaa = 28,
    caa = 257,
};

/// A CAA property (RFC 8659 section 4.1).
struct Caa {
    bool critical = false;  ///< who does not understand the tag must not issue
    std::string tag;        ///< lower case: issue, issuewild, iodef, ...
    std::string value;      ///< bytes as they came

    friend bool operator==(const Caa&, const Caa&) = default;
};

/// One record of an answer.
struct Record {
    std::string name;
    RecordType type = RecordType::a;
    /// An address as text; the name that NS and CNAME lead to; the primary server of a SOA; the
    /// joined strings of a TXT record. Empty for CAA.
    std::string value;
    std::optional<Caa> caa;  ///< of a CAA record
};

/// What a name server said (RFC 1035 section 4.1.1, RCODE). Only the first two tell something about
/// the name.
enum class Reply {
    answered,         ///< with records, or with none: the name may still have others
    no_such_name,     ///< NXDOMAIN: there are no records of any type, nor names below
    server_failure,   ///< SERVFAIL
    not_implemented,  ///< NOTIMP
    refused,          ///< REFUSED
    other,            ///< FORMERR and what came later
};

struct Answer {
    Reply reply = Reply::other;
    bool authoritative = false;     ///< the AA bit: the server speaks for the zone
    std::vector<Record> records;    ///< answer section; types that we do not ask for are left out
    std::vector<Record> authority;  ///< authority section, likewise
    std::vector<Record> additional{};  ///< additional section, as far as it can be read
    std::string server;                ///< the address of who said it; a Resolver knows

    /// Whether it says something about the name at all.
    bool is_finding() const { return reply == Reply::answered || reply == Reply::no_such_name; }

    /// Where the aliases (CNAME) in `records` lead from that name; the name itself if it has none.
    /// For no_such_name it is this name that does not exist.
    std::string end_of_aliases(std::string_view name) const;

    /// The values of that type which belong to exactly that name. CAA: see caa_of.
    std::vector<std::string> values_of(std::string_view name, RecordType type) const;

    std::vector<Caa> caa_of(std::string_view name) const;
};

/// Whether the server shall ask others for what it does not know itself (the RD bit).
enum class Recursion { desired, none };

/// Whether a server that validates DNSSEC shall do so. `disabled` (the CD bit, RFC 4035 section
/// 3.2.2): it tells what it has, valid or not.
enum class Checking { enabled, disabled };

/// A question as a message (RFC 1035 section 4) with a random ID. A final dot of `name` is
/// optional. `invalid_input` if no message can hold the name.
base::Result<std::string> render_question(std::string_view name, RecordType type,
                                          Recursion recursion,
                                          Checking checking = Checking::enabled);

/// Reads an answer from anywhere: nothing is read outside of `message`, and compression pointers
/// only lead backwards. `protocol` if it is broken or no answer.
base::Result<Answer> parse_answer(std::string_view message);

/// Whether the message says that more of it comes by TCP only (the TC bit).
bool is_truncated(std::string_view message);

/// Lower case, without a final dot that is not escaped.
std::string to_plain_name(std::string_view name);

/// The labels behind the first one; "" for a single label and for the root.
std::string_view parent_of(std::string_view name);

}  // namespace dns
