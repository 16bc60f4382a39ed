#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "base/unique_fd.h"
#include "dns/resolver.h"

namespace test {

/// A name as length bytes and labels; no escapes.
std::string dns_name(std::string_view name);

/// A record's bytes: `data` is the RDATA.
std::string dns_record(std::string_view name, dns::RecordType type, std::string_view data);

std::string a_record(std::string_view name, const std::string& ip);
std::string aaaa_record(std::string_view name, const std::string& ip);
std::string cname_record(std::string_view name, std::string_view target);
std::string ns_record(std::string_view name, std::string_view host);
std::string soa_record(std::string_view name);
std::string txt_record(std::string_view name, const std::vector<std::string>& strings);
std::string caa_record(std::string_view name, unsigned flags, std::string_view tag,
                       std::string_view value);

/// What the server answers.
struct DnsReply {
    std::vector<std::string> records;  ///< answer section
    unsigned code = 0;                 ///< RCODE
    bool authoritative = true;
    std::vector<std::string> authority = {};
    std::vector<std::string> additional = {};
    bool truncated_by_udp = false;  ///< by UDP only the TC bit; all by TCP
    bool silent = false;            ///< nothing at all
    bool silent_by_tcp = false;     ///< accepted, but not answered
    std::chrono::milliseconds delay_by_tcp{0};
    bool broken = false;  ///< a record that ends too early
};

inline constexpr unsigned kServFail = 2;
inline constexpr unsigned kNxDomain = 3;
inline constexpr unsigned kNotImp = 4;
inline constexpr unsigned kRefused = 5;

struct DnsQuestion {
    std::string name;
    unsigned type = 0;
    bool by_tcp = false;
    bool recursion_desired = false;
    bool checking_disabled = false;
};

/// A name server on loopback, by UDP and TCP at the same port. It has what it was told; any other
/// type of a name that it knows is no data, any other name NXDOMAIN.
class DnsServer {
  public:
    /// Port 0: a free one. Any address of 127.0.0.0/8, or ::1.
    explicit DnsServer(std::string ip = "127.0.0.1", std::uint16_t port = 0);
    DnsServer(const DnsServer&) = delete;
    DnsServer& operator=(const DnsServer&) = delete;
    DnsServer(DnsServer&&) = delete;
    DnsServer& operator=(DnsServer&&) = delete;
    ~DnsServer();

    dns::ServerAddress address() const { return {ip_, port_}; }
    std::uint16_t port() const { return port_; }

    /// The replies to this question in their order; the last one stays.
    void answer(const std::string& name, dns::RecordType type, std::vector<DnsReply> replies);
    void answer(const std::string& name, dns::RecordType type, DnsReply reply) {
        answer(name, type, std::vector<DnsReply>{std::move(reply)});
    }
    /// The reply to that question where it comes with the CD bit, as of a server that validates.
    void answer_unchecked(const std::string& name, dns::RecordType type, DnsReply reply);
    /// To whatever it was not told about.
    void otherwise(DnsReply reply);

    /// A packet that was answered and comes again from the same socket is not counted again.
    std::vector<DnsQuestion> questions() const;
    /// How many questions of that name and type came.
    std::size_t asked(const std::string& name, dns::RecordType type) const;

  private:
    void serve();
    void serve_udp();
    void serve_tcp();
    /// Empty: no answer.
    std::string reply_to(std::string_view message, bool by_tcp);
    DnsReply next_reply(const DnsQuestion& question);

    std::string ip_;
    std::uint16_t port_ = 0;
    base::UniqueFd udp_;
    base::UniqueFd tcp_;
    std::atomic<bool> stopping_ = false;
    mutable std::mutex mutex_;
    std::map<std::pair<std::string, unsigned>, std::vector<DnsReply>> replies_;
    std::map<std::pair<std::string, unsigned>, DnsReply> unchecked_;
    DnsReply otherwise_;
    bool has_otherwise_ = false;
    std::vector<DnsQuestion> questions_;
    std::map<std::pair<std::uint16_t, std::string>, std::string> answered_;  ///< by UDP
    std::vector<base::UniqueFd> held_;  ///< connections that get no answer
    std::thread thread_;
};

}  // namespace test
