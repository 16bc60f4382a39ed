#include "ledger/follower.h"

namespace ledger {

base::Result<Follower::News> Follower::read(base::UtcTime now) {
    const auto text = text_.read();
    if (!text) return text.error();
    return News{text->is_whole, parse_entries(text->lines, now)};
}

}  // namespace ledger
