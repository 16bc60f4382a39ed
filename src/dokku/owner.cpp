#include "dokku/owner.h"

#include <grp.h>
#include <pwd.h>

namespace dokku {

base::Result<Owner> find_owner(const Environment& environment) {
    const passwd* user = ::getpwnam(environment.system_user.c_str());
    const group* group = ::getgrnam(environment.system_group.c_str());
    if (user == nullptr || group == nullptr) {
        return base::fail(base::ErrorKind::not_found,
                          "There is no user and group " + environment.system_user + ":" +
                              environment.system_group + " on this host");
    }
    return Owner{user->pw_uid, group->gr_gid};
}

}  // namespace dokku
