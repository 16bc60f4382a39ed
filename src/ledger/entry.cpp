#include "ledger/entry.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/text.h"
#include "json/value.h"
#include "json/writer.h"

namespace ledger {
namespace {

constexpr std::array<std::pair<std::string_view, EntryKind>, 6> kKinds{{
    {"order", EntryKind::order},
    {"certificate", EntryKind::certificate},
    {"order-over", EntryKind::order_over},
    {"failure", EntryKind::failure},
    {"registration", EntryKind::registration},
    {"parked", EntryKind::backoff},  // the word on disk stays
}};

constexpr std::array<std::pair<std::string_view, BackoffScope>, 6> kScopes{{
    {"ca", BackoffScope::ca},
    {"account", BackoffScope::account},
    {"name", BackoffScope::name},
    {"set", BackoffScope::set},
    {"domain", BackoffScope::domain},
    {"registration", BackoffScope::registration},
}};

template <class Words>
auto find_word(const Words& words, const std::optional<std::string>& text) {
    return std::find_if(words.begin(), words.end(),
                        [&](const auto& word) { return text && word.first == *text; });
}

template <class Words, class Value>
std::string_view word_of(const Words& words, Value value) {
    for (const auto& [text, known] : words) {
        if (known == value) return text;
    }
    return {};
}

std::optional<base::UtcTime> time_of(const json::Value& object, std::string_view member) {
    const auto text = object.string(member);
    return text ? base::parse_rfc3339(*text) : std::nullopt;
}

/// A backoff that says not of what or how long would stop nothing, or everything.
bool read_backoff(const json::Value& object, Entry& entry) {
    const auto kind = find_word(kScopes, object.string("kind"));
    const auto until = time_of(object, "until");
    if (kind == kScopes.end() || !until) return false;
    entry.scope = kind->second;
    entry.until = *until;
    entry.key = object.string("key").value_or("");
    entry.words = object.string("words").value_or("");
    entry.paused = object.boolean("paused").value_or(false);
    return true;
}

void write_backoff(json::Writer& out, const Entry& entry) {
    out.member("kind", to_text(entry.scope));
    if (!entry.key.empty()) out.member("key", entry.key);
    out.member("until", base::to_rfc3339(entry.until));
    out.member("words", entry.words);
    if (entry.paused) out.member("paused", true);
}

void read_counted(const json::Value& object, Entry& entry) {
    entry.names = object.strings("names");
    entry.exempt = object.boolean("exempt").value_or(false);
    entry.renewal = object.boolean("renewal").value_or(false);
    entry.refused = object.boolean("refused").value_or(false);
    const auto allowances = object.find("whole_at");
    if (!allowances) return;
    for (const auto& [allowance, text] : allowances->members()) {
        const auto at = base::parse_rfc3339(text.as_string().value_or(""));
        if (at) entry.whole_at[allowance] = *at;
    }
}

void write_counted(json::Writer& out, const Entry& entry) {
    out.member("names", entry.names);
    if (entry.exempt) out.member("exempt", true);
    if (entry.renewal) out.member("renewal", true);
    if (entry.refused) out.member("refused", true);
    if (entry.whole_at.empty()) return;
    out.key("whole_at").begin_object();
    for (const auto& [allowance, at] : entry.whole_at)
        out.member(allowance, base::to_rfc3339(at));
    out.end_object();
}

}  // namespace

std::string_view to_text(EntryKind kind) {
    return word_of(kKinds, kind);
}

std::string_view to_text(BackoffScope kind) {
    return word_of(kScopes, kind);
}

std::string to_set_key(std::vector<std::string> names) {
    std::sort(names.begin(), names.end());
    return base::join(names, ",");
}

std::optional<Entry> parse_entry(std::string_view line) {
    const auto object = json::Value::parse(line);
    if (!object || !object->is_object()) return std::nullopt;
    const auto kind = find_word(kKinds, object->string("entry"));
    const auto at = time_of(*object, "at");
    auto server = object->string("server");
    if (kind == kKinds.end() || !at || !server) return std::nullopt;

    Entry entry;
    entry.kind = kind->second;
    entry.at = *at;
    entry.server = std::move(*server);
    entry.account = object->string("account").value_or("");
    if (entry.kind == EntryKind::backoff) {
        if (!read_backoff(*object, entry)) return std::nullopt;
        return entry;
    }
    read_counted(*object, entry);
    return entry;
}

std::string to_text(const Entry& entry) {
    json::Writer out;
    out.begin_object();
    out.member("at", base::to_rfc3339(entry.at));
    out.member("entry", to_text(entry.kind));
    out.member("server", entry.server);
    if (!entry.account.empty()) out.member("account", entry.account);
    if (entry.kind == EntryKind::backoff) {
        write_backoff(out, entry);
    } else {
        write_counted(out, entry);
    }
    out.end_object();
    return out.text();
}

}  // namespace ledger
