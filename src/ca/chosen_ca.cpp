#include "ca/chosen_ca.h"

namespace ca {

ChosenCa set_ca(const settings::Settings& settings, const LegoOptions& options) {
    return {effective_server(settings), options.profile, options.external_account};
}

}  // namespace ca
