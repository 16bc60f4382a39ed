#include "cli/arguments.h"

#include <string>
#include <vector>

#include <catch2/catch_test_macros.hpp>

using cli::Arguments;
using cli::Syntax;
using Words = std::vector<std::string>;

namespace {

Syntax enable_syntax() {
    Syntax syntax;
    syntax.switches = {"--all", "--force", "-f"};
    syntax.takes_app_flag = true;
    return syntax;
}

}  // namespace

TEST_CASE("flags may stand anywhere, words keep their order", "[cli]") {
    const auto read = Arguments::read({"--force", "shop", "more", "-f"}, enable_syntax(), "");
    CHECK(read.positional() == Words{"shop", "more"});
    CHECK(read.has("--force"));
    CHECK(read.has("-f"));
    CHECK_FALSE(read.has("--all"));
    CHECK(read.at(0) == "shop");
    CHECK(read.at(7).empty());
}

TEST_CASE("--app puts the app in front, once", "[cli][dokku-1.5]") {
    // Before the command `dokku` takes the words away, behind it they stay; the variable is set
    // either way.
    CHECK(Arguments::read({}, enable_syntax(), "shop").positional() == Words{"shop"});
    CHECK(Arguments::read({"--app", "shop"}, enable_syntax(), "shop").positional() ==
          Words{"shop"});
    CHECK(Arguments::read({"shop"}, enable_syntax(), "shop").positional() == Words{"shop"});
    CHECK(Arguments::read({"blog"}, enable_syntax(), "shop").positional() == Words{"shop", "blog"});
    CHECK(Arguments::read({"--app"}, enable_syntax(), "").positional().empty());
}

TEST_CASE("a command that does not know --app does not obey it", "[cli][dokku-1.5]") {
    CHECK(Arguments::read({}, {}, "shop").positional().empty());
    CHECK(Arguments::read({"--app", "shop"}, {}, "shop").positional() == Words{"--app", "shop"});
}

TEST_CASE("words that dokku has read already are not ours", "[cli][dokku-1.3]") {
    CHECK(Arguments::read({"--quiet", "shop", "--trace", "--force"}, {}, "").positional() ==
          Words{"shop"});
}

TEST_CASE("an option takes the next word, the last one counts", "[cli]") {
    Syntax syntax;
    syntax.options = {"--format"};
    const auto read = Arguments::read({"--format", "text", "shop", "--format", "json"}, syntax, "");
    CHECK(read.option("--format") == "json");
    CHECK(read.positional() == Words{"shop"});
    CHECK_FALSE(Arguments::read({"shop"}, syntax, "").option("--format"));
    CHECK(Arguments::read({"shop", "--format"}, syntax, "").option("--format") == "");
}

TEST_CASE("an unknown flag is a word, as it always was", "[cli][dokku-5.1]") {
    CHECK(Arguments::read({"--letsencrypt-active"}, {}, "").positional() ==
          Words{"--letsencrypt-active"});
}

TEST_CASE("the value of set may look like any flag", "[cli][dokku-11.9]") {
    Syntax syntax;
    syntax.verbatim_after = 2;
    const auto read = [&](const Words& words) {
        return Arguments::read(words, syntax, "").positional();
    };
    CHECK(read({"shop", "lego-args", "--key-type", "rsa2048"}) ==
          Words{"shop", "lego-args", "--key-type", "rsa2048"});
    CHECK(read({"shop", "lego-args", "--help"}) == Words{"shop", "lego-args", "--help"});
    CHECK(read({"--quiet", "--global", "lego-args", "--force"}) ==
          Words{"--global", "lego-args", "--force"});
    CHECK_FALSE(Arguments::read({"shop", "lego-args", "-h"}, syntax, "").wants_help());
    CHECK(Arguments::read({"shop", "--help"}, syntax, "").wants_help());
}

TEST_CASE("help is asked for with either flag", "[cli]") {
    CHECK(Arguments::read({"shop", "-h"}, enable_syntax(), "").wants_help());
    CHECK(Arguments::read({"--help"}, {}, "").wants_help());
    CHECK_FALSE(Arguments::read({"help"}, {}, "").wants_help());
}
