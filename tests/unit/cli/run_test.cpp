#include "cli/run.h"

#include <array>
#include <cstdio>
#include <cstdlib>
#include <fcntl.h>
#include <stdexcept>
#include <string>
#include <string_view>
#include <unistd.h>
#include <vector>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include "base/file.h"
#include "support/temp_dir.h"

using Catch::Matchers::ContainsSubstring;

namespace {

/// One stream of this process in a file, for as long as it lives.
class Captured {
  public:
    Captured(int fd, const std::filesystem::path& file) : fd_(fd), file_(file), kept_(::dup(fd)) {
        const int target = ::open(file.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
        ::dup2(target, fd_);
        ::close(target);
    }
    Captured(const Captured&) = delete;
    Captured& operator=(const Captured&) = delete;
    Captured(Captured&&) = delete;
    Captured& operator=(Captured&&) = delete;
    ~Captured() { restore(); }

    std::string text() {
        restore();
        return base::read_file(file_).value();
    }

  private:
    void restore() {
        if (kept_ < 0) return;
        ::dup2(kept_, fd_);
        ::close(kept_);
        kept_ = -1;
    }

    int fd_;
    std::filesystem::path file_;
    int kept_;
};

struct Outcome {
    int code = 0;
    std::string out;
    std::string err;
};

class Words {
  public:
    explicit Words(std::vector<std::string> words) : words_(std::move(words)) {
        for (std::string& word : words_)
            pointers_.push_back(word.data());
    }
    int count() const { return static_cast<int>(pointers_.size()); }
    char** data() { return pointers_.data(); }

  private:
    std::vector<std::string> words_;
    std::vector<char*> pointers_;
};

/// A host on which the hook `install` has run, for as long as it lives.
class InstalledHost {
  public:
    explicit InstalledHost(std::string_view record = "installed\n") {
        const std::filesystem::path global = lib_ / "data" / "letsencrypt" / "--global";
        std::filesystem::create_directories(global);
        if (!record.empty()) (void)base::replace_file(global / "installation", record, 0644);
        ::setenv("DOKKU_LIB_ROOT", lib_.path().c_str(), 1);
    }
    InstalledHost(const InstalledHost&) = delete;
    InstalledHost& operator=(const InstalledHost&) = delete;
    InstalledHost(InstalledHost&&) = delete;
    InstalledHost& operator=(InstalledHost&&) = delete;
    ~InstalledHost() { ::unsetenv("DOKKU_LIB_ROOT"); }

