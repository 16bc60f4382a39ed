#include "serving/nginx_snapshot.h"

#include "nginx/listen.h"

namespace serving {

NginxSnapshot::NginxSnapshot() : NginxSnapshot(nginx::read_nginx_config(nginx::kNginxMainConfig)) {}

NginxSnapshot::NginxSnapshot(const std::vector<nginx::NginxDirective>& config)
    : servers_(nginx::find_servers(config)),
      listening_(nginx::read_listening(80)),
      pid_file_(nginx::nginx_pid_file(config)) {
    for (const auto& server : servers_)
        vhosts_[server.file].push_back(server);
}

const std::vector<nginx::NginxServer>& NginxSnapshot::servers_in(const base::Path& file) const {
    static const std::vector<nginx::NginxServer> kNone;
    const auto found = vhosts_.find(file);
    return found == vhosts_.end() ? kNone : found->second;
}

const std::vector<nginx::ListenPair>& NginxSnapshot::pairs(const std::vector<std::string>& bind) {
    const auto [known, is_new] = pairs_.try_emplace(bind);
    if (is_new) known->second = nginx::choose_listen_pairs(servers_, listening_, bind);
    return known->second;
}

std::vector<std::string> NginxSnapshot::addresses(const std::vector<nginx::ListenPair>& pairs) {
    std::vector<std::string> addresses;
    for (const auto& pair : pairs) {
        const auto [known, is_new] = loopbacks_.try_emplace(pair);
        if (is_new) known->second = nginx::loopback_for(pair, servers_);
        if (!known->second.empty()) addresses.push_back(known->second);
    }
    return addresses;
}

}  // namespace serving
