#include <algorithm>

#include "acme/renewal_info.h"
#include "crypto/certificate.h"
#include "json/writer.h"
#include "simulation/simulated_ca.h"
#include "support/certificate_maker.h"

namespace simulation {
namespace {

constexpr std::size_t kSerialBytes = 12;

}  // namespace

void SimulatedCa::issue(Order& order, const std::string& request) {
    test::CertificateSpec spec;
    spec.common_name = *order.names.begin();
    spec.names.assign(order.names.begin(), order.names.end());
    spec.issuer_name = "CA of " + character_.host;
    spec.not_before = now() - std::chrono::hours{1};
    spec.not_after = spec.not_before + character_.lifetime;
    spec.serial_bytes = "\x01" + dice_.bytes(kSerialBytes);
    spec.authority_key_identifier = "key of " + character_.host;
    spec.crl_points = {"URI:http://" + character_.host + "/list.crl"};
    IssuedCertificate one;
    one.chain_pem = test::make_certificate_for(spec, request, key_) + issuer_pem_;
    one.issuer = character_.host;
    one.serial = spec.serial_bytes;
    one.names = order.names;
    one.account = order.account;
    one.ordered = order.made;
    one.issued = now();
    one.not_after = spec.not_after;
    const auto lifetime = std::chrono::duration_cast<std::chrono::seconds>(character_.lifetime);
    one.window_start = spec.not_before + lifetime * 2 / 3 - lifetime / 90;
    one.window_end = one.window_start + lifetime / 45;

    order.status = "valid";
    order.certificate = std::to_string(certificates_.size() + 1);
    const auto leaf = crypto::Certificate::parse_pem(one.chain_pem);
    const std::string id = acme::renewal_id(*leaf).value();
    ids_.emplace(order.certificate, id);
    one.fingerprint = leaf->fingerprint();
    fingerprints_.emplace(one.fingerprint, id);
    const auto replaced = certificates_.find(order.replaces);
    if (replaced != certificates_.end()) replaced->second.is_replaced = true;
    if (character_.has_limits) {
        limits_.note_certificate(order.names, order.is_exempt, order.is_renewal, now());
    }
    const auto& kept = certificates_.emplace(id, std::move(one)).first->second;
    if (on_issue) on_issue(*this, kept);
}

SimulatedCa::Answer SimulatedCa::certificate(const std::string& number) {
    const auto id = ids_.find(number);
    if (id == ids_.end()) return problem(404, "malformed", "no such certificate");
    IssuedCertificate& one = certificates_.at(id->second);
    one.was_fetched = true;
    return {200, one.chain_pem, {{"content-type", "application/pem-certificate-chain"}}};
}

SimulatedCa::Answer SimulatedCa::renewal_info(const std::string& id) {
    const auto found = certificates_.find(id);
    if (found == certificates_.end()) return problem(404, "malformed", "no such certificate");
    const IssuedCertificate& one = found->second;
    json::Writer body;
    body.begin_object().key("suggestedWindow").begin_object();
    body.member("start", std::string_view{base::to_rfc3339(one.window_start)});
    body.member("end", std::string_view{base::to_rfc3339(one.window_end)});
    body.end_object().end_object();
    return {200, body.text(), {{"retry-after", "21600"}}};
}

IssuedCertificate* SimulatedCa::find_by_fingerprint(const std::string& fingerprint) {
    const auto id = fingerprints_.find(fingerprint);
    return id == fingerprints_.end() ? nullptr : &certificates_.at(id->second);
}

std::vector<const IssuedCertificate*> SimulatedCa::certificates_for(
    const std::set<std::string>& names) const {
    std::vector<const IssuedCertificate*> found;
    for (const auto& [id, one] : certificates_) {
        if (one.names == names) found.push_back(&one);
    }
    return found;
}

void SimulatedCa::call_back(IssuedCertificate& certificate) {
    certificate.window_start = now() - std::chrono::hours{48};
    certificate.window_end = now() - std::chrono::hours{24};
}

void SimulatedCa::revoke(IssuedCertificate& certificate) {
    certificate.revoked = now();
    call_back(certificate);
    list_der_.clear();
}

SimulatedCa::Answer SimulatedCa::revocation_list() {
    constexpr std::chrono::hours kFresh{24};
    if (list_der_.empty() || now() - list_made_ > kFresh) {
        test::CrlSpec spec;
        spec.issuer_name = "CA of " + character_.host;
        spec.made = list_made_ = now();
        spec.until = now() + std::chrono::hours{24 * 7};
        for (const auto& [id, one] : certificates_) {
            if (one.revoked) spec.revoked.push_back({one.serial, *one.revoked});
        }
        list_der_ = test::make_crl(spec, key_);
    }
    return {200, list_der_, {{"content-type", "application/pkix-crl"}}};
}

}  // namespace simulation