  private:
    test::TempDir lib_;
};

template <class Run>
Outcome capture(std::vector<std::string> argv, const Run& run) {
    const test::TempDir directory;
    Words words{std::move(argv)};
    Captured out{STDOUT_FILENO, directory / "out"};
    Captured err{STDERR_FILENO, directory / "err"};
    Outcome outcome;
    outcome.code = run(words.count(), words.data());
    outcome.out = out.text();
    outcome.err = err.text();
    return outcome;
}

Outcome run_command(std::vector<std::string> argv, const cli::Body& body,
                    std::string_view record = "installed\n") {
    const InstalledHost host{record};
    return capture(std::move(argv), [&](int argc, char** words) {
        return cli::run_subcommand(argc, words, "active", body);
    });
}

Outcome run_hook(std::vector<std::string> argv, const cli::Body& body) {
    return capture(std::move(argv),
                   [&](int argc, char** words) { return cli::run_hook(argc, words, body); });
}

}  // namespace

TEST_CASE("a subcommand's words begin behind its full name", "[cli][dokku-1.4]") {
    const auto outcome =
        run_command({"/x/active", "letsencrypt:active", "shop"}, [](const cli::Call& call) {
            call.log.plain(call.arguments.at(0));
            return cli::ExitCode::done;
        });
    CHECK(outcome.code == 0);
    CHECK(outcome.out == "shop\n");
}

TEST_CASE("a failure is shown with its steps and gives the exit code of its kind", "[cli]") {
    struct Case {
        base::ErrorKind kind;
        int code;
    };
    const auto c = GENERATE(values<Case>({{base::ErrorKind::unknown_app, 20},
                                          {base::ErrorKind::invalid_input, 1},
                                          {base::ErrorKind::rejected, 1},
                                          {base::ErrorKind::busy, 75}}));
    const auto outcome = run_command(
        {"/x/active", "letsencrypt:active"}, [&](const cli::Call&) -> base::Result<cli::ExitCode> {
            return base::fail(c.kind, "It failed", {"first do this", "  then that"});
        });
    CHECK(outcome.code == c.code);
    CHECK(outcome.out.empty());
    CHECK(outcome.err == " !     It failed\n !     first do this\n !       then that\n");
}

TEST_CASE("a body's own exit code is handed on", "[cli]") {
    CHECK(run_command({"/x/active", "letsencrypt:active"}, [](const cli::Call&) {
              return cli::ExitCode::failed;
          }).code == 1);
}

TEST_CASE("--help explains and does nothing", "[cli]") {
    const std::string flag = GENERATE("--help", "-h");
    const auto outcome =
        run_command({"/x/active", "letsencrypt:active", "shop", flag},
                    [](const cli::Call&) -> base::Result<cli::ExitCode> {
                        return base::fail(base::ErrorKind::internal, "must not run");
                    });
    CHECK(outcome.code == 0);
    CHECK(outcome.out ==
          "Usage: dokku letsencrypt:active <app>\n\n"
          "Prints true if nginx serves the app with a certificate that letsencrypt issued, else "
          "false.\n");
    CHECK(outcome.err.empty());
}

TEST_CASE("--help has further lines where the command has some", "[cli]") {
    const InstalledHost host;
    const auto outcome =
        capture({"/x/active", "letsencrypt:active", "--help"}, [](int argc, char** argv) {
            return cli::run_subcommand(
                argc, argv, "active", [](const cli::Call&) { return cli::ExitCode::failed; },
                [] {
                    return std::vector<std::string>{"Words:", "    word"};
                });
        });
    CHECK(outcome.code == 0);
    CHECK_THAT(outcome.out, Catch::Matchers::EndsWith("\n\nWords:\n    word\n"));
}

TEST_CASE("a command of a folder that was never installed says so once and works", "[cli]") {
    const auto outcome = run_command(
        {"/x/active", "letsencrypt:active"},
        [](const cli::Call& call) {
            call.log.plain("true");
            return cli::ExitCode::done;
        },
        "");
    CHECK(outcome.code == 0);
    CHECK(outcome.out == "true\n");
    CHECK(outcome.err ==
          " !     letsencrypt is not set up on this host: its install hook never ran. Run: sudo "
          "dokku plugin:install\n");
}

TEST_CASE("an exception is a bug and says so", "[cli]") {
    const auto outcome = run_command({"/x/active", "letsencrypt:active"},
                                     [](const cli::Call&) -> base::Result<cli::ExitCode> {
                                         throw std::out_of_range("too far");
                                     });
    CHECK(outcome.code == 70);
    CHECK(outcome.err == " !     bug: too far\n");
}

TEST_CASE("a subcommand that is not in the table is a bug", "[cli]") {
    const InstalledHost host;
    const auto outcome = capture({"/x/actve", "letsencrypt:actve"}, [](int argc, char** words) {
        return cli::run_subcommand(argc, words, "actve",
                                   [](const cli::Call&) { return cli::ExitCode::done; });
    });
    CHECK(outcome.code == 70);
    CHECK(outcome.err == " !     bug: actve is in no table of subcommands\n");
}

TEST_CASE("a hook never fails, it warns", "[cli][dokku-2.3]") {
    const auto failed = run_hook(
        {"/x/post-delete", "../x"}, [](const cli::Call& call) -> base::Result<cli::ExitCode> {
            return base::fail(base::ErrorKind::unknown_app,
                              "App " + call.arguments.at(0) + " does not exist");
        });
    CHECK(failed.code == 0);
    CHECK(failed.err == " !     App ../x does not exist\n");
    const auto thrown =
        run_hook({"/x/post-delete"}, [](const cli::Call&) -> base::Result<cli::ExitCode> {
            throw std::runtime_error("broken");
        });
    CHECK(thrown.code == 0);
    CHECK_THAT(thrown.err, ContainsSubstring("bug: broken"));
}

TEST_CASE("a hook's words are all words", "[cli]") {
    const auto outcome = run_hook({"/x/hook", "--help", "--force"}, [](const cli::Call& call) {
        call.log.plain(call.arguments.at(0) + call.arguments.at(1));
        return cli::ExitCode::done;
    });
    CHECK(outcome.out == "--help--force\n");
}

TEST_CASE("a reader that went away ends nothing", "[cli]") {
    Words words{{"/x/active", "letsencrypt:active"}};
    std::array<int, 2> ends{};
    REQUIRE(::pipe(ends.data()) == 0);
    const int kept = ::dup(STDOUT_FILENO);
    ::dup2(ends[1], STDOUT_FILENO);
    ::close(ends[0]);
    ::close(ends[1]);
    const int code =
        cli::run_subcommand(words.count(), words.data(), "active", [](const cli::Call& call) {
            call.log.plain("nobody reads this");
            return cli::ExitCode::done;
        });
    ::dup2(kept, STDOUT_FILENO);
    ::close(kept);
    CHECK(code == 0);
}
