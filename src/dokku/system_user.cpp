#include "dokku/system_user.h"

#include <cerrno>
#include <cstdlib>
#include <grp.h>
#include <pwd.h>
#include <string>
#include <system_error>
#include <unistd.h>

#include "base/file.h"

namespace dokku {

base::Result<SystemUser> find_owner(const Environment& environment) {
    const passwd* user = ::getpwnam(environment.system_user.c_str());
    const group* group = ::getgrnam(environment.system_group.c_str());
    if (user == nullptr || group == nullptr) {
        return base::fail(base::ErrorKind::not_found,
                          "There is no user and group " + environment.system_user + ":" +
                              environment.system_group + " on this host");
    }
    return SystemUser{user->pw_uid, group->gr_gid};
}

base::Result<void> become_owner(const Environment& environment, const SystemUser& owner) {
    if (::geteuid() != 0 || owner.user == 0) return {};
    const std::string& name = environment.system_user;
    const passwd* user = ::getpwnam(name.c_str());
    const std::string home = user != nullptr ? user->pw_dir : environment.root.string();
    if (::initgroups(name.c_str(), owner.group) != 0 ||
        ::setresgid(owner.group, owner.group, owner.group) != 0 ||
        ::setresuid(owner.user, owner.user, owner.user) != 0) {
        return base::fail(base::ErrorKind::io,
                          "Cannot become " + name + ": " + std::generic_category().message(errno));
    }
    // What Dokku's programs look for; nor are they to start in a folder that they cannot read.
    ::setenv("HOME", home.c_str(), 1);
    ::setenv("USER", name.c_str(), 1);
    ::setenv("LOGNAME", name.c_str(), 1);
    if (::chdir("/") != 0) return base::io_error("entering", "/", errno);
    return {};
}

}  // namespace dokku
