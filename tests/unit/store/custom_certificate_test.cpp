#include "store/custom_certificate.h"

#include <catch2/catch_test_macros.hpp>

using store::after_removal;
using store::AfterRemoval;
using store::Asker;
using store::custom_certificate_stays;

namespace {

constexpr bool kExpired = true;
constexpr bool kUnexpired = false;

}  // namespace

TEST_CASE("a typed enable of the app replaces a custom certificate", "[store][design-1.3]") {
    CHECK_FALSE(custom_certificate_stays(Asker::operator_by_name, kUnexpired));
    CHECK_FALSE(custom_certificate_stays(Asker::operator_by_name, kExpired));
}

TEST_CASE("a command over all apps replaces no custom certificate", "[store][design-1.3]") {
    CHECK(custom_certificate_stays(Asker::operator_for_all, kUnexpired));
    CHECK(custom_certificate_stays(Asker::operator_for_all, kExpired));
}

TEST_CASE("where no operator asked a custom certificate stays until it has expired",
          "[store][design-1.3]") {
    CHECK(custom_certificate_stays(Asker::no_operator, kUnexpired));
    CHECK_FALSE(custom_certificate_stays(Asker::no_operator, kExpired));
}

TEST_CASE("ours takes the place of a removed custom certificate where it issues by itself",
          "[store][design-8.3]") {
    CHECK(after_removal(store::Owner::custom, true) == AfterRemoval::order_ours);
    CHECK(after_removal(store::Owner::custom, false) == AfterRemoval::leave_alone);
}

TEST_CASE("who removes a certificate of ours switches the app off", "[store][design-8.3]") {
    CHECK(after_removal(store::Owner::ours, true) == AfterRemoval::switch_off);
    CHECK(after_removal(store::Owner::ours, false) == AfterRemoval::switch_off);
}
