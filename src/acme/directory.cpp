#include "acme/directory.h"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>

#include "acme/unusable_answer.h"
#include "base/text.h"
#include "http/link.h"
#include "json/value.h"

namespace acme {
namespace {

/// Reads one URL member; an absent optional one is empty.
base::Result<void> read_url(const json::Value& object, std::string_view member, bool required,
                            std::string& url) {
    const auto text = object.string(member);
    if (!text || text->empty()) {
        if (!required) return {};
        return base::fail(base::ErrorKind::protocol,
                          fmt::format("the directory has no {}", member));
    }
    if (!http::is_https(*text)) {
        return base::fail(base::ErrorKind::protocol,
                          fmt::format("the directory's {} is not an https URL: {}", member,
                                      base::printable(*text)));
    }
    url = *text;
    return {};
}

void read_meta(const json::Value& meta, Directory& directory) {
    directory.caa_identities = meta.strings("caaIdentities");
    directory.external_account_required = meta.boolean("externalAccountRequired").value_or(false);
    const auto profiles = meta.find("profiles");
    if (!profiles) return;
    for (const auto& [name, description] : profiles->members()) {
        directory.profiles.emplace_back(name, description.as_string().value_or(""));
    }
}

async::Task<Outcome<Directory>> ask_for_directory(http::Client& http, const base::Clock& clock,
                                                  std::string url) {
    const std::string ca = http::host_of(url);
    http::Request request;
    request.url = url;
    request.headers = {{"Accept", "application/json"}};
    auto response = co_await http.send(std::move(request));
    if (!response) co_return Failure{std::move(response).error(), std::nullopt, url, 0};
    if (response->status != 200) co_return to_failure(*response, ca, url, clock.now());
    auto directory = parse_directory(response->body, url);
    if (!directory) {
        co_return not_acme(*response, "an ACME directory", ca, url, directory.error().message);
    }
    co_return std::move(*directory);
}

}  // namespace

bool offers_profile(const Directory& directory, std::string_view name) {
    return std::any_of(directory.profiles.begin(), directory.profiles.end(),
                       [&](const auto& profile) { return profile.first == name; });
}

base::Result<Directory> parse_directory(std::string_view json, std::string url) {
    const auto object = json::Value::parse(json);
    if (!object) return object.error();
    if (!object->is_object()) {
        return base::fail(base::ErrorKind::protocol, "the directory is not a JSON object");
    }
    Directory directory;
    directory.url = std::move(url);
    directory.text = json;
    using Member = std::pair<const char*, std::string*>;
    const std::array required{Member{"newNonce", &directory.new_nonce},
                              Member{"newAccount", &directory.new_account},
                              Member{"newOrder", &directory.new_order}};
    for (const auto& [member, target] : required) {
        if (auto read = read_url(*object, member, true, *target); !read) return read.error();
    }
    const std::array optional{Member{"revokeCert", &directory.revoke_cert},
                              Member{"keyChange", &directory.key_change},
                              Member{"renewalInfo", &directory.renewal_info}};
    for (const auto& [member, target] : optional) {
        if (auto read = read_url(*object, member, false, *target); !read) return read.error();
    }
    if (const auto meta = object->find("meta")) read_meta(*meta, directory);
    return directory;
}

async::Task<Outcome<Directory>> fetch_directory(http::Client& http, const base::Clock& clock,
                                                std::string url) {
    auto answer = co_await ask_for_directory(http, clock, std::move(url));
    co_return outcome_of(RequestKind::directory, std::move(answer));
}

}  // namespace acme
