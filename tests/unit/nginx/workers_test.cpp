#include "nginx/workers.h"

#include <string>

#include <catch2/catch_test_macros.hpp>

#include "support/fake_nginx.h"
#include "support/files.h"

namespace {

using Host = test::NginxProcesses;

}  // namespace

TEST_CASE("former workers are retired once each has ended or shuts down", "[nginx][nginx]") {
    const Host host;
    const auto workers = host.look();
    CHECK_FALSE(workers.empty());
    CHECK_FALSE(workers.retired());
    host.process("105", "100", "nginx: worker process");  // a new one
    host.end("101");
    CHECK_FALSE(workers.retired());
    host.process("102", "100", "nginx: worker process is shutting down");
    CHECK(workers.retired());
}

TEST_CASE("where nginx cannot be seen there is nobody to wait for", "[nginx][nginx]") {
    const Host host;
    SECTION("no pid file") {
        std::filesystem::remove(host.pid_file);
    }
    SECTION("no number in it") {
        test::write_file(host.pid_file, "../200\n");
    }
    SECTION("an empty one") {
        test::write_file(host.pid_file, "\n");
    }
    SECTION("a process that is gone") {
        test::write_file(host.pid_file, "4711\n");
    }
    SECTION("no /proc") {
        std::filesystem::remove_all(host.proc);
    }
    CHECK(host.look().empty());
    CHECK(host.look().retired());
}

TEST_CASE("the pid file is where nginx's configuration says", "[nginx][nginx]") {
    const auto file_in = [](std::string_view text) {
        return nginx::nginx_pid_file(*nginx::parse_nginx_config(text, "/etc/nginx/nginx.conf"));
    };
    CHECK(file_in("pid /run/other.pid; events {}") == "/run/other.pid");
    CHECK(file_in("events {} http { }") == "/run/nginx.pid");
    CHECK(file_in("pid logs/nginx.pid;") == "/run/nginx.pid");  // relative to a compiled-in prefix
}
