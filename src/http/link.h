#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "http/client.h"

namespace http {

/// Scheme, host and port of an absolute http or https URL, lower case, or an empty string if it is
/// none: `https://ca.example:14000`.
std::string origin_of(std::string_view url);

/// Is it an absolute https URL?
bool is_https(std::string_view url);

/// Does `url` give up the encryption that `former` has: http after https?
bool is_weaker(std::string_view url, std::string_view former);

/// The host of an absolute URL without port, or the URL itself if it is none; for messages.
std::string host_of(std::string_view url);

/// An absolute URL for `reference` as found in an answer to a request for `base` (RFC 3986 section
/// 5.2, without dot segments). Empty if nothing can be made of it.
std::string resolve_url(std::string_view base, std::string_view reference);

/// The targets of the answer's Link headers with this relation (RFC 8288 section 3), resolved
/// against the URL that was asked. Headers may repeat, or hold several links between commas; what
/// cannot be read is left out. At most 16 are returned.
std::vector<std::string> links(const Response& response, std::string_view relation,
                               std::string_view request_url);

}  // namespace http
