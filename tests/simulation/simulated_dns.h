#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "async/task.h"
#include "base/utc_time.h"
#include "dns/transport.h"
#include "simulation/dice.h"

namespace simulation {

/// Where this host is, and where names lead that do not lead here.
inline constexpr const char* kHere = "203.0.113.10";
inline constexpr const char* kElsewhere = "198.51.100.9";

/// What the DNS says of a name.
enum class NameLeads {
    here,
    elsewhere,     ///< another host, which answers 404
    into_silence,  ///< another address, at which no host answers
    nowhere,       ///< NXDOMAIN
    broken,        ///< SERVFAIL
};

/// The zones of the world, which come, go and lie.
class SimulatedDns {
  public:
    /// Unknown names lead nowhere.
    NameLeads leads(const std::string& name) const;
    void set(const std::string& name, NameLeads where, base::UtcTime now);
    /// For how long the name has led here; zero if it does not.
    std::chrono::seconds here_for(const std::string& name, base::UtcTime now) const;
    bool knows(const std::string& name) const { return names_.contains(name); }

    /// The resolver of this host says nothing; other resolvers, a CA's, do.
    void set_silent(bool is_silent) { is_silent_ = is_silent; }
    bool is_silent() const { return is_silent_; }
    /// The resolver of this host still says NXDOMAIN of names that are new.
    void set_stale(bool is_stale) { is_stale_ = is_stale; }

    /// The message that answers another; empty: none comes. `is_own`: asked of this host's
    /// resolver, not of a zone's name server.
    std::string reply_to(const std::string& message, bool is_own) const;

  private:
    struct Known {
        NameLeads leads = NameLeads::nowhere;
        base::UtcTime since{};
    };

    std::map<std::string, Known> names_;
    bool is_silent_ = false;
    bool is_stale_ = false;
};

/// The way of one process to name servers.
class DnsTransport final : public dns::Transport {
  public:
    DnsTransport(const SimulatedDns& dns, Dice& dice) : dns_(dns), dice_(dice) {}

    async::Task<base::Result<std::string>> exchange(dns::ServerAddress server, std::string question,
                                                    dns::Protocol protocol,
                                                    std::chrono::milliseconds patience) override;
    base::Result<std::vector<dns::ServerAddress>> system_servers() const override;
    async::Loop::Moment now() const override;

  private:
    const SimulatedDns& dns_;
    Dice& dice_;
};

}  // namespace simulation
