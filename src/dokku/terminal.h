#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>

#include "base/file.h"
#include "base/unique_fd.h"
#include "dokku/patient_writer.h"

namespace dokku {

/// Where cron and detached workers write.
inline constexpr std::string_view kLogFile = "/var/log/dokku/letsencrypt.log";

enum class Stream { out, err };

/// Where the lines of a command go: stdout and stderr. Who reads there is waited for a minute in
/// all; what is not read then goes into the log file, so that no run waits for a reader who has
/// gone to lunch, and so does what a closed stream or a full disk does not take. Once the stream is
/// read again it is told how many lines it missed.
class Terminal {
  public:
    struct Descriptors {
        int out;
        int err;
    };

    Terminal(Descriptors descriptors, std::chrono::milliseconds patience, base::Path log_file);
    Terminal(const Terminal&) = delete;
    Terminal& operator=(const Terminal&) = delete;
    Terminal(Terminal&&) = delete;
    Terminal& operator=(Terminal&&) = delete;
    ~Terminal();

    /// `text` ends with a line end.
    void write(Stream stream, std::string_view text);

  private:
    struct Output {
        PatientWriter writer;
        std::size_t missed = 0;  ///< lines that are in the log file instead
    };

    Output& output_of(Stream stream) { return stream == Stream::out ? out_ : err_; }
    void tell_missed(Output& output);
    void write_to_log(std::string_view text);

    std::chrono::milliseconds patience_;
    base::Path log_file_;
    Output out_;
    Output err_;
    bool log_was_opened_ = false;
    base::UniqueFd log_;
};

/// Of this process: our own lines and those of programs that we start share its patience.
Terminal& standard_terminal();

}  // namespace dokku
