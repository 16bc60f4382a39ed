#include "serving/sound_changes.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "renewal/ca_inquiries.h"
#include "serving/valid_nginx.h"

namespace serving {
namespace {

using Complaint = nginx::NginxComplaint;
using Routes = std::vector<RoutedJob>;

base::Error refused_route(const Complaint& complaint, std::vector<std::string> steps) {
    const std::string place = complaint.file.empty() ? "" : " in " + complaint.place();
    return {base::ErrorKind::rejected,
            "nginx refuses the ACME challenge route: " + complaint.message + place, std::nullopt,
            std::move(steps)};
}

void undo(const ca::Context& context, const RoutedJob& route, const Complaint& complaint) {
    route.job->fail(store::cause::kPathShadowed,
                    refused_route(complaint, shadow_steps(route.job->app().text())));
    remove_route_files(context, *route.job);
}

/// Returns whether that was possible.
bool undo(const ca::Context& context, const LoadedJob& pair, const Complaint& complaint) {
    if (pair.former == nullptr) return false;
    const auto put_back = put_former_pair_back(context, *pair.job, *pair.former);
    if (!put_back) {
        context.log.warn(pair.job->app().text() + ": " + put_back.error().message);
        return false;
    }
    const std::string& app = pair.job->app().text();
    pair.job->fail(
        store::cause::kReloadRefused,
        {base::ErrorKind::protocol,
         "nginx refuses the new certificate: " + complaint.message +
             ". The former one was put back",
         std::nullopt,
         {"The nginx of this host does not load what this CA issues for this type of "
          "key. Use another type or another CA: dokku letsencrypt:set " +
          app + " key-type rsa2048, or dokku letsencrypt:set " + app + " server <url>"}});
    return true;
}

/// The route that the file belongs to: its own files, or the vhost that includes it. The pair of an
/// app is not the route's.
bool undo_route_of(const ca::Context& context, Routes& routes, const Complaint& complaint) {
    const std::string app = nginx::app_of_file(context.environment.root, complaint.file);
    const auto blamed = std::find_if(routes.begin(), routes.end(), [&](const RoutedJob& one) {
        const bool is_pair =
            complaint.file.parent_path() == context.environment.tls_root(one.job->app());
        return (one.job->app().text() == app && !is_pair) ||
               nginx::route_files(context.environment, one.job->app()).block == complaint.file;
    });
    if (blamed == routes.end()) return false;
    undo(context, *blamed, complaint);
    routes.erase(blamed);
    return true;
}

bool undo_pair_of(const ca::Context& context, const std::vector<LoadedJob>& pairs,
                  const Complaint& complaint) {
    const auto blamed = std::find_if(pairs.begin(), pairs.end(), [&](const LoadedJob& one) {
        const bool has_new_pair = one.job->alive() && one.job->need != ca::Need::standby;
        return has_new_pair &&
               complaint.file.parent_path() == context.environment.tls_root(one.job->app());
    });
    // Its route has ended all the same.
    return blamed != pairs.end() && undo(context, *blamed, complaint);
}

void fail_routes(Routes& routes, std::string_view cause, const base::Error& error) {
    for (const RoutedJob& one : routes)
        one.job->fail(cause, error);
    routes.clear();
}

/// Nothing if nginx cannot be asked.
async::Task<bool> is_refused(const ca::Context& context, std::optional<Complaint>& complaint) {
    auto answer = co_await context.programs->test_nginx();
    complaint = answer ? std::move(*answer) : Complaint{answer.error().message, {}};
    co_return complaint.has_value();
}

/// Nginx refuses what these routes add to those that it loads. Those of a half are written anew for
/// the test, and taken away again where nginx refuses them.
class Halves {
  public:
    Halves(const ca::Context& context, NginxSnapshot& host) : context_(context), host_(host) {}

    /// The routes that nginx loads together.
    async::Task<Routes> sound_ones(Routes suspects) {
        for (const RoutedJob& one : suspects)
            remove_route_files(context_, *one.job);
        const bool is_of_others = co_await is_refused(context_, complaint_);
        if (is_of_others) {
            fail_routes(suspects, store::cause::kBlockedBy, refused_route(*complaint_, {}));
            co_return Routes{};
        }
        co_await add(std::move(suspects));
        co_return std::move(sound_);
    }

  private:
    async::Task<void> add(Routes suspects) {
        if (suspects.empty()) co_return;
        write(suspects);
        const bool refused = co_await is_refused(context_, complaint_);
        if (!refused) {
            for (RoutedJob& one : suspects)
                sound_.push_back(std::move(one));
            co_return;
        }
        if (suspects.size() == 1) co_return undo(context_, suspects.front(), *complaint_);
        for (const RoutedJob& one : suspects)
            remove_route_files(context_, *one.job);
        const auto middle = suspects.begin() + static_cast<std::ptrdiff_t>(suspects.size() / 2);
        Routes second{std::make_move_iterator(middle), std::make_move_iterator(suspects.end())};
        suspects.erase(middle, suspects.end());
        co_await add(std::move(suspects));
        co_await add(std::move(second));
    }

    void write(Routes& routes) {
        std::erase_if(routes, [&](RoutedJob& one) {
            auto written = write_route_files(context_, host_, *one.job);
            if (written) {
                one = std::move(*written);
            } else {
                one.job->fail(store::cause::kHost, std::move(written).error());
            }
            return !one.job->alive();
        });
    }

    const ca::Context& context_;
    NginxSnapshot& host_;
    std::optional<Complaint> complaint_;
    Routes sound_;
};

}  // namespace

void tell_not_loaded(const ca::Context& context, const base::Error& why) {
    context.log.warn("nginx was not reloaded: " + why.message);
    context.log.warn("The files are in place. Once that is mended: dokku nginx:reload");
}

async::Task<bool> make_sound(const ca::Context& context, NginxSnapshot& host, Changes& changes) {
    ca::Context asking = context;
    renewal::CaInquiries inquiries{asking};
    bool is_searched = false;
    for (;;) {
        const auto answer = co_await test_and_mend(inquiries, kRemovalPatience);
        if (!answer) {
            fail_routes(changes.routes, store::cause::kHost, answer.error());
            if (!changes.pairs.empty()) tell_not_loaded(context, answer.error());
            co_return false;
        }
        if (!answer->has_value()) co_return true;
        const Complaint& complaint = **answer;
        if (undo_pair_of(context, changes.pairs, complaint)) continue;
        if (undo_route_of(context, changes.routes, complaint)) continue;
        if (!std::exchange(is_searched, true) && !changes.routes.empty()) {
            Halves halves{context, host};
            Routes suspects = std::exchange(changes.routes, {});
            changes.routes = co_await halves.sound_ones(std::move(suspects));
            continue;
        }
        fail_routes(changes.routes, store::cause::kBlockedBy, refused_route(complaint, {}));
        if (!changes.pairs.empty())
            tell_not_loaded(context, explain_complaint(context, complaint, {}));
        co_return false;
    }
}

}  // namespace serving
