#include "tls/certificate_files.h"

#include <initializer_list>
#include <utility>

#include "base/access.h"
#include "base/directory.h"
#include "base/pem.h"
#include "json/writer.h"

namespace tls {
namespace {

constexpr mode_t kFolder = 0755;
constexpr mode_t kPrivateFolder = 0700;
constexpr mode_t kPrivateFile = 0600;

/// The chain without its leaf.
std::string issuers_of(std::string_view chain_pem) {
    const auto blocks = base::pem_blocks(chain_pem, "CERTIFICATE");
    std::string text;
    for (std::size_t i = 1; i < blocks.size(); ++i)
        text += std::string{blocks[i]} + "\n";
    return text;
}

/// lego's resource file.
std::string render_resource(const CertificateFiles& files) {
    json::Writer out{json::Layout::tabs};
    out.begin_object();
    out.member("domain", files.first_domain);
    out.member("certUrl", files.url);
    out.member("certStableUrl", files.url);
    out.end_object();
    return out.text();
}

}  // namespace

std::string certificate_base_name(std::string_view domain) {
    std::string name{domain};
    for (char& c : name) {
        if (c == '*') c = '_';
        if (c == ':' || c == '/') c = '-';
    }
    return name;
}

base::Result<void> write_configuration(const base::Path& folder, std::string_view lego_command,
                                       std::string_view docker_options,
                                       std::string_view docker_env) {
    if (auto made = base::make_directories(folder, kFolder); !made) return made;
    const std::initializer_list<std::pair<const char*, std::string>> files{
        {"config", std::string{lego_command} + "\n"},
        {"docker_options", std::string{docker_options} + "\n"},
        {"docker.env", std::string{docker_env}}};
    for (const auto& [name, content] : files) {
        if (auto kept = base::ensure_file(folder / name, content, kPrivateFile); !kept) return kept;
    }
    return {};
}

base::Result<void> write_certificate_files(const base::Path& folder, const CertificateFiles& files,
                                           std::string_view live_chain) {
    if (!live_chain.empty()) {
        auto kept = base::ensure_file(folder / "fullchain.pem", live_chain, kPrivateFile);
        if (!kept) return kept;
    }
    const base::Path certificates = folder / "certificates";
    if (auto made = base::make_directories(certificates, kPrivateFolder); !made) return made;
    const char* gap = files.chain_pem.ends_with('\n') ? "" : "\n";
    const base::Secret both{files.chain_pem + gap + std::string{files.key_pem.reveal()}};
    const std::string base_name = certificate_base_name(files.first_domain);
    const std::initializer_list<std::pair<const char*, std::string_view>> contents{
        {".key", files.key_pem.reveal()}, {".pem", both.reveal()}, {".crt", files.chain_pem}};
    for (const auto& [suffix, content] : contents) {
        auto kept = base::replace_file(certificates / (base_name + suffix), content, kPrivateFile);
        if (!kept) return kept;
    }
    if (auto kept = base::replace_file(certificates / (base_name + ".issuer.crt"),
                                       issuers_of(files.chain_pem), kPrivateFile);
        !kept) {
        return kept;
    }
    return base::replace_file(certificates / (base_name + ".json"), render_resource(files),
                              kPrivateFile);
}

base::Result<void> require_certificate_files(const base::Path& folder,
                                             std::string_view first_domain) {
    const base::Path certificates = folder / "certificates";
    if (auto made = base::make_directories(certificates, kPrivateFolder); !made) return made;
    const std::string base_name = certificate_base_name(first_domain);
    for (const char* suffix : {".key", ".pem", ".crt", ".issuer.crt", ".json"}) {
        auto free = base::check_replaceable(certificates / (base_name + suffix));
        if (!free) return free;
    }
    for (const char* name : {"key.pem", "fullchain.pem"}) {
        if (auto free = base::check_replaceable(folder / name); !free) return free;
    }
    if (auto free = base::require_writable_folder(certificates); !free) return free;
    return base::require_writable_folder(folder);
}

base::Result<void> write_plain_pair(const base::Path& folder, const CertificateFiles& files) {
    if (auto kept = base::replace_file(folder / "key.pem", files.key_pem.reveal(), kPrivateFile);
        !kept) {
        return kept;
    }
    return base::replace_file(folder / "fullchain.pem", files.chain_pem, kPrivateFile);
}

}  // namespace tls
