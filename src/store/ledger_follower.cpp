#include "store/ledger_follower.h"

namespace store {

base::Result<LedgerFollower::News> LedgerFollower::read(base::UtcTime now) {
    const auto text = text_.read();
    if (!text) return text.error();
    return News{text->is_whole, parse_ledger(text->lines, now)};
}

}  // namespace store
