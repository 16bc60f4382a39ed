#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace json {

enum class Layout {
    compact,
    tabs,  ///< indented by tabs, as lego writes its files
};

/// Writes one JSON value. Calls follow the order of the text; a member is `key` and then its value.
/// Bytes of a string value that are no UTF-8 are written as `?`, so that the text is always JSON.
class Writer {
  public:
    explicit Writer(Layout layout = Layout::compact);
    Writer(const Writer&) = delete;
    Writer& operator=(const Writer&) = delete;
    Writer(Writer&&) = delete;
    Writer& operator=(Writer&&) = delete;
    ~Writer();

    Writer& begin_object();
    Writer& end_object();
    Writer& begin_array();
    Writer& end_array();
    Writer& key(std::string_view name);
    Writer& string(std::string_view value);
    Writer& integer(std::int64_t value);
    Writer& boolean(bool value);

    /// A JSON text that is put in as it is.
    Writer& raw(std::string_view json_text);

    /// Shorthands for members.
    Writer& member(std::string_view name, std::string_view value);
    Writer& member(std::string_view name, const char* value);
    Writer& member(std::string_view name, std::int64_t value);
    Writer& member(std::string_view name, bool value);
    Writer& member(std::string_view name, const std::vector<std::string>& values);

    /// The text so far, without a final line end.
    std::string text() const;

  private:
    class Sink;
    std::unique_ptr<Sink> sink_;
};

}  // namespace json
