#pragma once

#include <string>
#include <string_view>

namespace http {

/// What an operator would read of an HTML page or other text: tags, scripts and styles left out,
/// blanks joined, made printable, at most 200 bytes. For the message about an answer that should
/// have been another one.
std::string page_text(std::string_view body);

}  // namespace http
