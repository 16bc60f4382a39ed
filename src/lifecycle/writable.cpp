#include "lifecycle/writable.h"

#include "base/file.h"
#include "ca/claim.h"
#include "serving/install_pair.h"
#include "status/host_fix.h"
#include "tls/certificate_files.h"

namespace lifecycle {
namespace {

base::Result<void> check_places(const ca::Context& context, const ca::IssueJob& job) {
    if (auto store = context.store.require_writable(job.app().text()); !store) return store;
    const base::Path folder = serving::certificate_folder(context, job);
    if (auto files = tls::require_certificate_files(folder, job.wanted().domains.front()); !files)
        return files;
    if (auto certs = base::require_writable_folder(folder.parent_path()); !certs) return certs;
    // The new pair is built in a folder beside tls/.
    return base::require_writable_folder(ca::app_folder(context, job));
}

}  // namespace

base::Result<void> require_writable(const ca::Context& context, const ca::IssueJob& job) {
    auto checked = check_places(context, job);
    if (checked) return checked;
    const std::string& why = checked.error().message;
    std::string fix = status::fix_of_host(why, job.app().text());
    if (fix.empty()) {
        fix = "Everything below " + context.environment.app_root(job.app()).string() +
              " and the plugin's data is to belong to the user dokku, with room on the disk.";
    }
    return base::fail(
        base::ErrorKind::io,
        "A certificate for " + job.app().text() + " could not be kept, so none is ordered: " + why,
        {fix + " At once with: dokku letsencrypt:enable " + job.app().text()});
}

}  // namespace lifecycle
