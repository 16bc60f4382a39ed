#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/file.h"
#include "base/result.h"

namespace nginx {

/// One directive of an nginx configuration, with its block if it has one. `include` directives stay
/// and their files' directives follow them.
struct NginxDirective {
    std::string name;
    std::vector<std::string> arguments;
    std::vector<NginxDirective> block;
    base::Path file;
    int line = 0;
};

/// Splits one configuration text. Quotes, escapes and comments as nginx has them; the body of a
/// `..._by_lua_block` is skipped. `protocol` with file and line for text that is unbalanced or
/// nests deeper than 32 blocks.
base::Result<std::vector<NginxDirective>> parse_nginx_config(std::string_view text,
                                                             const base::Path& file);

/// Where Debian's nginx begins to read.
inline constexpr const char* kNginxMainConfig = "/etc/nginx/nginx.conf";

/// Reads `main` and everything it includes (relative to the folder of `main`, as nginx does). Files
/// that cannot be read or parsed are left out: nginx itself is the judge of its configuration. An
/// include loop ends after 32 levels or 50,000 files.
std::vector<NginxDirective> read_nginx_config(const base::Path& main);

/// An address and port that nginx listens on. `address` is `*`, `[::]` or an IP address in its
/// shortest form, IPv6 in brackets.
struct ListenPair {
    std::string address;
    int port = 80;

    std::string to_string() const { return address + ":" + std::to_string(port); }
    bool is_ipv6() const { return address.starts_with('['); }
    bool is_wildcard() const { return address == "*" || address == "[::]"; }

    // clang-tidy 14 takes the defaulted comparison for one with a null pointer.
    friend auto operator<=>(const ListenPair&,
                            const ListenPair&) = default;  // NOLINT(*-use-nullptr)
};

/// The first argument of a `listen` directive. Nothing for what leads to no single known pair: unix
/// sockets, host names and ranges of ports.
std::optional<ListenPair> parse_listen(std::string_view text);

/// One server block.
struct NginxServer {
    std::vector<ListenPair> listens;      ///< what parse_listen cannot read is left out
    std::vector<ListenPair> tls_listens;  ///< those of them with `ssl`
    std::vector<std::string> names;
    base::Path file;
    int line = 0;

    bool listens_on(int port) const;
    bool has_name(std::string_view name) const;

    /// By a leading wildcard among its names: `*.x.test`, or `.x.test`, which also means `x.test`.
    bool has_wildcard_for(std::string_view name) const;
};

/// All server blocks below the directives, however deep (http { server } or a bare app file).
std::vector<NginxServer> find_servers(const std::vector<NginxDirective>& directives);

}  // namespace nginx
