#include "lifecycle/explain.h"

#include <array>
#include <string_view>

#include "base/text.h"
#include "lifecycle/pause.h"

namespace lifecycle {
namespace {

struct Meaning {
    std::string_view type;
    std::string_view text;
};

/// What the ACME errors (RFC 8555 section 6.7) mean for who runs a Dokku host.
constexpr std::array<Meaning, 10> kMeanings{{
    {"connection",
     "The CA could not connect to port 80 of that name. Open it in the firewall, and check that "
     "the "
     "name's DNS leads to this host."},
    {"unauthorized",
     "Another server answered the CA for that name. Check that its A and AAAA records lead to this "
     "host, and that no proxy or CDN stands in between."},
    {"incorrectResponse",
     "Another server answered the CA for that name. Check that its A and AAAA records lead to this "
     "host, and that no proxy or CDN stands in between."},
    {"dns",
     "The CA could not resolve that name. Check its A and AAAA records, and those of its zone."},
    {"caa", "A CAA record of that name or of a parent forbids this CA. Add one that allows it."},
    {"rejectedIdentifier",
     "This CA does not issue for that name. Remove it with "
     "`dokku domains:remove`."},
    {"externalAccountRequired",
     "This CA only serves accounts that are bound to a customer account "
     "(EAB)."},
    {"userActionRequired",
     "A person has to act at the CA first: perhaps its terms of service have changed. Open the "
     "page "
     "that it names, then try again."},
    {"invalidContact",
     "The CA does not accept the e-mail address. Set another with "
     "`dokku letsencrypt:set --global email <e-mail>`, or `none`."},
    {"accountDoesNotExist", "The CA does not know the account kept on this host any more."},
}};

constexpr std::string_view kPauseMeaning =
    "The CA has paused names of this account; neither waiting nor --force ends that. A person has "
    "to "
    "open the link in its words.";

std::string_view meaning_of(std::string_view type) {
    const std::string_view short_type = acme::short_type(type);
    for (const Meaning& meaning : kMeanings) {
        if (meaning.type == short_type) return meaning.text;
    }
    return {};
}

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
    return !failure.problem && failure.error.steps.empty() &&
           (kind == base::ErrorKind::network || kind == base::ErrorKind::timeout ||
            kind == base::ErrorKind::protocol);
}

/// Our own ledger refused, and said until when.
bool was_not_sent(const acme::Failure& failure) {
    return !failure.problem && failure.status == 0;
}

}  // namespace

bool is_rate_limit(const acme::Failure& failure) {
    return failure.error.kind == base::ErrorKind::rate_limited || failure.is("rateLimited");
}

std::vector<std::string> explain(const acme::Failure& failure, std::string_view app) {
    std::vector<std::string> lines{base::printable(failure.error.message)};
    std::vector<std::string> meanings;
    if (failure.problem) {
        const acme::Problem& problem = *failure.problem;
        for (const acme::Subproblem& part : problem.subproblems) {
            const std::string name = part.identifier ? part.identifier->value : "one name";
            lines.push_back(base::printable(name) + ": " + words(part.detail, part.type));
            add_once(meanings, meaning_of(part.type));
        }
        if (is_pause(problem)) add_once(meanings, kPauseMeaning);
        add_once(meanings, meaning_of(problem.type));
        if (!problem.instance.empty()) {
            meanings.push_back("See " + base::printable(problem.instance));
        }
    }
    for (const std::string& step : failure.error.steps)
        add_once(meanings, step);
    if (is_about_the_server(failure)) {
        meanings.push_back("It was asked at " + base::printable(failure.url) + "; if that is not " +
                           "the CA you want, set another: dokku letsencrypt:set " +
                           std::string{app} + " server default|staging|https://...");
        meanings.push_back("Else try again later: dokku letsencrypt:enable " + std::string{app});
    }
    lines.insert(lines.end(), meanings.begin(), meanings.end());
    if (failure.error.retry_at && !was_not_sent(failure)) {
        lines.push_back("The CA asks not to be asked again before " +
                        base::to_readable(*failure.error.retry_at) + ".");
    }
    if (failure.problem) {
        lines.push_back("Once that is mended, run: dokku letsencrypt:enable " + std::string{app});
    }
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

}  // namespace lifecycle
