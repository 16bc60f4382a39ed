#pragma once

#include <string>
#include <string_view>

#include "acme/failure.h"
#include "base/utc_time.h"
#include "http/client.h"

namespace acme {

/// The failure that an answer outside 2xx means: its problem document, or what else was sent.
/// Pure; `ca` names the CA in the message.
Failure to_failure(const http::Response& response, std::string_view ca, const std::string& url,
                   base::UtcTime now);

/// The failure of an answer that should have been a `what` and is not. If it looks like JSON,
/// `reason` says what is wrong with it, else (an HTML page) the text that an operator would see
/// does.
Failure not_acme(const http::Response& response, std::string_view what, std::string_view ca,
                 const std::string& url, std::string_view reason = {});

}  // namespace acme
