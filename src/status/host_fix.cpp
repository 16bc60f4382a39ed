#include "status/host_fix.h"

#include <array>

#include "base/file.h"

namespace status {
namespace {

/// The path of `writing /a/b: No space left on device`, as base::io_error writes it.
base::Path path_before(std::string_view reason, std::size_t end) {
    const std::string_view before = reason.substr(0, end);
    const auto begin = before.rfind(" /");
    if (begin == std::string_view::npos) return {};
    base::Path path{before.substr(begin + 1)};
    // The file that replace_file begins with is gone by now.
    const bool is_temporary =
        path.filename().string().starts_with('.') && path.extension() == ".tmp";
    return is_temporary ? path.parent_path() : path;
}

/// What of Dokku's folders is to belong to its user as a whole; empty for any other path.
std::string own_tree(const base::Path& path, std::string_view app) {
    const std::string text = path.string() + "/";
    const std::array<std::string, 3> trees{"/data/letsencrypt/", "/config/letsencrypt/",
                                           "/" + std::string{app} + "/"};
    for (const std::string& tree : trees) {
        const auto at = text.find(tree);
        if (at != std::string::npos) return text.substr(0, at + tree.size() - 1);
    }
    return {};
}

std::string give_back(const base::Path& path, std::string_view app) {
    const std::string tree = own_tree(path, app);
    if (tree.empty()) return {};
    return "Give it back to Dokku: sudo chown -R dokku:dokku " + tree + " && sudo chmod -R u+rwX " +
           tree + ". It is tried again.";
}

std::string make_room(const base::Path& path, std::string_view /*app*/) {
    return "Make room on that disk; how full it is: df -h " + path.string() + " and df -i " +
           path.string() + ". It is tried again.";
}

std::string mount_anew(const base::Path& path, std::string_view /*app*/) {
    return "See which disk that is, and why it takes nothing: findmnt -T " + path.string() +
           " and sudo dmesg. Mounted for writing again, it is tried again.";
}

std::string move_away(const base::Path& path, std::string_view /*app*/) {
    return "A folder stands where a file is to be. Move it away: sudo mv " + path.string() + " " +
           path.string() + ".aside. It is tried again.";
}

struct Complaint {
    std::string_view words;  ///< of the operating system
    std::string (*fix)(const base::Path& path, std::string_view app);
};

constexpr auto kComplaints = std::to_array<Complaint>({
    {": Permission denied", give_back},
    {": Operation not permitted", give_back},
    {": No space left on device", make_room},
    {": Disk quota exceeded", make_room},
    {": Read-only file system", mount_anew},
    {": Is a directory", move_away},
});

}  // namespace

std::string fix_of_host(std::string_view reason, std::string_view app) {
    if (reason.find("LEGO_CA_CERTIFICATES") != std::string_view::npos) {
        return "Put that file back, or have ~dokku/.dokkurc/LEGO_CA_CERTIFICATES name another that "
               "the user dokku can read. It is tried again.";
    }
    for (const Complaint& complaint : kComplaints) {
        const auto at = reason.find(complaint.words);
        if (at == std::string_view::npos) continue;
        const base::Path path = path_before(reason, at);
        return path.empty() ? std::string{} : complaint.fix(path, app);
    }
    return {};
}

std::string fix_of_name(const store::Cause& cause, std::string_view app,
                        const store::NameState& name) {
    if (cause.name == store::cause::kHost) {
        if (std::string fix = fix_of_host(name.reason, app); !fix.empty()) return fix;
    }
    return store::fix_of(cause, app, name.name);
}

base::Error with_fix(base::Error error, std::string_view app) {
    if (!error.steps.empty()) return error;
    if (std::string fix = fix_of_host(error.message, app); !fix.empty()) {
        error.steps.push_back(std::move(fix));
    }
    return error;
}

}  // namespace status
