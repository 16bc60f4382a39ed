#include "ca/request.h"

#include <catch2/catch_test_macros.hpp>

using ca::Origin;
using store::Asker;

namespace {

ca::Request by(Origin origin, bool by_hand = false) {
    ca::Request request;
    request.origin = origin;
    request.by_hand = by_hand;
    return request;
}

}  // namespace

TEST_CASE("who asked decides before whom a custom certificate stays", "[ca][design-1.3]") {
    CHECK(by(Origin::typed).asker() == Asker::operator_by_name);
    CHECK(by(Origin::all).asker() == Asker::operator_for_all);
    CHECK(by(Origin::scheduled).asker() == Asker::no_operator);
    CHECK(by(Origin::automatic).asker() == Asker::no_operator);
    // `retry APP` asks for no certificate, but for a look at once.
    CHECK(by(Origin::automatic, true).asker() == Asker::no_operator);
}

TEST_CASE("what runs by themselves find goes into the status", "[ca]") {
    CHECK_FALSE(by(Origin::typed).is_unattended());
    CHECK_FALSE(by(Origin::all).is_unattended());
    CHECK(by(Origin::scheduled).is_unattended());
    CHECK(by(Origin::automatic).is_unattended());
}

TEST_CASE("an operator may have freed a paused name, a schedule has not", "[ca][limits]") {
    CHECK(by(Origin::typed).asks_at_once());
    CHECK(by(Origin::all).asks_at_once());
    CHECK(by(Origin::automatic, true).asks_at_once());
    CHECK_FALSE(by(Origin::automatic).asks_at_once());
    CHECK_FALSE(by(Origin::scheduled).asks_at_once());
}
