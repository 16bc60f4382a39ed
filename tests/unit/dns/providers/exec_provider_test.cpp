#include "dns/providers/exec_provider.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include "support/dns_world.h"
#include "support/real_loop.h"
#include "support/temp_dir.h"

using base::ErrorKind;
using Catch::Matchers::ContainsSubstring;
using dns::ChallengeRecord;
using dns::providers::ExecProvider;
using dns::providers::Variables;
using std::chrono::seconds;
using Lines = std::vector<std::string>;

namespace {

const ChallengeRecord kRecord{"shop.test", "-token", "-token.thumbprint",
                              "_acme-challenge.shop.test.", "value"};

struct Bench {
    /// The operator's program: a shell script.
    std::string program(const std::string& script) const {
        const auto path = folder / "provider";
        std::ofstream{path} << "#!/bin/sh\n" << script << "\n";
        std::filesystem::permissions(path, std::filesystem::perms::owner_all);
        return path;
    }

    std::unique_ptr<dns::Provider> open(const std::string& script, Variables variables = {}) {
        variables["EXEC_PATH"] = program(script);
        return open_as_is(std::move(variables));
    }

    std::unique_ptr<dns::Provider> open_as_is(Variables variables) {
        auto provider = ExecProvider::open(
            *settings::find_dns_provider("exec"), std::move(variables),
            [this](std::string_view line) { relayed.emplace_back(line); }, warnings);
        REQUIRE(provider);
        return std::move(*provider);
    }

    test::TempDir folder;
    Lines relayed;
    Lines warnings;
};

/// The message and steps in one text.
std::string all_of(const base::Error& error) {
    std::string text = error.message;
    for (const std::string& step : error.steps)
        text += "\n" + step;
    return text;
}

constexpr const char* kShowArguments = R"(for word in "$@"; do echo "<$word>"; done)";

}  // namespace

TEST_CASE("the program gets the action, the absolute name and the value", "[dns]") {
    Bench bench;
    const auto provider = bench.open(kShowArguments);
    CHECK(test::run(provider->present(kRecord)));
    CHECK(bench.relayed == Lines{"<present>", "<_acme-challenge.shop.test.>", "<value>"});
    bench.relayed.clear();
    CHECK(test::run(provider->cleanup(kRecord)));
    CHECK(bench.relayed == Lines{"<cleanup>", "<_acme-challenge.shop.test.>", "<value>"});
}

TEST_CASE("in raw mode it gets domain, token and key authorization", "[dns]") {
    Bench bench;
    const auto provider = bench.open(kShowArguments, {{"EXEC_MODE", "RAW"}});
    CHECK(test::run(provider->present(kRecord)));
    CHECK(bench.relayed ==
          Lines{"<present>", "<-->", "<shop.test>", "<-token>", "<-token.thumbprint>"});
    bench.relayed.clear();
    CHECK(test::run(provider->cleanup(kRecord)));
    CHECK(bench.relayed ==
          Lines{"<cleanup>", "<-->", "<shop.test>", "<-token>", "<-token.thumbprint>"});
}

TEST_CASE("both streams of the program are relayed line by line", "[dns]") {
    Bench bench;
    const auto provider = bench.open("echo one; echo two >&2; sleep 0.1; printf three");
    CHECK(test::run(provider->present(kRecord)));
    REQUIRE(bench.relayed.size() == 3);
    CHECK(bench.relayed.back() == "three");
    std::sort(bench.relayed.begin(), bench.relayed.end());
    CHECK(bench.relayed == Lines{"one", "three", "two"});
}

TEST_CASE("a program that does not end is ended", "[dns]") {
    Bench bench;
    ExecProvider provider{{{"EXEC_PATH", bench.program("echo begun; exec sleep 60")}},
                          [&](std::string_view line) { bench.relayed.emplace_back(line); },
                          seconds{1}};
    const auto ended = test::run(provider.present(kRecord));
    REQUIRE_FALSE(ended);
    CHECK(ended.error().kind == ErrorKind::timeout);
    CHECK(all_of(ended.error()) ==
          "the program of EXEC_PATH failed to present the record of shop.test: it did not end "
          "within 1 s");
    CHECK(bench.relayed == Lines{"begun"});
}

TEST_CASE("its environment is PATH, HOME and the provider's variables", "[dns]") {
    ::setenv("SUITE_OURS", "not for them", 1);
    ::setenv("HOME", "/home/of/tests", 1);
    Bench bench;
    const auto provider = bench.open("/usr/bin/env", {{"API_KEY", "s3cr3t"}});
    CHECK(test::run(provider->present(kRecord)));
    ::unsetenv("SUITE_OURS");
    Lines names;
    for (const std::string& line : bench.relayed) {
        const std::string name = line.substr(0, line.find('='));
        if (name != "PWD" && name != "_" && name != "SHLVL" && name != "OLDPWD") {  // the shell's
            names.push_back(name);
        }
    }
    std::sort(names.begin(), names.end());
    CHECK(names == Lines{"API_KEY", "EXEC_PATH", "HOME", "PATH"});
    const auto has = [&](const std::string& line) {
        return std::find(bench.relayed.begin(), bench.relayed.end(), line) != bench.relayed.end();
    };
    CHECK(has("API_KEY=s3cr3t"));
    CHECK(has("HOME=/home/of/tests"));
    CHECK(has("PATH=" + std::string{std::getenv("PATH")}));
}

