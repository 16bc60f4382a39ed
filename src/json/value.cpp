#include "json/value.h"

#include <cmath>

#include <fmt/format.h>
#include <rapidjson/document.h>
#include <rapidjson/error/en.h>
#include <rapidjson/reader.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

namespace json {
namespace {

constexpr int kMaxDepth = 64;

/// Depth of nesting outside strings, so that no hostile text can exhaust the stack of a reader.
bool nests_too_deep(std::string_view text) {
    int depth = 0;
    bool in_string = false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        if (in_string) {
            if (c == '\\') ++i;
            if (c == '"') in_string = false;
        } else if (c == '"') {
            in_string = true;
        } else if (c == '{' || c == '[') {
            if (++depth > kMaxDepth) return true;
        } else if (c == '}' || c == ']') {
            --depth;
        }
    }
    return false;
}

/// What RapidJSON lets pass although no JSON text can say it: a number past the largest double
/// becomes infinity, and \udc00 without its first half becomes bytes that are not UTF-8.
class ValidValues : public rapidjson::BaseReaderHandler<rapidjson::UTF8<>, ValidValues> {
  public:
    // NOLINTBEGIN(readability-identifier-naming): RapidJSON calls them by these names
    static bool Double(double number) { return std::isfinite(number); }
    static bool String(const char* bytes, rapidjson::SizeType size, bool /*copy*/) {
        const std::string_view text{bytes, size};
        for (auto at = text.find('\xed'); at != std::string_view::npos;
             at = text.find('\xed', at + 1)) {
            if (at + 1 < text.size() && static_cast<unsigned char>(text[at + 1]) >= 0xa0) {
                return false;
            }
        }
        return true;
    }
    static bool Key(const char* bytes, rapidjson::SizeType size, bool copy) {
        return String(bytes, size, copy);
    }
    // NOLINTEND(readability-identifier-naming)
};

}  // namespace

struct Value::Node {
    std::shared_ptr<const rapidjson::Document> document;
    const rapidjson::Value* value;
};

base::Result<Value> Value::parse(std::string_view text) {
    if (nests_too_deep(text)) {
        return base::fail(base::ErrorKind::protocol, "JSON nests deeper than 64 levels");
    }
    auto document = std::make_shared<rapidjson::Document>();
    document->Parse<rapidjson::kParseValidateEncodingFlag>(text.data(), text.size());
    if (document->HasParseError()) {
        return base::fail(base::ErrorKind::protocol,
                          fmt::format("not JSON: {} (at byte {})",
                                      rapidjson::GetParseError_En(document->GetParseError()),
                                      document->GetErrorOffset()));
    }
    ValidValues valid;
    if (!document->Accept(valid)) {
        return base::fail(base::ErrorKind::protocol,
                          "not JSON: a number is too big, or half a character stands alone");
    }
    const rapidjson::Value* root = document.get();
    return Value{std::make_shared<Node>(Node{std::move(document), root})};
}

bool Value::is_object() const {
    return node_->value->IsObject();
}
bool Value::is_array() const {
    return node_->value->IsArray();
}
bool Value::is_null() const {
    return node_->value->IsNull();
}

std::optional<Value> Value::find(std::string_view member) const {
    if (!is_object()) return std::nullopt;
    const rapidjson::Value name{
        rapidjson::StringRef(member.data(), static_cast<rapidjson::SizeType>(member.size()))};
    const auto found = node_->value->FindMember(name);
    if (found == node_->value->MemberEnd()) return std::nullopt;
    return Value{std::make_shared<Node>(Node{node_->document, &found->value})};
}

std::vector<Value> Value::elements() const {
    std::vector<Value> result;
    if (!is_array()) return result;
    for (const auto& element : node_->value->GetArray()) {
        result.push_back(Value{std::make_shared<Node>(Node{node_->document, &element})});
    }
    return result;
}

std::vector<std::pair<std::string, Value>> Value::members() const {
    std::vector<std::pair<std::string, Value>> result;
    if (!is_object()) return result;
    for (const auto& member : node_->value->GetObject()) {
        result.emplace_back(std::string{member.name.GetString(), member.name.GetStringLength()},
                            Value{std::make_shared<Node>(Node{node_->document, &member.value})});
    }
    return result;
}

std::optional<std::string> Value::as_string() const {
    if (!node_->value->IsString()) return std::nullopt;
    return std::string{node_->value->GetString(), node_->value->GetStringLength()};
}

std::optional<std::int64_t> Value::as_integer() const {
    if (!node_->value->IsInt64()) return std::nullopt;
    return node_->value->GetInt64();
}

std::optional<bool> Value::as_bool() const {
    if (!node_->value->IsBool()) return std::nullopt;
    return node_->value->GetBool();
}

std::optional<std::string> Value::string(std::string_view member) const {
    const auto found = find(member);
    return found ? found->as_string() : std::nullopt;
}

std::optional<std::int64_t> Value::integer(std::string_view member) const {
    const auto found = find(member);
    return found ? found->as_integer() : std::nullopt;
}

std::optional<bool> Value::boolean(std::string_view member) const {
    const auto found = find(member);
    return found ? found->as_bool() : std::nullopt;
}

std::vector<std::string> Value::strings(std::string_view member) const {
    std::vector<std::string> result;
    const auto found = find(member);
    if (!found) return result;
    for (const Value& element : found->elements()) {
        if (auto text = element.as_string()) result.push_back(std::move(*text));
    }
    return result;
}

std::string Value::to_text() const {
    rapidjson::StringBuffer buffer;
    rapidjson::Writer<rapidjson::StringBuffer> writer{buffer};
    node_->value->Accept(writer);
    return {buffer.GetString(), buffer.GetSize()};
}

}  // namespace json
