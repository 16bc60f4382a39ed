// Takes the place of src/base/process_identity.cpp: processes are those of the simulated host.
#include "base/process_identity.h"

#include "base/text.h"
#include "simulation/kernel/kernel.h"

namespace base {
namespace {

/// Each process has a number of its own, so that tells when it was started as well.
ProcessIdentity identity_of(pid_t pid) {
    return {simulation::kernel().boot_id(), pid, static_cast<std::uint64_t>(pid)};
}

}  // namespace

std::string read_boot_id() {
    return simulation::kernel().boot_id();
}

ProcessIdentity this_process() {
    return identity_of(simulation::kernel().current_pid());
}

std::optional<ProcessIdentity> find_process(pid_t pid) {
    if (!simulation::kernel().is_alive(pid)) return std::nullopt;
    return identity_of(pid);
}

std::chrono::seconds start_of(const ProcessIdentity& process) {
    const auto* found = simulation::kernel().find(process.pid);
    if (found == nullptr) return {};
    return std::chrono::floor<std::chrono::seconds>(simulation::kernel().since_boot() -
                                                    (simulation::kernel().now() - found->started));
}

bool is_alive(const ProcessIdentity& process) {
    return process.boot_id == simulation::kernel().boot_id() &&
           simulation::kernel().is_alive(process.pid);
}

bool is_suspended(const ProcessIdentity& /*process*/) {
    return false;
}

std::string to_text(const ProcessIdentity& process) {
    return std::to_string(process.pid) + " " + std::to_string(process.started) + " " +
           process.boot_id;
}

std::optional<ProcessIdentity> parse_process_identity(std::string_view text) {
    const auto words = split_words(text);
    const auto pid = words.size() == 3 ? parse_integer(words[0]) : std::nullopt;
    const auto started = words.size() == 3 ? parse_integer(words[1]) : std::nullopt;
    if (!pid || !started) return std::nullopt;
    return ProcessIdentity{std::string{words[2]}, static_cast<pid_t>(*pid),
                           static_cast<std::uint64_t>(*started)};
}

}  // namespace base