TEST_CASE("a provider's own PATH and HOME win", "[dns]") {
    Bench bench;
    const auto provider = bench.open("echo $HOME; echo $PATH", {{"HOME", "/h"}, {"PATH", "/p"}});
    CHECK(test::run(provider->present(kRecord)));
    CHECK(bench.relayed == Lines{"/h", "/p"});
}

TEST_CASE("an exit code other than 0 is a failure without any variable's value", "[dns]") {
    Bench bench;
    const auto provider = bench.open("exit 3", {{"API_KEY", "s3cr3t"}});
    const bool present = GENERATE(true, false);
    const auto result =
        present ? test::run(provider->present(kRecord)) : test::run(provider->cleanup(kRecord));
    REQUIRE_FALSE(result);
    CHECK(result.error().kind == ErrorKind::rejected);
    const std::string text = all_of(result.error());
    CHECK_THAT(text, ContainsSubstring(present ? "present" : "cleanup"));
    CHECK_THAT(text, ContainsSubstring("shop.test"));
    CHECK_THAT(text, ContainsSubstring("exit code 3"));
    CHECK_THAT(text, !ContainsSubstring("s3cr3t"));
    CHECK_THAT(text, !ContainsSubstring(bench.folder.path().string()));
}

TEST_CASE("a program that cannot be started is told without its path", "[dns]") {
    Bench bench;
    const auto missing =
        test::run(bench.open_as_is({{"EXEC_PATH", "/no/such/pr0gram"}})->present(kRecord));
    REQUIRE_FALSE(missing);
    CHECK(missing.error().kind == ErrorKind::not_found);
    CHECK_THAT(all_of(missing.error()), ContainsSubstring("EXEC_PATH"));
    CHECK_THAT(all_of(missing.error()), ContainsSubstring("No such file"));
    CHECK_THAT(all_of(missing.error()), !ContainsSubstring("pr0gram"));

    const auto provider = bench.open("exit 0");
    std::filesystem::permissions(bench.folder / "provider", std::filesystem::perms::owner_read);
    const auto refused = test::run(provider->present(kRecord));
    REQUIRE_FALSE(refused);
    CHECK(refused.error().kind == ErrorKind::io);
}

TEST_CASE("timeouts are whole seconds, by default 60 and 2", "[dns]") {
    Bench bench;
    const auto plain = bench.open_as_is({{"EXEC_PATH", "x"}});
    CHECK(plain->propagation_timeout() == seconds{60});
    CHECK(plain->polling_interval() == seconds{2});
    const auto set = bench.open_as_is(
        {{"EXEC_PATH", "x"}, {"EXEC_PROPAGATION_TIMEOUT", "300"}, {"EXEC_POLLING_INTERVAL", "5"}});
    CHECK(set->propagation_timeout() == seconds{300});
    CHECK(set->polling_interval() == seconds{5});
    CHECK(bench.warnings.empty());
}

TEST_CASE("what is no whole number of seconds means the default, with a warning", "[dns]") {
    const std::string value = GENERATE("60s", "1m", "2.5", "-1", "0x10", "ninety");
    CAPTURE(value);
    Bench bench;
    const auto provider = bench.open_as_is({{"EXEC_PATH", "x"},
                                            {"EXEC_PROPAGATION_TIMEOUT", value},
                                            {"EXEC_POLLING_INTERVAL", value}});
    CHECK(provider->propagation_timeout() == seconds{60});
    CHECK(provider->polling_interval() == seconds{2});
    CHECK(bench.warnings ==
          Lines{"EXEC_PROPAGATION_TIMEOUT is not a whole number of seconds; 60 is used",
                "EXEC_POLLING_INTERVAL is not a whole number of seconds; 2 is used"});
}

TEST_CASE("a record goes where the alias of its name leads", "[dns]") {
    test::DnsWorld world;
    CHECK(test::run(dns::find_record_name(world.resolver, "shop.test")) ==
          "_acme-challenge.shop.test.");
    world.recursive.answer(
        "_acme-challenge.shop.test", dns::RecordType::cname,
        {{test::cname_record("_acme-challenge.shop.test", "shop.dns-auth.example")}});
    CHECK(test::run(dns::find_record_name(world.resolver, "shop.test")) ==
          "shop.dns-auth.example.");
}
