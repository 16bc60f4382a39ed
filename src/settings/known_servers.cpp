#include "settings/known_servers.h"

#include <algorithm>
#include <array>

#include "base/ip_address.h"
#include "base/text.h"
#include "base/url.h"

namespace settings {
namespace {

constexpr std::array<KnownServer, 6> kServers{{
    {"default", kProductionServer},
    {"staging", kStagingServer},
    {"zerossl", "https://acme.zerossl.com/v2/DV90", true},
    {"google", "https://dv.acme-v02.api.pki.goog/directory", true},
    {"sslcom", "https://acme.ssl.com/sslcom-dv-ecc", true, true, true},
    {"actalis", "https://acme-api.actalis.com/acme/directory", true, true},
}};

constexpr std::string_view kWww = "www.";

bool is_one_site(const std::vector<std::string>& names) {
    if (names.empty()) return true;
    std::string_view site = *std::min_element(
        names.begin(), names.end(),
        [](const auto& one, const auto& other) { return one.size() < other.size(); });
    if (site.starts_with("*.") || base::to_canonical_ip(site)) return false;
    return std::all_of(names.begin(), names.end(), [&](std::string_view name) {
        if (name == site) return true;
        return name.starts_with(kWww) && name.substr(kWww.size()) == site;
    });
}

}  // namespace

std::span<const KnownServer> known_servers() {
    return kServers;
}

const KnownServer* find_known_server(std::string_view url) {
    const auto known = std::find_if(kServers.begin(), kServers.end(), [&](const KnownServer& one) {
        return base::is_same_place(one.url, url);
    });
    return known == kServers.end() ? nullptr : &*known;
}

std::string server_url(std::string_view name_or_url) {
    const auto known = std::find_if(kServers.begin(), kServers.end(), [&](const KnownServer& one) {
        return one.name == name_or_url;
    });
    return std::string{known == kServers.end() ? name_or_url : known->url};
}

bool can_issue(const KnownServer* server, const std::vector<std::string>& names) {
    return server == nullptr || !server->only_one_site || is_one_site(names);
}

std::string describe_offer(const KnownServer& server) {
    if (!server.only_one_site) return {};
    std::string offer =
        std::string{server.name} +
        " issues free certificates for one name and its www alone, and no wildcards";
    if (server.may_sell) {
        offer += "; where its customer account has money it sells one for a year instead";
    }
    return offer;
}

std::string some_of(const std::vector<std::string>& names) {
    constexpr std::size_t kShown = 3;
    std::vector<std::string> shown;
    for (std::size_t i = 0; i < names.size() && i < kShown; ++i)
        shown.push_back(base::printable(names[i]));
    const std::string text = base::join(shown, ", ");
    const std::size_t more = names.size() - shown.size();
    return more > 0 ? text + " and " + std::to_string(more) + " more" : text;
}

bool is_staging_server(std::string_view directory_url) {
    const auto url = base::parse_url(directory_url);
    return url && (url->host.find("staging") != std::string::npos ||
                   url->host.find(".test-api.") != std::string::npos);
}

}  // namespace settings
