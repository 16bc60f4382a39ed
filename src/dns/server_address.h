#pragma once

#include <cstdint>
#include <string>

namespace dns {

/// The address of a name server.
struct ServerAddress {
    std::string ip;  ///< IPv4 or IPv6
    std::uint16_t port = 53;

    friend bool operator==(const ServerAddress&, const ServerAddress&) = default;
};

}  // namespace dns
