#include "store/claim.h"

namespace store {

bool is_claimed_elsewhere(const AppState& state) {
    bool is_claimed = false;
    for_each_certificate(state, [&](const CertificateState& certificate) {
        is_claimed = is_claimed || is_claimed_elsewhere(certificate);
    });
    return is_claimed;
}

bool is_claimed_elsewhere(const CertificateState& certificate) {
    const auto& claim = certificate.claim;
    return claim && base::is_alive(claim->run) && claim->run != base::this_process();
}

bool has_left_journal(const CertificateState& certificate) {
    const auto& order = certificate.order;
    return order && (!order->url.empty() || !is_claimed_elsewhere(certificate));
}

bool is_at_work(const LocalStore& store, std::string_view app) {
    const auto lock = store.try_lock_app(app, IfHeld::refuse);
    if (!lock && lock.error().kind == base::ErrorKind::busy) return true;
    const auto state = store.read_state(app);
    return state && is_claimed_elsewhere(*state);
}

}  // namespace store
