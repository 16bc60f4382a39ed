#pragma once

namespace ca {

/// What an order for a certificate is for; renewal/rule.h decides.
enum class Need {
    renewal,     ///< letsencrypt has none for the app, or it is not good any more
    unfinished,  ///< it is good; an earlier run has left an order that is to come to its end
    growth,      ///< it is good, but for a name that it does not have
    standby,     ///< a custom certificate is served; that of letsencrypt is kept good beside it
};

}  // namespace ca
