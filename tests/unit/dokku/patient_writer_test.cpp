#include "dokku/patient_writer.h"

#include <array>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <fcntl.h>
#include <string>
#include <thread>
#include <unistd.h>

#include <catch2/catch_test_macros.hpp>

#include "base/unique_fd.h"
#include "support/temp_dir.h"

using std::chrono::milliseconds;

namespace {

struct Pipe {
    Pipe() {
        std::array<int, 2> ends{};
        REQUIRE(::pipe2(ends.data(), O_CLOEXEC) == 0);
        reading = base::UniqueFd{ends[0]};
        writing = base::UniqueFd{ends[1]};
    }
    std::string read_all() const {
        std::string text(1UL << 20U, '\0');
        const ssize_t got = ::read(reading.get(), text.data(), text.size());
        text.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
        return text;
    }
    base::UniqueFd reading;
    base::UniqueFd writing;
};

constexpr std::size_t kMoreThanAPipe = 300'000;

}  // namespace

TEST_CASE("what is read is written whole, however much it is", "[dokku]") {
    const Pipe pipe;
    milliseconds patience{10'000};
    dokku::PatientWriter writer{pipe.writing.get(), patience};
    CHECK(writer.write("a line\n") == 7);
    CHECK(pipe.read_all() == "a line\n");
    std::string read;
    std::thread reader{[&] {
        while (read.size() < kMoreThanAPipe)
            read += pipe.read_all();
    }};
    CHECK(writer.write(std::string(kMoreThanAPipe, 'x')) == kMoreThanAPipe);
    reader.join();
    CHECK(read == std::string(kMoreThanAPipe, 'x'));
    CHECK((::fcntl(pipe.writing.get(), F_GETFL) & O_NONBLOCK) == 0);
}

TEST_CASE("a reader that does not read is waited for once", "[dokku]") {
    const Pipe pipe;
    milliseconds patience{300};
    dokku::PatientWriter writer{pipe.writing.get(), patience};
    const auto begun = std::chrono::steady_clock::now();
    CHECK(writer.write(std::string(kMoreThanAPipe, 'x')) == 65'536);
    CHECK(writer.write("more\n") == 0);
    dokku::PatientWriter other{pipe.writing.get(), patience};
    CHECK(other.write("more\n") == 0);
    const auto took = std::chrono::steady_clock::now() - begun;
    CHECK(took >= milliseconds{300});
    CHECK(took < milliseconds{3000});
    CHECK_FALSE(writer.is_closed());
    CHECK_FALSE(writer.is_read());
    // Back again: what is taken at once is written.
    (void)pipe.read_all();
    CHECK(writer.is_read());
    CHECK(writer.write("more\n") == 5);
}

TEST_CASE("a terminal that is held does not hold its writer", "[dokku]") {
    const base::UniqueFd master{::posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC)};
    REQUIRE(master);
    REQUIRE(::grantpt(master.get()) == 0);
    REQUIRE(::unlockpt(master.get()) == 0);
    const base::UniqueFd terminal{::open(::ptsname(master.get()), O_RDWR | O_NOCTTY | O_CLOEXEC)};
    REQUIRE(terminal);
    milliseconds patience{300};
    dokku::PatientWriter writer{terminal.get(), patience};
    const auto begun = std::chrono::steady_clock::now();
    // No multiple of what a terminal takes: it stops in the middle of a write.
    std::size_t taken = 0;
    for (int i = 0; i < 2000; ++i)
        taken += writer.write("a line of a run that nobody reads at the other end of the line\n");
    CHECK(taken > 0);
    CHECK(taken < 2000UL * 63);
    CHECK(std::chrono::steady_clock::now() - begun < milliseconds{30'000});
}

TEST_CASE("a reader that is gone for good is known as such", "[dokku]") {
    Pipe pipe;
    milliseconds patience{10'000};
    dokku::PatientWriter writer{pipe.writing.get(), patience};
    pipe.reading.reset();
    struct sigaction ignore {};
    ignore.sa_handler = SIG_IGN;
    struct sigaction former {};
    ::sigaction(SIGPIPE, &ignore, &former);
    CHECK(writer.write("a line\n") == 0);
    CHECK(writer.is_closed());
    CHECK(writer.write("a line\n") == 0);
    CHECK(patience == milliseconds{10'000});
    ::sigaction(SIGPIPE, &former, nullptr);
}

TEST_CASE("a full disk refuses what is written now, and may have room later", "[dokku]") {
    const base::UniqueFd full{::open("/dev/full", O_WRONLY | O_CLOEXEC)};
    milliseconds patience{10'000};
    dokku::PatientWriter writer{full.get(), patience};
    CHECK(writer.write("a line\n") == 0);
    CHECK_FALSE(writer.is_closed());
    CHECK(patience > milliseconds{9'000});
}

TEST_CASE("a file takes everything", "[dokku]") {
    const test::TempDir dir;
    const base::UniqueFd file{
        ::open((dir / "log").c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600)};
    milliseconds patience{0};
    dokku::PatientWriter writer{file.get(), patience};
    CHECK(writer.write(std::string(kMoreThanAPipe, 'x')) == kMoreThanAPipe);
}
