#include "cli/run.h"

#include <csignal>
#include <exception>
#include <stdexcept>
#include <string>
#include <vector>

#include "base/process.h"
#include "cli/subcommand_table.h"
#include "host/installation.h"

namespace cli {
namespace {

enum class Failing { allowed, never };

extern "C" void ignore_signal(int) {}

/// A reader that went away (`| head`) must not end us in the middle of a change. A handler, unlike
/// SIG_IGN, is not handed on to the programs we start.
void survive_closed_pipes() {
    struct sigaction action {};
    action.sa_handler = ignore_signal;
    action.sa_flags = SA_RESTART;
    ::sigaction(SIGPIPE, &action, nullptr);
}

std::vector<std::string> words_from(int argc, char** argv, int first) {
    std::vector<std::string> words;
    for (int i = first; i < argc; ++i)
        words.emplace_back(argv[i]);
    return words;
}

int report(const dokku::Log& log, const base::Result<ExitCode>& result) {
    if (result) return static_cast<int>(*result);
    log.warn(result.error());
    return static_cast<int>(to_exit_code(result.error().kind));
}

void report_bug(const char* what) {
    dokku::Environment loud;
    dokku::Log{loud}.warn(std::string{"bug: "} + what);
}

/// Only a command whose syntax has the switch finds it.
dokku::Log::Times times_of(const Arguments& arguments) {
    return arguments.has(kTimestamps) ? dokku::Log::Times::shown : dokku::Log::Times::none;
}

void show_help(const dokku::Log& log, const Subcommand& subcommand, Details details) {
    log.lines({"Usage: dokku " + usage_of(subcommand), "", std::string{subcommand.about}});
    if (details == nullptr) return;
    log.plain("");
    log.lines(details());
}

/// The one place where an exception ends: only bad_alloc and our own mistakes are thrown.
template <class Step>
int guarded(Failing failing, const Step& step) {
    int code = static_cast<int>(ExitCode::bug);
    try {
        base::open_standard_streams();
        survive_closed_pipes();
        code = step();
    } catch (const std::exception& error) {
        report_bug(error.what());
    } catch (...) {
        report_bug("unknown exception");
    }
    return failing == Failing::never ? 0 : code;
}

const Subcommand& subcommand_called(std::string_view name) {
    const Subcommand* found = find_subcommand(name);
    if (found != nullptr) return *found;
    throw std::logic_error(std::string{name} + " is in no table of subcommands");
}

int run_words(int argc, char** argv, Failing failing, const Body& body) {
    return guarded(failing, [&] {
        const dokku::Environment environment = dokku::Environment::read();
        const dokku::Log log{environment};
        Syntax all_words;
        all_words.verbatim_after = 0;
        const Arguments arguments = Arguments::read(words_from(argc, argv, 1), all_words, {});
        return report(log, body({environment, log, arguments}));
    });
}

}  // namespace

int run_subcommand(int argc, char** argv, std::string_view name, const Body& body,
                   Details details) {
    return guarded(Failing::allowed, [&] {
        const Subcommand& subcommand = subcommand_called(name);
        const dokku::Environment environment = dokku::Environment::read();
        // argv[1] is the command's full name (docs/dokku.md 1.4).
        const Arguments arguments =
            Arguments::read(words_from(argc, argv, 2), subcommand.syntax, environment.app_flag);
        const dokku::Log log{environment, times_of(arguments)};
        if (arguments.wants_help()) {
            show_help(log, subcommand, details);
            return static_cast<int>(ExitCode::done);
        }
        // Inside of a run of ours it has been said already.
        if (environment.run.empty()) {
            if (const auto missing = host::describe_missing_install(environment)) {
                log.warn(*missing);
            }
        }
        return report(log, body({environment, log, arguments}));
    });
}

int run_hook(int argc, char** argv, const Body& body) {
    return run_words(argc, argv, Failing::never, body);
}

int run_plain(int argc, char** argv, const Body& body) {
    return run_words(argc, argv, Failing::allowed, body);
}

}  // namespace cli
