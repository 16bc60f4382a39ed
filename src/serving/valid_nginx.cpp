#include "serving/valid_nginx.h"

#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

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

/// Pairs that are missing or damaged are put right on the way, each app's once.
base::Result<std::optional<nginx::NginxComplaint>> test_nginx(renewal::CaInquiries& inquiries) {
    const ca::Context& context = inquiries.context();
    std::set<std::string> seen;
    for (;;) {
        auto complaint = nginx::NginxService::test();
        if (!complaint || !complaint->has_value()) return complaint;
        const auto app = app_of_pair(context, **complaint);
        if (!app || !seen.insert(app->text()).second) return complaint;
        const bool has_pair = dokku::has_pair(context.environment, *app);
        if (has_pair) check_pair_of_ours(context, *app);
        if (!has_pair || set_damaged_pair_aside(context, *app)) mend_missing_pair(inquiries, *app);
    }
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

/// `steps` come before those that it knows itself.
base::Error explain(const ca::Context& context, const nginx::NginxComplaint& complaint,
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

}  // namespace

base::Result<void> require_valid_nginx(const ca::Context& context) {
    ca::Context asking = context;
    renewal::CaInquiries inquiries{asking};
    const auto complaint = test_nginx(inquiries);
    if (!complaint) return complaint.error();
    if (!complaint->has_value()) return {};
    return explain(context, **complaint,
                   {"Nothing was ordered: nginx could not load a certificate now."});
}

bool mend_nginx(renewal::CaInquiries& inquiries) {
    const ca::Context& context = inquiries.context();
    const auto complaint = test_nginx(inquiries);
    if (!complaint) context.log.warn(complaint.error().message);
    if (!complaint || !complaint->has_value()) return true;
    context.log.warn(explain(context, **complaint, {}));
    return false;
}

void mend_missing_pairs(renewal::CaInquiries& inquiries) {
    const ca::Context& context = inquiries.context();
    const auto apps = dokku::list_all_apps(context.environment);
    if (!apps) return context.log.warn(apps.error().message);
    if (find_missing_pairs(context.environment, *apps).empty()) return;
    const auto complaint = test_nginx(inquiries);
    if (!complaint) context.log.warn(complaint.error().message);
}

}  // namespace serving
