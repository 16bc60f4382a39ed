#include "json/writer.h"

#include <rapidjson/prettywriter.h>
#include <rapidjson/stringbuffer.h>

#include "base/text.h"

namespace json {

/// RapidJSON's two writers share no virtual base, so both stand here and one of them is used.
class Writer::Sink {
  public:
    explicit Sink(Layout layout) : layout_(layout), compact_(buffer_), pretty_(buffer_) {
        pretty_.SetIndent('\t', 1);
    }

    template <class Call>
    void with(Call call) {
        if (layout_ == Layout::compact) {
            call(compact_);
        } else {
            call(pretty_);
        }
    }

    std::string text() const { return {buffer_.GetString(), buffer_.GetSize()}; }

  private:
    Layout layout_;
    rapidjson::StringBuffer buffer_;
    rapidjson::Writer<rapidjson::StringBuffer> compact_;
    rapidjson::PrettyWriter<rapidjson::StringBuffer> pretty_;
};

namespace {

rapidjson::SizeType size(std::string_view text) {
    return static_cast<rapidjson::SizeType>(text.size());
}

}  // namespace

Writer::Writer(Layout layout) : sink_(std::make_unique<Sink>(layout)) {}
Writer::~Writer() = default;

Writer& Writer::begin_object() {
    sink_->with([](auto& out) { out.StartObject(); });
    return *this;
}

Writer& Writer::end_object() {
    sink_->with([](auto& out) { out.EndObject(); });
    return *this;
}

Writer& Writer::begin_array() {
    sink_->with([](auto& out) { out.StartArray(); });
    return *this;
}

Writer& Writer::end_array() {
    sink_->with([](auto& out) { out.EndArray(); });
    return *this;
}

Writer& Writer::key(std::string_view name) {
    sink_->with([&](auto& out) { out.Key(name.data(), size(name)); });
    return *this;
}

Writer& Writer::string(std::string_view value) {
    // RapidJSON would copy any bytes, and no reader take them back.
    const std::string utf8 = base::to_utf8(value);
    sink_->with([&](auto& out) { out.String(utf8.data(), size(std::string_view{utf8})); });
    return *this;
}

Writer& Writer::integer(std::int64_t value) {
    sink_->with([&](auto& out) { out.Int64(value); });
    return *this;
}

Writer& Writer::boolean(bool value) {
    sink_->with([&](auto& out) { out.Bool(value); });
    return *this;
}

Writer& Writer::raw(std::string_view json_text) {
    sink_->with([&](auto& out) {
        out.RawValue(json_text.data(), json_text.size(), rapidjson::kObjectType);
    });
    return *this;
}

Writer& Writer::member(std::string_view name, std::string_view value) {
    return key(name).string(value);
}

Writer& Writer::member(std::string_view name, const char* value) {
    return key(name).string(value);
}

Writer& Writer::member(std::string_view name, std::int64_t value) {
    return key(name).integer(value);
}

Writer& Writer::member(std::string_view name, bool value) {
    return key(name).boolean(value);
}

Writer& Writer::member(std::string_view name, const std::vector<std::string>& values) {
    key(name).begin_array();
    for (const std::string& value : values)
        string(value);
    return end_array();
}

std::string Writer::text() const {
    return sink_->text();
}

}  // namespace json
