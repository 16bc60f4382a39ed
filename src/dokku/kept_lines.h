#pragma once

#include <list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "dokku/log.h"
#include "dokku/terminal.h"

namespace dokku {

class KeptLines;

/// What a command over many apps has not printed yet.
class AllKeptLines {
  public:
    /// Of all apps, in the order in which they began.
    void print();

  private:
    friend class KeptLines;
    std::list<KeptLines*> kept_;
};

/// The lines of one app in a command over many, which is at work for others meanwhile: they are
/// kept and printed together, each on its stream. Those of a log file, which have their times, are
/// written at once instead, with the app's name in front.
class KeptLines {
  public:
    /// `target` and `all` outlive it.
    KeptLines(const Log& target, AllKeptLines& all, std::string_view app);
    KeptLines(const KeptLines&) = delete;
    KeptLines& operator=(const KeptLines&) = delete;
    KeptLines(KeptLines&&) = delete;
    KeptLines& operator=(KeptLines&&) = delete;
    ~KeptLines();

    const Log& log() const { return log_; }

    /// What came since the last time. Lines that follow one another on one stream are one write.
    void print();

  private:
    void take(Stream stream, std::string_view text);

    const Log& target_;
    AllKeptLines& all_;
    std::list<KeptLines*>::iterator place_;
    std::vector<std::pair<Stream, std::string>> texts_;
    Log log_;
};

}  // namespace dokku
