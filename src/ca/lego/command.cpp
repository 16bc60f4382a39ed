#include "ca/lego/command.h"

#include "base/text.h"
#include "crypto/digest.h"

namespace ca {

std::string render_lego_command(const settings::Settings& settings,
                                const std::vector<std::string>& domains) {
    std::string line = settings.uses_dns() ? "--dns " + settings.dns_provider.computed + " "
                                           : "--http --http.webroot /webroot ";
    line += "--pem --accept-tos --cert.timeout 30 --path /certs --server " +
            settings.server.computed + " --email " + settings.account_email() + " " +
            settings.lego_args.computed + " ";
    for (const std::string& domain : domains)
        line += " --domains " + domain;
    return line;
}

std::optional<std::string> last_value_of(std::string_view lego_command, std::string_view flag) {
    std::optional<std::string> value;
    const auto words = base::split_words(lego_command);
    const std::string joined = std::string{flag} + "=";
    for (std::size_t i = 0; i < words.size(); ++i) {
        if (words[i] == flag && i + 1 < words.size()) value = words[i + 1];
        if (words[i].starts_with(joined)) value = words[i].substr(joined.size());
    }
    return value;
}

std::string config_hash(std::string_view lego_command, std::string_view docker_options) {
    return crypto::sha1_hex(std::string{lego_command} + " " + std::string{docker_options} + "\n");
}

}  // namespace ca
