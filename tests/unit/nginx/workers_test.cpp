#include "nginx/workers.h"

#include <functional>
#include <string>

#include <catch2/catch_test_macros.hpp>

#include "support/fake_clock.h"
#include "support/files.h"
#include "support/temp_dir.h"

namespace {

using namespace std::chrono_literals;

/// A /proc with one nginx of two workers (101, 102), and what else a host runs.
struct Host {
    test::TempDir folder;
    base::Path proc = folder / "proc";
    base::Path pid_file = folder / "nginx.pid";

    Host() {
        test::write_file(pid_file, "100\n");
        process("100", "1", "nginx: master process /usr/sbin/nginx");
        process("101", "100", "nginx: worker process");
        process("102", "100", "nginx: worker process");
        process("103", "100", "nginx: cache manager process");
        process("104", "100", "nginx: worker process is shutting down");
        process("201", "200", "nginx: worker process");  // of a container
        process("300", "1", "bash");
        test::write_file(proc / "uptime", "1 1");
    }

    void process(const std::string& pid, const std::string& parent,
                 const std::string& title) const {
        test::write_file(proc / pid / "stat", pid + " (a ) name) S " + parent + " 1 1 0 -1\n");
        test::write_file(proc / pid / "cmdline", title + std::string(20, '\0'));
    }

    void end(const std::string& pid) const { std::filesystem::remove_all(proc / pid); }

    nginx::NginxWorkers look() const { return nginx::NginxWorkers::find(pid_file, proc); }
};

/// A clock by which something happens on the host at the first sleep.
class EventClock final : public base::Clock {
  public:
    explicit EventClock(std::function<void()> event) : event_(std::move(event)) {}

    base::UtcTime now() const override { return clock_.now(); }
    Monotonic monotonic() const override { return clock_.monotonic(); }
    void sleep_for(std::chrono::milliseconds duration) override {
        clock_.sleep_for(duration);
        event_();
    }
    std::chrono::milliseconds passed() const { return clock_.passed(); }

  private:
    test::FakeClock clock_;
    std::function<void()> event_;
};

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

TEST_CASE("the wait for former workers ends when they are retired", "[nginx][nginx]") {
    const Host host;
    EventClock clock{[&] {
        host.end("101");
        host.end("102");
    }};
    CHECK(host.look().wait_until_retired(clock, 3s));
    CHECK(clock.passed() < 100ms);
}

TEST_CASE("the wait for former workers ends when patience does", "[nginx][nginx]") {
    const Host host;
    test::FakeClock clock;
    CHECK_FALSE(host.look().wait_until_retired(clock, 3s));
    CHECK(clock.passed() >= 3s);
    CHECK(clock.passed() < 4s);
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
    test::FakeClock clock;
    CHECK(host.look().empty());
    CHECK(host.look().wait_until_retired(clock, 3s));
    CHECK(clock.passed() == 0s);
}

TEST_CASE("the pid file is where nginx's configuration says", "[nginx][nginx]") {
    const auto file_in = [](std::string_view text) {
        return nginx::nginx_pid_file(*nginx::parse_nginx_config(text, "/etc/nginx/nginx.conf"));
    };
    CHECK(file_in("pid /run/other.pid; events {}") == "/run/other.pid");
    CHECK(file_in("events {} http { }") == "/run/nginx.pid");
    CHECK(file_in("pid logs/nginx.pid;") == "/run/nginx.pid");  // relative to a compiled-in prefix
}
