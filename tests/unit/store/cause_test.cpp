#include "store/cause.h"

#include <set>
#include <string>
#include <vector>

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include "base/file.h"
#include "base/text.h"
#include "subcommands/explain.h"

using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::StartsWith;

namespace {

/// A cause's section of docs/operating.md: on one line, without marks.
struct Section {
    std::string cause;
    std::string text;
};

std::string without(std::string text, std::string_view what, std::string_view with = "") {
    for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at))
        text.replace(at, what.size(), with);
    return text;
}

/// Without what Markdown adds.
std::string to_plain(std::string_view text) {
    std::string plain = without(std::string{text}, "`");
    plain = without(without(plain, "&lt;", "<"), "&gt;", ">");
    std::vector<std::string> words;
    for (const std::string_view word : base::split_words(plain))
        words.emplace_back(word);
    return base::join(words, " ");
}

std::string without_stop(std::string text) {
    if (text.ends_with('.')) text.pop_back();
    return text;
}

std::vector<Section> sections_of_causes() {
    const std::string page = base::read_file(TEST_DATA_DIR "/../../docs/operating.md").value_or("");
    std::vector<Section> sections;
    bool is_about_causes = false;
    for (const std::string_view line : base::split_lines(page)) {
        if (line.starts_with("## ")) is_about_causes = line == "## Causes";
        if (!is_about_causes) continue;
        if (line.starts_with("### ")) {
            sections.push_back({to_plain(line.substr(4)), ""});
        } else if (!sections.empty()) {
            sections.back().text += std::string{line} + "\n";
        }
    }
    for (Section& section : sections)
        section.text = to_plain(section.text);
    return sections;
}

}  // namespace

TEST_CASE("every cause can be explained, and no name stands twice", "[store][design-2.1]") {
    std::set<std::string_view> names;
    for (const store::Cause& cause : store::causes()) {
        CHECK(names.insert(cause.name).second);
        CHECK(store::find_cause(cause.name) == &cause);
        CHECK_FALSE(cause.meaning.empty());
        CHECK_FALSE(cause.evidence.empty());
        CHECK_FALSE(cause.fix.empty());
        const auto lines = subcommands::explain_cause(cause.name);
        REQUIRE(lines);
        CHECK_THAT(lines->front(), ContainsSubstring(std::string{cause.name}));
    }
    CHECK(subcommands::explain_cause("").value().size() == names.size());
}

TEST_CASE("each word that code may use is in the table", "[store]") {
    const auto header = base::read_file(TEST_DATA_DIR "/../../src/store/cause.h");
    REQUIRE(header);
    std::size_t count = 0;
    for (const std::string_view line : base::split_lines(*header)) {
        const auto parts = base::split(line, '"');
        if (!line.starts_with("inline constexpr std::string_view k") || parts.size() < 2) continue;
        CAPTURE(parts[1]);
        CHECK(store::find_cause(parts[1]) != nullptr);
        ++count;
    }
    CHECK(count == store::causes().size());
}

TEST_CASE("the operators' page has the causes of the table, in its order", "[store]") {
    std::vector<std::string> told;
    for (const Section& section : sections_of_causes())
        told.push_back(section.cause);
    std::vector<std::string> known;
    for (const store::Cause& cause : store::causes())
        known.emplace_back(cause.name);
    CHECK(told == known);
}

TEST_CASE("the operators' page says of a cause what explain says", "[store]") {
    for (const Section& section : sections_of_causes()) {
        CAPTURE(section.cause, section.text);
        const store::Cause* cause = store::find_cause(section.cause);
        REQUIRE(cause != nullptr);
        const auto lines = subcommands::explain_cause(section.cause);
        REQUIRE(lines);
        CHECK(lines->front() ==
              section.cause + " (" + std::string{store::to_text(cause->status)} + ")");
        CHECK_THAT(section.text, StartsWith(to_plain(cause->meaning) + " - Status "));
        // It may say more behind that.
        CHECK_THAT(section.text,
                   ContainsSubstring("- Status " + std::string{store::to_text(cause->status)} +
                                     ". " + without_stop(lines->back())));
        CHECK_THAT(section.text,
                   ContainsSubstring("- To do: " + without_stop(to_plain(cause->fix))));
    }
}

TEST_CASE("an unknown cause gets the list", "[store]") {
    const auto lines = subcommands::explain_cause("dns");
    REQUIRE_FALSE(lines);
    CHECK_THAT(lines.error().steps.front(), ContainsSubstring("dns-missing"));
}

TEST_CASE("the fix names the app and the domain", "[store]") {
    const auto* cause = store::find_cause(store::cause::kBadName);
    CHECK_THAT(store::fix_of(*cause, "shop", "a.test"),
               ContainsSubstring("dokku domains:remove shop a.test"));
}
