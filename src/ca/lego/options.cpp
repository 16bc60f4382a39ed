#include "ca/lego/options.h"

#include <cstdlib>
#include <functional>
#include <set>

#include "base/file.h"
#include "base/text.h"

namespace ca {
namespace {

/// One `--flag`, `--flag=value` or `--flag value` of a word list.
class Words {
  public:
    explicit Words(const std::vector<std::string>& words) : words_(words) {}

    bool next() {
        if (at_ >= words_.size()) return false;
        const std::string& word = words_[at_++];
        const auto equals = word.find('=');
        const bool joined = word.starts_with("-") && equals != std::string::npos;
        flag_ = joined ? word.substr(0, equals) : word;
        joined_value_ = joined ? std::optional{word.substr(equals + 1)} : std::nullopt;
        return true;
    }

    const std::string& flag() const { return flag_; }

    std::string value() {
        if (joined_value_) return *joined_value_;
        return at_ < words_.size() ? words_[at_++] : "";
    }

    /// A switch: present, unless it says `=false`.
    bool is_on() const { return joined_value_.value_or("true") != "false"; }

  private:
    const std::vector<std::string>& words_;
    std::size_t at_ = 0;
    std::string flag_;
    std::optional<std::string> joined_value_;
};

/// Whole seconds, as a number or as Go writes durations: `90`, `90s`, `2m`, `1m30s`.
std::optional<std::chrono::seconds> parse_duration(std::string_view text) {
    if (const auto number = base::parse_integer(text)) {
        return *number < 0 ? std::nullopt : std::optional{std::chrono::seconds{*number}};
    }
    if (text.empty()) return std::nullopt;
    std::chrono::seconds total{0};
    while (!text.empty()) {
        const auto unit = text.find_first_not_of("0123456789");
        if (unit == 0 || unit == std::string_view::npos) return std::nullopt;
        const auto number = base::parse_integer(text.substr(0, unit));
        if (!number) return std::nullopt;
        switch (text[unit]) {
            case 'h':
                total += std::chrono::hours{*number};
                break;
            case 'm':
                total += std::chrono::minutes{*number};
                break;
            case 's':
                total += std::chrono::seconds{*number};
                break;
            default:
                return std::nullopt;
        }
        text.remove_prefix(unit + 1);
    }
    return total;
}

using Reader = std::function<void(Words&, LegoOptions&)>;

template <class Member>
Reader text_into(Member member) {
    return [member](Words& words, LegoOptions& options) { options.*member = words.value(); };
}

Reader switch_into(bool LegoOptions::*member) {
    return [member](Words& words, LegoOptions& options) { options.*member = words.is_on(); };
}

template <class Assign>
Reader seconds_into(Assign assign) {
    return [assign](Words& words, LegoOptions& options) {
        const std::string flag = words.flag();
        const std::string value = words.value();
        if (const auto seconds = parse_duration(value)) {
            assign(options, *seconds);
        } else {
            options.warnings.push_back("lego-args: '" + base::printable(value) +
                                       "' is no time for " + flag + "; its default is used");
        }
    };
}

void read_key_type(Words& words, LegoOptions& options) {
    const std::string value = words.value();
    options.key_type = crypto::parse_key_type(value);
    if (options.key_type) return;
    options.warnings.push_back("lego-args: '" + base::printable(value) +
                               "' is no key type (ec256, ec384, rsa2048, rsa3072, rsa4096); the "
                               "default is used");
}

/// Flags that have a meaning here.
const std::map<std::string, Reader, std::less<>>& readers() {
    using O = LegoOptions;
    static const std::map<std::string, Reader, std::less<>> table{
        {"--key-type", read_key_type},
        {"-k", read_key_type},
        {"--preferred-chain", text_into(&O::preferred_chain)},
        {"--profile", text_into(&O::profile)},
        {"--server", text_into(&O::server)},
        {"-s", text_into(&O::server)},
        {"--reuse-key", switch_into(&O::reuse_key)},
        {"--eab", switch_into(&O::external_account)},
        {"--kid", text_into(&O::external_account_id)},
        {"--hmac",
         [](Words& words, O& o) { o.external_account_key = base::Secret{words.value()}; }},
        {"--cert.timeout", seconds_into([](O& o, auto s) { o.certificate_timeout = s; })},
        {"--dns-timeout", seconds_into([](O& o, auto s) { o.dns.query_timeout = s; })},
        {"--http-timeout", seconds_into([](O& o, auto s) { o.http_timeout = s; })},
        {"--dns.propagation-wait", seconds_into([](O& o, auto s) { o.dns.fixed_wait = s; })},
        {"--dns.resolvers", [](Words& words, O& o) { o.dns.resolvers.push_back(words.value()); }},
        {"--dns.propagation-disable-ans",
         [](Words& words, O& o) { o.dns.ask_authoritative = !words.is_on(); }},
        {"--dns.disable-cp", [](Words& words, O& o) { o.dns.ask_authoritative = !words.is_on(); }},
        {"--dns.propagation-rns", [](Words& words, O& o) { o.dns.ask_recursive = words.is_on(); }},
    };
    return table;
}

/// lego's flags that take a value and mean nothing here: their value is no word of its own.
bool takes_value(const std::string& flag) {
    static const std::set<std::string, std::less<>> flags{"--domains",
                                                          "-d",
                                                          "--email",
                                                          "-m",
                                                          "--csr",
                                                          "-c",
                                                          "--filename",
                                                          "--path",
                                                          "--http.port",
                                                          "--http.delay",
                                                          "--http.proxy-header",
                                                          "--http.webroot",
                                                          "--http.memcached-host",
                                                          "--http.s3-bucket",
                                                          "--tls.port",
                                                          "--tls.delay",
                                                          "--dns",
                                                          "--pfx.pass",
                                                          "--pfx.format",
                                                          "--overall-request-limit",
                                                          "--user-agent",
                                                          "--not-before",
                                                          "--not-after",
                                                          "--private-key"};
    return flags.contains(flag);
}

/// What is always so here, or only concerns lego's own files: nothing to say about it.
bool goes_without_saying(const std::string& flag) {
    static const std::set<std::string, std::less<>> flags{"--accept-tos", "-a", "--pem", "--http",
                                                          "--disable-cn"};
    return flags.contains(flag);
}

bool is_within(const std::string& path, const std::string& folder) {
    return path == folder || path.starts_with(folder + "/");
}

/// Without the slashes at its end.
std::string to_folder(std::string_view path) {
    while (path.size() > 1 && path.ends_with('/'))
        path.remove_suffix(1);
    return std::string{path};
}

void read_env_file(const std::string& path, DockerOptions& options) {
    const auto text = base::read_file(path);
    if (!text) {
        options.warnings.push_back("lego-docker-options: " + text.error().message);
        return;
    }
    for (const std::string_view line : base::split_lines(*text)) {
        const auto equals = line.find('=');
        if (line.starts_with('#') || equals == std::string_view::npos) continue;
        options.variables[std::string{line.substr(0, equals)}] = line.substr(equals + 1);
    }
}

/// `-e NAME=VALUE`, or `-e NAME` for the variable of this process.
void read_variable(const std::string& word, DockerOptions& options) {
    const auto equals = word.find('=');
    if (equals != std::string::npos) {
        options.variables[word.substr(0, equals)] = word.substr(equals + 1);
    } else if (const char* value = std::getenv(word.c_str())) {
        options.variables[word] = value;
    }
}

/// A property says the same as a flag, and outranks it.
void apply_properties(const settings::Settings& settings, LegoOptions& lego) {
    const auto override_text = [](std::string& text, const settings::Setting& setting) {
        if (!setting.computed.empty()) text = setting.computed;
    };
    override_text(lego.profile, settings.profile);
    override_text(lego.preferred_chain, settings.preferred_chain);
    override_text(lego.external_account_id, settings.eab_kid);
    if (!settings.eab_hmac_key.computed.empty()) {
        lego.external_account_key = base::Secret{settings.eab_hmac_key.computed};
    }
    if (!settings.eab_kid.computed.empty()) lego.external_account = true;
    if (settings.eab_algorithm.computed == "HS384") {
        lego.external_account_algorithm = acme::MacAlgorithm::hs384;
    } else if (settings.eab_algorithm.computed == "HS512") {
        lego.external_account_algorithm = acme::MacAlgorithm::hs512;
    }
    if (const auto type = crypto::parse_key_type(settings.key_type.computed)) lego.key_type = type;
    if (!settings.reuse_key.computed.empty())
        lego.reuse_key = settings.reuse_key.computed == "true";
}

}  // namespace

LegoOptions parse_lego_options(const std::vector<std::string>& words) {
    LegoOptions options;
    std::set<std::string> named;
    for (Words each{words}; each.next();) {
        const std::string flag = each.flag();
        if (const auto reader = readers().find(flag); reader != readers().end()) {
            reader->second(each, options);
            continue;
        }
        if (takes_value(flag)) (void)each.value();
        if (goes_without_saying(flag) || !named.insert(flag).second) continue;
        options.warnings.push_back("lego-args: '" + base::printable(flag) +
                                   "' has no effect with this plugin");
    }
    return options;
}

std::string DockerOptions::host_path(const std::string& container_path) const {
    std::string best;
    for (const auto& [container, host] : mounts) {
        if (is_within(container_path, container) && container.size() > best.size()) {
            best = container;
        }
    }
    if (best.empty()) return container_path;
    return mounts.at(best) + container_path.substr(best.size());
}

DockerOptions parse_docker_options(const std::vector<std::string>& words) {
    DockerOptions options;
    std::set<std::string> named;
    for (Words each{words}; each.next();) {
        const std::string flag = each.flag();
        if (flag == "-v" || flag == "--volume") {
            const std::string mount = each.value();
            const auto parts = base::split(mount, ':');
            if (parts.size() >= 2) options.mounts[to_folder(parts[1])] = to_folder(parts[0]);
        } else if (flag == "-e" || flag == "--env") {
            // With `--env=NAME=VALUE` the value holds the second equals sign.
            read_variable(each.value(), options);
        } else if (flag == "--env-file") {
            read_env_file(each.value(), options);
        } else if (named.insert(flag).second) {
            options.warnings.push_back("lego-docker-options: '" + base::printable(flag) +
                                       "' has no effect: no container is started");
        }
    }
    return options;
}

AppOptions read_options(const settings::Settings& settings) {
    AppOptions options{parse_lego_options(settings.lego_words()),
                       parse_docker_options(settings.docker_words())};
    LegoOptions& lego = options.lego;
    const auto& variables = options.docker.variables;
    const auto variable = [&](const char* name) {
        const auto found = variables.find(name);
        return found == variables.end() ? std::string{} : found->second;
    };
    if (variable("LEGO_EAB") == "true") lego.external_account = true;
    if (lego.external_account_id.empty()) lego.external_account_id = variable("LEGO_EAB_KID");
    if (lego.external_account_key.empty()) {
        lego.external_account_key = base::Secret{variable("LEGO_EAB_HMAC")};
    }
    if (lego.dns.resolvers.empty()) {
        const std::string& global = settings.lego_args.global;
        std::vector<std::string> words;
        for (const std::string_view word : base::split_words(global))
            words.emplace_back(word);
        lego.dns.resolvers = parse_lego_options(words).dns.resolvers;
    }
    apply_properties(settings, lego);
    return options;
}

std::string effective_server(const settings::Settings& settings) {
    const std::string overridden = parse_lego_options(settings.lego_words()).server;
    return overridden.empty() ? settings.server.computed : overridden;
}

}  // namespace ca
