#include "dokku/kept_lines.h"

namespace dokku {

void AllKeptLines::print() {
    for (KeptLines* one : kept_)
        one->print();
}

KeptLines::KeptLines(const Log& target, AllKeptLines& all, std::string_view app)
    : target_(target),
      all_(all),
      place_(all.kept_.insert(all.kept_.end(), this)),
      log_(target.with_sink([this](Stream stream, std::string_view text) { take(stream, text); },
                            app)) {}

KeptLines::~KeptLines() {
    print();
    all_.kept_.erase(place_);
}

void KeptLines::take(Stream stream, std::string_view text) {
    if (target_.has_times()) return target_.write(stream, text);
    if (texts_.empty() || texts_.back().first != stream) texts_.emplace_back(stream, "");
    texts_.back().second += text;
}

void KeptLines::print() {
    for (const auto& [stream, text] : std::exchange(texts_, {}))
        target_.write(stream, text);
}

}  // namespace dokku
