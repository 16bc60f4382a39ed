#include "acme/renewal_info.h"

#include <algorithm>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "acme/client.h"
#include "acme/unusable_answer.h"
#include "base/asked_waits.h"
#include "base/base64.h"
#include "http/link.h"
#include "http/retry_after.h"
#include "json/value.h"

namespace acme {
namespace {

/// RFC 9773 section 4.3.2: Retry-After rules, within limits of the client's own.
std::chrono::seconds pause_after(const http::Response& response, base::UtcTime now) {
    const auto asked = http::retry_after(response, now);
    return std::clamp<std::chrono::seconds>(asked.value_or(RenewalInfo::kUsualPause),
                                            base::kShortestWindowPause, base::kLongestWindowPause);
}

base::Result<base::UtcTime> read_time(const json::Value& window, std::string_view member) {
    const auto text = window.string(member);
    const auto time = text ? base::parse_rfc3339(*text) : std::nullopt;
    if (time) return *time;
    return base::fail(base::ErrorKind::protocol,
                      fmt::format("the {} of its suggestedWindow is no time", member));
}

}  // namespace

std::string to_certificate_id(std::string_view key_identifier, std::string_view serial_der) {
    return fmt::format("{}.{}", base::to_base64url(key_identifier), base::to_base64url(serial_der));
}

base::Result<std::string> renewal_id(const crypto::Certificate& certificate) {
    const std::string key_identifier = certificate.authority_key_identifier();
    if (key_identifier.empty()) {
        return base::fail(base::ErrorKind::protocol,
                          "the certificate has no Authority Key Identifier");
    }
    return to_certificate_id(key_identifier, certificate.serial_der());
}

base::Result<RenewalInfo> parse_renewal_info(std::string_view json) {
    const auto object = json::Value::parse(json);
    if (!object) return object.error();
    const auto window = object->find("suggestedWindow");
    if (!window) return base::fail(base::ErrorKind::protocol, "it has no suggestedWindow");
    const auto start = read_time(*window, "start");
    if (!start) return start.error();
    const auto end = read_time(*window, "end");
    if (!end) return end.error();
    if (*end <= *start) {
        return base::fail(
            base::ErrorKind::protocol,
            fmt::format("its suggestedWindow ends at {}, which is not after its start",
                        base::to_readable(*end)));
    }
    RenewalInfo info{*start, *end, object->string("explanationURL").value_or("")};
    if (!http::is_https(info.explanation_url)) info.explanation_url.clear();
    return info;
}

async::Task<Outcome<RenewalInfo>> fetch_renewal_info(http::Client& http, const base::Clock& clock,
                                                     Directory directory,
                                                     std::string certificate_id) {
    const std::string ca = http::host_of(directory.url);
    if (directory.renewal_info.empty()) {
        co_return fail(base::ErrorKind::not_found, ca + " gives no advice on when to renew",
                       directory.url);
    }
    const std::string url = directory.renewal_info + "/" + certificate_id;
    http::Request request;
    request.url = url;
    request.headers = {{"Accept", "application/json"}};
    const auto response = co_await http.send(std::move(request));
    if (!response) co_return Failure{response.error(), std::nullopt, url, 0};
    if (response->status != 200) co_return to_failure(*response, ca, url, clock.now());
    auto info = parse_renewal_info(response->body);
    if (!info) {
        co_return not_acme(*response, "renewal information", ca, url, info.error().message);
    }
    info->ask_again = pause_after(*response, clock.now());
    co_return std::move(*info);
}

}  // namespace acme
