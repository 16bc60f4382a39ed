#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "nginx/config.h"

namespace nginx {

/// The addresses that something listens on at `port`, from the text of /proc/net/tcp or tcp6
/// (proc(5)): `*`, `[::]`, `192.0.2.1`, `[2001:db8::1]`.
std::vector<std::string> parse_listening(std::string_view proc_net_tcp, int port);

/// parse_listening over both of this host's tables.
std::vector<std::string> read_listening(int port);

/// The pairs on port 80 for a server block of our own: exactly those that nginx already has there
/// (docs/design.md 4.6). A new wildcard beside specific addresses would pass `nginx -t` and fail
/// every later reload; a new specific address would take that address away from every other app.
/// `servers` are all that nginx reads, `listening` what the kernel says for port 80 (a pair in a
/// file that nginx has not loaded is left out), `bind_addresses` the app's own, used (else the two
/// wildcards) only when nothing listens on port 80 at all.
std::vector<ListenPair> choose_listen_pairs(const std::vector<NginxServer>& servers,
                                            const std::vector<std::string>& listening,
                                            const std::vector<std::string>& bind_addresses);

/// Where to connect on this host to reach a server block with this pair, without brackets: the
/// address itself, or for a wildcard a loopback address of its family on which none of `servers`
/// (all that nginx reads) listens by itself, since nginx would ask only those there. Empty if there
/// is none.
std::string loopback_for(const ListenPair& pair, const std::vector<NginxServer>& servers);

}  // namespace nginx
