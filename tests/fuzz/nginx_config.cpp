// A file of nginx's configuration: what is read holds together, and what our route needs of it can
// be written back.

#include "fuzz/fuzz_target.h"
#include "nginx/config.h"
#include "nginx/listen.h"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text = fuzz::as_text(data, size);
    const auto directives = nginx::parse_nginx_config(text, "/etc/nginx/nginx.conf");
    if (!directives) {
        fuzz::expect(directives.error().kind == base::ErrorKind::protocol);
        fuzz::expect(directives.error().message.starts_with("/etc/nginx/nginx.conf:"));
        return 0;
    }
    const auto servers = nginx::find_servers(*directives);
    for (const nginx::NginxServer& server : servers) {
        fuzz::expect(server.line > 0);
        for (const nginx::ListenPair& pair : server.listens)
            fuzz::expect(nginx::parse_listen(pair.to_string()) == pair);
    }
    for (const nginx::ListenPair& pair : nginx::choose_listen_pairs(servers, {}, {})) {
        fuzz::expect(pair.port == 80);
        fuzz::expect(nginx::parse_listen(pair.to_string()) == pair);
    }
    return 0;
}
