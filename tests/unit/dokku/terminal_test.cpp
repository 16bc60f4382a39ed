#include "dokku/terminal.h"

#include <array>
#include <fcntl.h>
#include <string>
#include <sys/stat.h>
#include <unistd.h>

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include "support/temp_dir.h"

using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::EndsWith;
using Catch::Matchers::StartsWith;
using dokku::Stream;
using std::chrono::milliseconds;

namespace {

/// A pipe that is full but for `room` bytes.
class FullPipe {
  public:
    FullPipe() {
        std::array<int, 2> ends{};
        REQUIRE(::pipe2(ends.data(), O_CLOEXEC) == 0);
        reading_ = base::UniqueFd{ends[0]};
        writing_ = base::UniqueFd{ends[1]};
        milliseconds none{0};
        dokku::PatientWriter filler{writing_.get(), none};
        (void)filler.write(std::string(1UL << 20U, 'x'));
    }
    int fd() const { return writing_.get(); }
    std::string read() const {
        std::string text(1UL << 20U, '\0');
        const ssize_t got = ::read(reading_.get(), text.data(), text.size());
        text.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
        return text;
    }

  private:
    base::UniqueFd reading_;
    base::UniqueFd writing_;
};

}  // namespace

TEST_CASE("lines that nobody reads are in the log file, and counted", "[dokku]") {
    const test::TempDir dir;
    const base::Path log = dir / "letsencrypt.log";
    const FullPipe pipe;
    const base::UniqueFd err{
        ::open((dir / "err").c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600)};
    {
        dokku::Terminal terminal{{pipe.fd(), err.get()}, milliseconds{50}, log};
        terminal.write(Stream::out, "-----> one\n");
        terminal.write(Stream::out, "-----> two\n-----> three\n");
        terminal.write(Stream::err, " !     heard\n");
        CHECK(pipe.read() == std::string(65'536, 'x'));
        terminal.write(Stream::out, "-----> four\n");
        CHECK(pipe.read() == "\n !     Lines that nobody read for a minute: 3; they are in " +
                                 log.string() + "\n-----> four\n");
    }
    CHECK(base::read_file(dir / "err").value() == " !     heard\n");
    const std::string kept = base::read_file(log).value();
    CHECK_THAT(kept, StartsWith("letsencrypt: nobody reads what process " +
                                std::to_string(::getpid()) + " says; it goes on here\n"));
    CHECK_THAT(kept, EndsWith("here\n-----> one\n-----> two\n-----> three\n"));
}

TEST_CASE("what a full disk or a closed stream does not take is in the log file", "[dokku]") {
    const test::TempDir dir;
    const base::Path log = dir / "letsencrypt.log";
    const base::UniqueFd full{::open("/dev/full", O_WRONLY | O_CLOEXEC)};
    REQUIRE(full);
    const base::UniqueFd closed{::open("/dev/null", O_RDONLY | O_CLOEXEC)};  // EBADF, as good
    {
        dokku::Terminal terminal{{full.get(), closed.get()}, milliseconds{50}, log};
        terminal.write(Stream::out, "-----> one\n");
        terminal.write(Stream::out, "-----> two\n");
        terminal.write(Stream::err, " !     three\n");
    }
    CHECK_THAT(base::read_file(log).value(), EndsWith("-----> one\n-----> two\n !     three\n"));
}

TEST_CASE("a reader who comes back at the end hears what was missed", "[dokku]") {
    const test::TempDir dir;
    const FullPipe pipe;
    {
        dokku::Terminal terminal{{pipe.fd(), pipe.fd()}, milliseconds{0}, dir / "log"};
        terminal.write(Stream::err, " !     lost\n");
        (void)pipe.read();
    }
    CHECK_THAT(pipe.read(), ContainsSubstring("nobody read for a minute: 1"));
}

TEST_CASE("a log file that is none costs only the lines", "[dokku]") {
    const test::TempDir dir;
    REQUIRE(::mkfifo((dir / "log").c_str(), 0600) == 0);
    const base::UniqueFd held{::open((dir / "log").c_str(), O_RDWR | O_CLOEXEC)};
    const FullPipe pipe;
    dokku::Terminal terminal{{pipe.fd(), pipe.fd()}, milliseconds{0}, dir / "log"};
    terminal.write(Stream::out, "lost\n");
    terminal.write(Stream::out, "lost\n");
    (void)pipe.read();
    terminal.write(Stream::out, "heard\n");
    CHECK_THAT(pipe.read(), EndsWith("nobody read for a minute: 2; they are in " +
                                     (dir / "log").string() + "\nheard\n"));
}
