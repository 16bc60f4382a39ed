#include "store/cause.h"

#include <set>

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include "base/file.h"
#include "subcommands/explain.h"

using Catch::Matchers::ContainsSubstring;

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

TEST_CASE("the operators' page tells all causes", "[store][design-2.1]") {
    const auto page = base::read_file(TEST_DATA_DIR "/../../docs/operating.md");
    REQUIRE(page);
    for (const store::Cause& cause : store::causes())
        CHECK_THAT(*page, ContainsSubstring("`" + std::string{cause.name} + "`"));
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
