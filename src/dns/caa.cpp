#include "dns/caa.h"

#include <algorithm>
#include <array>
#include <functional>
#include <iterator>

#include "base/text.h"
#include "dns/authoritative.h"

namespace dns {
namespace {

constexpr std::string_view kIssue = "issue";
constexpr std::string_view kIssueWild = "issuewild";

/// Properties that a CA may meet and that do not keep it from issuing for a web server (IANA
/// registry "Certification Authority Restriction Properties").
constexpr std::array<std::string_view, 7> kKnownTags{
    kIssue, kIssueWild, "iodef", "issuemail", "issuevmc", "contactemail", "contactphone"};

struct Parameter {
    std::string tag;  ///< lower case
    std::string value;
};

/// What an `issue` or `issuewild` property says (RFC 8659 section 4.2).
struct IssueValue {
    std::string issuer;  ///< lower case; "" allows no CA
    std::vector<Parameter> parameters;
};

bool is_letter_or_digit(char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool is_tag(std::string_view text) {
    if (text.empty() || text.front() == '-' || text.back() == '-') return false;
    return std::all_of(text.begin(), text.end(),
                       [](char c) { return c == '-' || is_letter_or_digit(c); });
}

bool is_parameter_value(std::string_view text) {
    return std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < '\x7f'; });
}

std::optional<Parameter> parse_parameter(std::string_view text) {
    const auto equals = text.find('=');
    if (equals == std::string_view::npos) return std::nullopt;
    const std::string_view tag = base::trim(text.substr(0, equals));
    const std::string_view value = base::trim(text.substr(equals + 1));
    if (!is_tag(tag) || !is_parameter_value(value)) return std::nullopt;
    return Parameter{base::to_lower(tag), std::string{value}};
}

/// A value that breaks the grammar allows no CA (RFC 8659 section 4.2). Only a semicolon too many
/// at the end is let pass, since CAs may do so.
IssueValue parse_issue_value(std::string_view text) {
    auto parts = base::split(text, ';');
    IssueValue value{base::to_lower(base::trim(parts.front())), {}};
    if (parts.size() > 1 && base::trim(parts.back()).empty()) parts.pop_back();
    for (std::size_t i = 1; i < parts.size(); ++i) {
        auto parameter = parse_parameter(parts[i]);
        if (!parameter) return {};
        value.parameters.push_back(std::move(*parameter));
    }
    return value;
}

bool names_one_of(const IssueValue& value, const std::vector<std::string>& issuers) {
    return std::any_of(issuers.begin(), issuers.end(), [&](const std::string& issuer) {
        return base::to_lower(issuer) == value.issuer;
    });
}

/// RFC 8657 section 3. An account that is not known yet cannot be ruled out.
bool allows_account(const IssueValue& value, const std::string& account_url) {
    return account_url.empty() || std::all_of(value.parameters.begin(), value.parameters.end(),
                                              [&](const Parameter& parameter) {
                                                  return parameter.tag != "accounturi" ||
                                                         parameter.value == account_url;
                                              });
}

bool lists_method(const std::string& list, const std::string& method) {
    const auto methods = base::split(list, ',');
    return std::any_of(methods.begin(), methods.end(),
                       [&](std::string_view each) { return base::to_lower(each) == method; });
}

/// RFC 8657 section 4.
bool allows_method(const IssueValue& value, const std::string& method) {
    return std::all_of(
        value.parameters.begin(), value.parameters.end(), [&](const Parameter& parameter) {
            return parameter.tag != "validationmethods" || lists_method(parameter.value, method);
        });
}

std::vector<Caa> with_tag(const CaaSet& set, std::string_view tag) {
    std::vector<Caa> found;
    std::copy_if(set.records.begin(), set.records.end(), std::back_inserter(found),
                 [&](const Caa& record) { return record.tag == tag; });
    return found;
}

/// A critical property that forbids a CA that does not know it (RFC 8659 section 4.1).
bool is_unknown_and_critical(const Caa& record) {
    return record.critical &&
           std::find(kKnownTags.begin(), kKnownTags.end(), record.tag) == kKnownTags.end();
}

/// As in a zone file.
std::string to_text(const Caa& record) {
    return (record.critical ? "128 " : "0 ") + record.tag + " \"" + record.value + "\"";
}

/// Records come from anywhere, so the sentence is made safe to show.
std::string sentence(const CaaSet& set, const std::string& reason,
                     const std::vector<Caa>& deciding) {
    std::vector<std::string> shown;
    std::transform(deciding.begin(), deciding.end(), std::back_inserter(shown), to_text);
    return base::printable("the CAA records of " + set.owner + " " + reason + ": " +
                           base::join(shown, ", "));
}

/// Records that name the CA, and what they say.
struct Named {
    std::vector<Caa> records;
    std::vector<IssueValue> values;
};

Named that_name_one_of(const std::vector<Caa>& records, const std::vector<std::string>& issuers) {
    Named named;
    for (const Caa& record : records) {
        IssueValue value = parse_issue_value(record.value);
        if (value.issuer.empty() || !names_one_of(value, issuers)) continue;
        named.records.push_back(record);
        named.values.push_back(std::move(value));
    }
    return named;
}

/// `records` are those of the set that decide; there are some.
std::optional<std::string> why_forbidden_by(const CaaSet& set, const std::vector<Caa>& records,
                                            const CaaRequest& request) {
    const std::string issuer = base::join(request.issuers, " or ");
    const Named named = that_name_one_of(records, request.issuers);
    if (named.records.empty()) return sentence(set, "do not allow " + issuer, records);
    bool is_account_allowed = false;
    for (const IssueValue& value : named.values) {
        if (!allows_account(value, request.account_url)) continue;
        if (allows_method(value, request.method)) return std::nullopt;
        is_account_allowed = true;
    }
    return sentence(set,
                    "allow " + issuer +
                        (is_account_allowed ? ", but not by " + request.method
                                            : ", but not for the account " + request.account_url),
                    named.records);
}

bool names_account(const Caa& record, std::string_view account_url) {
    if (record.tag != kIssue && record.tag != kIssueWild) return false;
    const IssueValue value = parse_issue_value(record.value);
    return std::any_of(value.parameters.begin(), value.parameters.end(),
                       [&](const Parameter& parameter) {
                           return parameter.tag == "accounturi" && parameter.value == account_url;
                       });
}

/// The question for CAA records of a name.
using Ask = std::function<async::Task<base::Result<Answer>>(std::string)>;

/// Up the tree to the first that has records.
async::Task<base::Result<std::optional<CaaSet>>> climb(std::string name, Ask ask) {
    const std::string plain = to_plain_name(name);
    for (std::string_view at = plain; !at.empty(); at = parent_of(at)) {
        const auto answer = co_await ask(std::string(at));
        // What stands further up would only hold if this name had none.
        if (!answer) co_return answer.error();
        if (!answer->is_finding()) {
            co_return base::fail(base::ErrorKind::not_found, answer->server + " does not say");
        }
        // The ancestors of an alias's target do not count, only those of the name.
        const std::string owner = answer->end_of_aliases(at);
        auto records = answer->caa_of(owner);
        if (!records.empty()) co_return std::optional{CaaSet{owner, std::move(records)}};
    }
    co_return std::optional<CaaSet>{};
}

async::Task<base::Result<Answer>> ask_and_note(const Resolver& resolver, std::string name,
                                               CaaLookUp& look_up) {
    auto answer = co_await resolver.ask(name, RecordType::caa);
    if (answer && answer->reply == Reply::server_failure) look_up.failed = name;
    co_return answer;
}

}  // namespace

