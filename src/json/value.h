#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"

namespace json {

/// A parsed JSON text (RFC 8259), read only. Copies are cheap and share the text. Asking for a
/// member or type that is not there is an ordinary answer: unknown members never disturb a reader.
class Value {
  public:
    /// `protocol` if the text is not one JSON value, or nests deeper than 64.
    static base::Result<Value> parse(std::string_view text);

    bool is_object() const;
    bool is_array() const;
    bool is_null() const;

    /// The member of an object; nothing if this is no object or has no such member.
    std::optional<Value> find(std::string_view member) const;

    /// The elements of an array, else none.
    std::vector<Value> elements() const;

    /// The members of an object in their order, else none.
    std::vector<std::pair<std::string, Value>> members() const;

    std::optional<std::string> as_string() const;
    std::optional<std::int64_t> as_integer() const;
    std::optional<bool> as_bool() const;

    /// Shorthands for a member of this object.
    std::optional<std::string> string(std::string_view member) const;
    std::optional<std::int64_t> integer(std::string_view member) const;
    std::optional<bool> boolean(std::string_view member) const;

    /// The strings of an array member; elements that are no strings are left out.
    std::vector<std::string> strings(std::string_view member) const;

    /// Compact JSON text of this value.
    std::string to_text() const;

  private:
    struct Node;
    explicit Value(std::shared_ptr<const Node> node) : node_(std::move(node)) {}

    std::shared_ptr<const Node> node_;
};

}  // namespace json
