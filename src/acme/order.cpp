#include "acme/order.h"

#include <algorithm>
#include <array>
#include <utility>

#include "acme/status_word.h"
#include "http/link.h"
#include "json/value.h"

namespace acme {
namespace {

constexpr std::size_t kMostIdentifiers = 1000;

using StatusWord = std::pair<std::string_view, OrderStatus>;
constexpr std::array kStatusWords{
    StatusWord{"pending", OrderStatus::pending},       StatusWord{"ready", OrderStatus::ready},
    StatusWord{"processing", OrderStatus::processing}, StatusWord{"valid", OrderStatus::valid},
    StatusWord{"invalid", OrderStatus::invalid},
};

base::Unexpected<base::Error> broken(std::string reason) {
    return base::fail(base::ErrorKind::protocol, std::move(reason));
}

base::Result<void> read_identifiers(const json::Value& object, Order& order) {
    const auto members = object.find("identifiers");
    if (!members) return broken("the order has no identifiers");
    const auto elements = members->elements();
    if (elements.empty() || elements.size() > kMostIdentifiers) {
        return broken("the order has no identifiers, or too many");
    }
    for (const json::Value& each : elements) {
        auto identifier = parse_identifier(each.to_text());
        if (!identifier) return broken("the order has an identifier that cannot be read");
        order.identifiers.push_back(std::move(*identifier));
    }
    return {};
}

base::Result<void> read_urls(const json::Value& object, Order& order) {
    order.authorizations = object.strings("authorizations");
    if (order.authorizations.size() > kMostIdentifiers) {
        return broken("the order has too many authorizations");
    }
    if (!std::all_of(order.authorizations.begin(), order.authorizations.end(), http::is_https)) {
        return broken("an authorization's URL in the order is not https");
    }
    order.finalize = object.string("finalize").value_or("");
    if (!http::is_https(order.finalize)) return broken("the order has no https URL to finalize");
    order.certificate = object.string("certificate").value_or("");
    if (!order.certificate.empty() && !http::is_https(order.certificate)) {
        return broken("the certificate's URL in the order is not https");
    }
    return {};
}

}  // namespace

base::Result<Order> parse_order(std::string_view json) {
    const auto object = json::Value::parse(json);
    if (!object) return object.error();
    const auto status = object->string("status");
    if (!status) return broken("the order has no status");
    Order order;
    order.status = parse_word(status, kStatusWords);
    order.status_text = *status;
    if (auto read = read_identifiers(*object, order); !read) return std::move(read).error();
    if (auto read = read_urls(*object, order); !read) return std::move(read).error();
    if (const auto error = object->find("error")) order.error = parse_problem(error->to_text(), 0);
    return order;
}

}  // namespace acme
