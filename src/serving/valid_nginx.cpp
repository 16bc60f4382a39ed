#include "serving/valid_nginx.h"

#include <chrono>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "async/sleep.h"
#include "nginx/config.h"
#include "nginx/service.h"
#include "serving/check_pair.h"
#include "serving/missing_pair.h"
#include "tls/certs.h"
#include "tls/removal_marker.h"

namespace serving {
namespace {

/// The first part in quotation marks.
std::string first_quoted(std::string_view text) {
    const auto open = text.find('"');
    if (open == std::string_view::npos) return {};
    text.remove_prefix(open + 1);
    const auto close = text.find('"');
    return close == std::string_view::npos ? std::string{} : std::string{text.substr(0, close)};
}

/// nginx says which server name it refuses, but not where it stands.
void find_place_of_name(nginx::NginxComplaint& complaint, const std::string& name) {
    for (const auto& server :
         nginx::find_servers(nginx::read_nginx_config(nginx::kNginxMainConfig))) {
        if (!server.has_name(name)) continue;
        complaint.file = server.file;
        complaint.line = server.line;
        return;
    }
}

/// The app whose certificate nginx cannot load.
std::optional<dokku::AppName> app_of_pair(const ca::Context& context,
                                          const nginx::NginxComplaint& complaint) {
    const auto app =
        dokku::AppName::parse(nginx::app_of_file(context.environment.root, complaint.file));
    const bool is_pair = app && complaint.file.parent_path() == context.environment.tls_root(*app);
    return is_pair ? std::optional{*app} : std::nullopt;
}

/// What to type where the files of a pair are not there: `certs:remove` would find none either.
std::string step_for_missing(const ca::Context& context, const dokku::AppName& app) {
    const std::string& name = app.text();
    const auto removal = tls::pending_removal(context.environment, app);
    if (removal && !removal->is_cut_short()) {
        const std::string pid = std::to_string(removal->writer.pid);
        return "A command that removes that certificate has come to no end. Look at it with: ps -o "
               "pid,stat,lstart,args -p " +
               pid + ", end it with: sudo kill -KILL " + pid +
               ", then type: dokku proxy:build-config " + name;
    }
    return "Install that certificate anew with: dokku certs:add " + name +
           " <certificate> <key>, or do without it with: dokku proxy:build-config " + name;
}

std::string next_step(const ca::Context& context, const nginx::NginxComplaint& complaint,
                      const std::string& app, const std::string& name) {
    if (app.empty()) return "Mend that file and try again.";
    if (!name.empty()) {
        return "Take that name away with: dokku domains:remove " + app + " '" + name + "'";
    }
    const auto owner = app_of_pair(context, complaint);
    if (owner && !dokku::has_pair(context.environment, *owner)) {
        return step_for_missing(context, *owner);
    }
    if (owner) {
        return "Install that certificate anew with: dokku certs:add " + app +
               " <certificate> <key>, or take it away with: dokku certs:remove " + app;
    }
    return "Mend that file, or let Dokku write it again with: dokku proxy:build-config " + app;
}

/// Does nginx complain because another command is taking that very pair away? The vhost that names
/// it is rebuilt next.
bool is_passing(const ca::Context& context, const nginx::NginxComplaint& complaint) {
    const auto app = app_of_pair(context, complaint);
    if (!app || dokku::has_pair(context.environment, *app)) return false;
    const auto removal = tls::pending_removal(context.environment, *app);
    return removal && !removal->is_cut_short() && !base::is_suspended(removal->writer);
}

constexpr std::chrono::seconds kNoPatience{0};

/// Waits for what passes until `deadline`.
async::Task<base::Result<std::optional<nginx::NginxComplaint>>> test_nginx_patiently(
    const ca::Context& context, base::Clock::Monotonic deadline) {
    constexpr std::chrono::milliseconds kPollInterval{200};
    for (;;) {
        auto complaint = co_await context.programs->test_nginx();
        const bool is_refused = complaint && complaint->has_value();
        const bool is_awaited = is_refused && is_passing(context, **complaint);
        if (!is_awaited || context.clock.monotonic() >= deadline) co_return complaint;
        co_await async::sleep_for(kPollInterval);
    }
}

}  // namespace

async::Task<base::Result<std::optional<nginx::NginxComplaint>>> test_and_mend(
    renewal::CaInquiries& inquiries, std::chrono::seconds patience) {
    const ca::Context& context = inquiries.context();
    const auto deadline = context.clock.monotonic() + patience;
    std::set<std::string> seen;
    for (;;) {
        auto complaint = co_await test_nginx_patiently(context, deadline);
        if (!complaint || !complaint->has_value()) co_return complaint;
        const auto app = app_of_pair(context, **complaint);
        if (!app || !seen.insert(app->text()).second) co_return complaint;
        const bool has_pair = dokku::has_pair(context.environment, *app);
        if (has_pair) check_pair_of_ours(context, *app);
        const bool is_missing = !has_pair || set_damaged_pair_aside(context, *app);
        if (is_missing) co_await mend_missing_pair(inquiries, *app);
    }
}

base::Error explain_complaint(const ca::Context& context, const nginx::NginxComplaint& complaint,
                              std::vector<std::string> steps) {
    nginx::NginxComplaint words = complaint;
    const std::string name = words.file.empty() ? first_quoted(words.message) : "";
    if (!name.empty()) find_place_of_name(words, name);
    const std::string app = nginx::app_of_file(context.environment.root, words.file);
    std::string message = "nginx's configuration is broken already";
    if (!app.empty()) message += " by app " + app;
    if (!words.file.empty()) message += " (" + words.place() + ")";
    steps.emplace_back("See it with: sudo nginx -t");
    steps.push_back(next_step(context, words, app, name));
    return {base::ErrorKind::rejected, message + ": " + words.message, std::nullopt,
            std::move(steps)};
}

async::Task<base::Result<void>> require_valid_nginx(const ca::Context& context) {
    ca::Context asking = context;
    renewal::CaInquiries inquiries{asking};
    const auto complaint = co_await test_and_mend(inquiries, kRemovalPatience);
    if (!complaint) co_return complaint.error();
    if (!complaint->has_value()) co_return base::Result<void>{};
    std::vector<std::string> steps{"Nothing was ordered: nginx could not load a certificate now."};
    co_return explain_complaint(context, **complaint, std::move(steps));
}

async::Task<bool> mend_nginx(renewal::CaInquiries& inquiries) {
    const ca::Context& context = inquiries.context();
    const auto complaint = co_await test_and_mend(inquiries, kNoPatience);
    if (!complaint) context.log.warn(complaint.error().message);
    if (!complaint || !complaint->has_value()) co_return true;
    context.log.warn(explain_complaint(context, **complaint, {}));
    co_return false;
}

async::Task<void> mend_missing_pairs(renewal::CaInquiries& inquiries) {
    const ca::Context& context = inquiries.context();
    const auto apps = dokku::list_all_apps(context.environment);
    if (!apps) {
        context.log.warn(apps.error().message);
        co_return;
    }
    if (find_missing_pairs(context.environment, *apps).empty()) co_return;
    const auto complaint = co_await test_and_mend(inquiries, kNoPatience);
    if (!complaint) context.log.warn(complaint.error().message);
}

}  // namespace serving
