#include "ca/explain_failure.h"

#include <algorithm>
#include <string_view>

#include "base/text.h"
#include "ca/cause_of_failure.h"
#include "store/cause.h"

namespace ca {
namespace {

void add_once(std::vector<std::string>& lines, std::string_view line) {
    for (const std::string& present : lines) {
        if (present == line) return;
    }
    if (!line.empty()) lines.emplace_back(line);
}

std::string words(std::string_view detail, std::string_view type) {
    return "\"" + base::printable(detail) + "\" (" + base::printable(type) + ")";
}

/// The CA did not answer, or what answered is none, and nothing more is known.
bool is_about_the_server(const acme::Failure& failure) {
    const auto kind = failure.error.kind;
    const bool is_unknown =
        cause_of(failure) != store::cause::kCaBusy && failure.error.steps.empty();
    return !failure.problem && is_unknown &&
           (kind == base::ErrorKind::network || kind == base::ErrorKind::timeout ||
            kind == base::ErrorKind::protocol);
}

/// Our own patience with an order ends as well, and the next look has a time.
bool is_said_by_ca(const acme::Failure& failure) {
    return failure.error.kind != base::ErrorKind::timeout;
}

bool has(std::string_view text, std::string_view part) {
    return text.find(part) != std::string_view::npos;
}

/// Our own ledger refused, and said until when.
bool was_not_sent(const acme::Failure& failure) {
    return !failure.problem && failure.status == 0;
}

/// Each name's part, unless the message has said as much. Of one name alone that is so.
void add_parts(std::vector<std::string>& lines, const acme::Failure& failure) {
    if (!failure.problem) return;
    const std::string message = lines.front();
    const auto& parts = failure.problem->subproblems;
    for (const acme::Subproblem& part : parts) {
        const std::string name = part.identifier ? part.identifier->value : "one name";
        const std::string said = words(part.detail, part.type);
        const std::string line = base::printable(name) + ": " + said;
        const bool is_known = message.find(parts.size() == 1 ? said : line) != std::string::npos;
        if (!is_known) lines.push_back(line);
    }
}

/// What an operator has to open.
void add_pages(std::vector<std::string>& lines, const acme::Failure& failure) {
    const auto add = [&](const std::string& page) {
        if (!page.empty()) add_once(lines, "See " + base::printable(page));
    };
    if (!failure.problem) return;
    add(failure.problem->instance);
    for (const acme::Subproblem& part : failure.problem->subproblems)
        add(part.instance);
}

struct NamedCause {
    std::string_view cause;
    std::string_view name;  ///< the only one with that cause
};

std::vector<NamedCause> causes_in(const acme::Failure& failure) {
    std::vector<NamedCause> found;
    const auto add = [&](std::string_view why, std::string_view name) {
        const auto known = std::find_if(found.begin(), found.end(),
                                        [&](const NamedCause& one) { return one.cause == why; });
        if (known == found.end()) return found.push_back({why, name});
        if (!name.empty()) known->name = "<domain>";
    };
    if (failure.problem) {
        for (const acme::Subproblem& part : failure.problem->subproblems) {
            const std::string_view name =
                part.identifier ? std::string_view{part.identifier->value} : std::string_view{};
            add(cause_of_part(failure, part), name);
        }
    }
    if (found.empty()) add(cause_of(failure), "");
    return found;
}

bool is_revocation(const acme::Failure& failure) {
    return failure.request == acme::RequestKind::revocation;
}

/// What it means and what to do. Of a limit there is nothing to tell but when. A revocation that
/// met trouble of the CA is not tried again by itself.
void add_causes(std::vector<std::string>& lines, const acme::Failure& failure,
                std::string_view app) {
    for (const auto& [why, name] : causes_in(failure)) {
        const store::Cause* known = store::find_cause(why);
        if (known == nullptr || why == store::cause::kRateLimited) continue;
        if (is_revocation(failure) && known->mender == store::Mender::ca) continue;
        add_once(lines, known->meaning);
        const std::string domain = name.empty() ? "<domain>" : base::printable(name);
        add_once(lines, store::fix_of(*known, app, domain));
    }
}

bool says_command(const store::Cause& why) {
    return has(why.fix, "letsencrypt:enable") || has(why.fix, "letsencrypt:retry");
}

/// When the CA can be asked again, and the command for that where a command is wanted.
void add_next_step(std::vector<std::string>& lines, const acme::Failure& failure,
                   std::string_view app) {
    const store::Cause* why = store::find_cause(cause_of(failure));
    if (was_not_sent(failure) || why == nullptr) return;
    // A pause ends when the operator has opened the link.
    const bool goes_on =
        why->heals && why->name != store::cause::kPaused && !is_revocation(failure);
    if (failure.error.retry_at) {
        const std::string until = base::to_readable(*failure.error.retry_at);
        lines.push_back((is_said_by_ca(failure) ? "The CA asks not to be asked again before "
                                                : "The order is looked at again, not before ") +
                        until + (goes_on ? ": it goes on by itself then." : "."));
        if (goes_on) return;
    } else if (goes_on && why->name == store::cause::kRateLimited) {
        lines.emplace_back("It goes on by itself, at growing distances.");
        return;
    }
    if (!failure.problem) return;
    if (!is_revocation(failure) && (says_command(*why) || why->mender == store::Mender::ca)) return;
    lines.push_back("Once that is mended, run: dokku letsencrypt:" +
                    std::string{is_revocation(failure) ? "revoke " : "enable "} + std::string{app});
}

}  // namespace

std::string reason_of(const acme::Subproblem& part) {
    std::string reason = base::printable(part.detail);
    // As for changed terms of service.
    if (!part.instance.empty()) reason += "; see " + base::printable(part.instance);
    return reason;
}

std::vector<std::string> explain(const acme::Failure& failure, std::string_view app) {
    std::vector<std::string> lines{base::printable(failure.error.message)};
    add_parts(lines, failure);
    std::vector<std::string> advice;
    for (const std::string& step : failure.error.steps)
        add_once(advice, step);
    add_pages(advice, failure);
    if (is_about_the_server(failure)) {
        advice.push_back("It was asked at " + base::printable(failure.url) + "; if that is not " +
                         "the CA you want, set another: dokku letsencrypt:set " + std::string{app} +
                         " server default|staging|https://...");
        advice.push_back("Else try again later: dokku letsencrypt:enable " + std::string{app});
    } else if (!was_not_sent(failure)) {
        add_causes(advice, failure, app);
    }
    lines.insert(lines.end(), advice.begin(), advice.end());
    add_next_step(lines, failure, app);
    return lines;
}

void tell_failure(const dokku::Log& log, const acme::Failure& failure, const dokku::AppName& app) {
    for (const std::string& line : explain(failure, app.text()))
        log.verbose(line);
    if (!is_rate_limit(failure) || was_not_sent(failure)) return;
    log.warn("Let's Encrypt rate-limited this request.");
    log.warn(
        "See https://letsencrypt.org/docs/rate-limits/ for the active limits and remediation "
        "guidance.");
    log.warn("Use 'dokku letsencrypt:set " + app.text() +
             " server staging' while iterating to avoid the production limits.");
}

}  // namespace ca
