#include "acme/challenge.h"

#include <algorithm>
#include <array>

#include "acme/status_word.h"
#include "http/link.h"
#include "json/value.h"

namespace acme {
namespace {

constexpr std::size_t kLongestToken = 200;

using StatusWord = std::pair<std::string_view, ChallengeStatus>;
constexpr std::array kStatusWords{
    StatusWord{"pending", ChallengeStatus::pending},
    StatusWord{"processing", ChallengeStatus::processing},
    StatusWord{"valid", ChallengeStatus::valid},
    StatusWord{"invalid", ChallengeStatus::invalid},
};

}  // namespace

std::optional<Token> Token::parse(std::string_view text) {
    const auto fits = [](char c) {
        return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
               c == '-' || c == '_';
    };
    if (text.empty() || text.size() > kLongestToken) return std::nullopt;
    if (!std::all_of(text.begin(), text.end(), fits)) return std::nullopt;
    return Token(text);
}

base::Result<Challenge> parse_challenge(std::string_view json) {
    const auto object = json::Value::parse(json);
    if (!object) return object.error();
    auto type = object->string("type");
    if (!type || type->empty()) {
        return base::fail(base::ErrorKind::protocol, "a challenge has no type");
    }
    Challenge challenge;
    challenge.type = std::move(*type);
    challenge.url = object->string("url").value_or("");
    if (!http::is_https(challenge.url)) challenge.url.clear();
    challenge.status = parse_word(object->string("status"), kStatusWords);
    if (const auto token = object->string("token")) challenge.token = Token::parse(*token);
    if (const auto error = object->find("error")) {
        challenge.error = parse_problem(error->to_text(), 0);
    }
    return challenge;
}

}  // namespace acme