async::Task<CaaLookUp> look_up_caa(const Resolver& resolver, std::string name) {
    CaaLookUp look_up;
    const Ask ask = [&](std::string at) { return ask_and_note(resolver, std::move(at), look_up); };
    auto found = co_await climb(name, ask);
    if (found) look_up.set = std::move(*found);
    co_return look_up;
}

async::Task<std::optional<CaaSet>> find_caa(const Resolver& resolver, std::string name) {
    const CaaLookUp look_up = co_await look_up_caa(resolver, name);
    co_return look_up.set;
}

async::Task<base::Result<std::optional<CaaSet>>> find_authoritative_caa(const Resolver& resolver,
                                                                        std::string name) {
    const Ask ask = [&](std::string at) {
        return ask_authoritative(resolver, std::move(at), RecordType::caa);
    };
    auto found = co_await climb(name, ask);
    co_return found;
}

std::vector<std::string> records_naming_account(const CaaSet& set, std::string_view account_url) {
    std::vector<std::string> lines;
    for (const Caa& record : set.records) {
        if (!names_account(record, account_url)) continue;
        lines.push_back(base::printable(set.owner + " " + to_text(record)));
    }
    return lines;
}

std::optional<std::string> why_forbidden(const CaaSet& set, const CaaRequest& request) {
    if (request.issuers.empty()) return std::nullopt;
    const auto critical =
        std::find_if(set.records.begin(), set.records.end(), is_unknown_and_critical);
    if (critical != set.records.end()) {
        return sentence(set, "have a critical property that the CA is unlikely to know",
                        {*critical});
    }
    auto records = with_tag(set, request.wildcard ? kIssueWild : kIssue);
    if (records.empty() && request.wildcard) records = with_tag(set, kIssue);
    if (records.empty()) return std::nullopt;
    return why_forbidden_by(set, records, request);
}

}  // namespace dns
