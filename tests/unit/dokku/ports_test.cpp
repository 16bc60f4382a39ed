#include "dokku/ports.h"

#include <string>
#include <vector>

#include <catch2/catch_test_macros.hpp>

#include "support/dokku_host.h"
#include "support/fake_programs.h"

using dokku::Certificate;
using dokku::parse_port_map;
using dokku::resolve_ports;
using dokku::StoredPorts;

namespace {

std::string text_of(const std::vector<dokku::PortMapping>& map) {
    std::string text;
    for (const auto& mapping : map)
        text += mapping.text() + " ";
    return text;
}

}  // namespace

TEST_CASE("lines that are no mapping are skipped", "[dokku][dokku-4.3]") {
    CHECK(text_of(parse_port_map("http:80:5000\n\nhttps:443\nhttp:x:1\n:80:80\nhttp:0:1\n"
                                 "http:1:65536\ngrpc:1:2:3\n tcp:25:25 \n")) ==
          "http:80:5000 tcp:25:25 ");
}

TEST_CASE("a stored map is the whole answer, certificate or not", "[dokku][dokku-4.4]") {
    StoredPorts stored;
    stored.map = parse_port_map("http:8080:8080\n");
    stored.detected = parse_port_map("http:80:3000\n");
    stored.proxy_port = "81";
    CHECK(text_of(resolve_ports(stored, Certificate::present)) == "http:8080:8080 ");
    CHECK(text_of(resolve_ports(stored, Certificate::absent)) == "http:8080:8080 ");
}

TEST_CASE("without a stored map the detected one counts, else a default", "[dokku][dokku-4.4]") {
    StoredPorts stored;
    CHECK(text_of(resolve_ports(stored, Certificate::absent)) == "http:80:5000 ");
    stored.proxy_port = "8080";
    CHECK(text_of(resolve_ports(stored, Certificate::absent)) == "http:8080:5000 ");
    stored.detected = parse_port_map("http:80:3000\nhttp:81:3001\n");
    CHECK(text_of(resolve_ports(stored, Certificate::absent)) == "http:80:3000 http:81:3001 ");
}

TEST_CASE("a certificate brings https beside http:80", "[dokku][dokku-4.4]") {
    StoredPorts stored;
    CHECK(text_of(resolve_ports(stored, Certificate::present)) == "http:80:5000 https:443:5000 ");
    stored.detected = parse_port_map("http:80:3000\nhttp:81:3001\n");
    stored.proxy_ssl_port = "8443";
    CHECK(text_of(resolve_ports(stored, Certificate::present)) ==
          "http:80:3000 https:8443:3000 http:81:3001 ");
}

TEST_CASE("without http:80 a certificate turns http into https", "[dokku][dokku-4.4]") {
    StoredPorts stored;
    stored.detected = parse_port_map("http:3000:3000\ngrpc:50051:50051\n");
    CHECK(text_of(resolve_ports(stored, Certificate::present)) ==
          "https:3000:3000 grpc:50051:50051 ");
    StoredPorts elsewhere;
    elsewhere.proxy_port = "8080";
    CHECK(text_of(resolve_ports(elsewhere, Certificate::present)) == "https:8080:5000 ");
}

TEST_CASE("the port map is read from the files of the ports plugin", "[dokku][dokku-4.3]") {
    const test::DokkuHost host;
    const auto app = host.add_app("shop");
    CHECK(text_of(dokku::read_ports(host.environment, app).value()) == "http:80:5000 ");
    host.set_property("shop", "proxy-port", "8080", "proxy");
    host.set_property("shop", "map-detected", "http:80:3000\n", "ports");
    CHECK(text_of(dokku::read_ports(host.environment, app).value()) == "http:80:3000 ");
    host.install_pair(app, "a certificate\n");
    CHECK(text_of(dokku::read_ports(host.environment, app).value()) ==
          "http:80:3000 https:443:3000 ");
    host.set_property("shop", "map", "http:8080:8080\nhttps:443:8080\n", "ports");
    CHECK(text_of(dokku::read_ports(host.environment, app).value()) ==
          "http:8080:8080 https:443:8080 ");
}

TEST_CASE("certs-force is asked only if some plugin has it and it can matter",
          "[dokku][dokku-4.4]") {
    const test::DokkuHost host;
    const auto app = host.add_app("shop");
    const test::FakePrograms programs{R"(echo "$2" >>"${0%/*}/asked"; echo true)"};
    CHECK(dokku::read_ports(host.environment, app)->size() == 1);
    CHECK_FALSE(std::filesystem::exists(programs / "asked"));
    test::DokkuHost::write(host.environment.plugins_enabled / "caddy" / "certs-force", "");
    CHECK(dokku::read_ports(host.environment, app)->size() == 2);
    CHECK(std::filesystem::exists(programs / "asked"));
}
