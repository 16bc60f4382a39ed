#include "store/local_store.h"

#include <sys/stat.h>

#include "base/directory.h"
#include "base/text.h"
#include "base/url.h"
#include "json/value.h"
#include "json/writer.h"

namespace store {
namespace {

constexpr mode_t kPrivateFolder = 0700;
constexpr mode_t kPrivateFile = 0600;
constexpr std::chrono::hours kDirectoryLife{12};

/// What Go's `omitempty` leaves out.
bool is_empty(const json::Value& value) {
    return value.is_null() || value.as_string() == "" || value.as_bool() == false ||
           (value.is_array() && value.elements().empty());
}

/// An address names a folder and a file. It may have been stored by hand.
base::Result<void> check_email(std::string_view email) {
    const bool is_file_name =
        !email.empty() && email != "." && email != ".." &&
        email.find_first_of(std::string_view{"/\0", 2}) == std::string_view::npos;
    if (is_file_name) return {};
    return base::fail(base::ErrorKind::invalid_input,
                      "'" + base::printable(email) + "' cannot name an account's folder",
                      {"Set another address with: dokku letsencrypt:set --global email <e-mail>"});
}

/// URL to file name, one to one: what is no letter, digit, dot or dash becomes `%` and its code.
std::string file_name_of(std::string_view url) {
    std::string name;
    for (const char c : url) {
        const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                           (c >= '0' && c <= '9') || c == '.' || c == '-';
        name += plain ? std::string{c} : "%" + base::to_hex({&c, 1});
    }
    return name;
}

}  // namespace

std::string account_server_name(std::string_view server_url) {
    const auto url = base::parse_url(server_url);
    std::string name = url ? url->place : std::string{server_url};
    for (char& c : name) {
        if (c == ':' || c == '/') c = '_';
    }
    return name;
}

base::Path LocalStore::account_folder(std::string_view server_url, std::string_view email) const {
    return root_ / "accounts" / account_server_name(server_url) / std::string{email};
}

base::Result<std::optional<StoredAccount>> LocalStore::read_account(std::string_view server_url,
                                                                    std::string_view email) const {
    if (auto checked = check_email(email); !checked) return std::move(checked).error();
    const base::Path folder = account_folder(server_url, email);
    auto key = base::read_file(account_key_file(server_url, email));
    if (!key) {
        if (key.error().kind == base::ErrorKind::not_found) return std::optional<StoredAccount>{};
        return std::move(key).error();
    }
    StoredAccount account{base::Secret{std::move(*key)}, "", "", false};
    const base::Path file = folder / "account.json";
    const auto text = base::read_file(file);
    if (text) {
        const auto value = json::Value::parse(*text);
        account.is_damaged = !value || !value->is_object();
        if (account.is_damaged) return std::optional<StoredAccount>{std::move(account)};
        if (const auto registration = value->find("registration")) {
            account.url = registration->string("uri").value_or("");
            const auto body = registration->find("body");
            account.registration = body ? body->to_text() : "";
        }
    } else if (text.error().kind != base::ErrorKind::not_found) {
        return text.error();
    }
    return std::optional<StoredAccount>{std::move(account)};
}

base::Result<void> LocalStore::write_account_key(std::string_view server_url,
                                                 std::string_view email,
                                                 const base::Secret& key_pem) const {
    if (auto checked = check_email(email); !checked) return checked;
    const base::Path folder = account_folder(server_url, email) / "keys";
    if (auto made = base::make_directories(folder, kPrivateFolder); !made) return made;
    return base::replace_file(folder / (std::string{email} + ".key"), key_pem.reveal(),
                              kPrivateFile);
}

base::Result<void> LocalStore::write_account(std::string_view server_url, std::string_view email,
                                             std::string_view account_url,
                                             std::string_view registration) const {
    if (auto checked = check_email(email); !checked) return checked;
    const auto body = json::Value::parse(registration);
    if (!body) return body.error();
    json::Writer out{json::Layout::tabs};
    out.begin_object();
    out.member("email", email);
    out.key("registration").begin_object();
    // lego's reader knows these members, in this order; empty ones are left out.
    out.key("body").begin_object();
    for (const char* name : {"status", "contact", "termsOfServiceAgreed", "orders",
                             "onlyReturnExisting", "externalAccountBinding"}) {
        const auto value = body->find(name);
        if (!value || is_empty(*value)) continue;
        if (value->is_array()) {
            out.member(name, body->strings(name));
        } else if (const auto text = value->as_string()) {
            out.member(name, *text);
        } else if (const auto flag = value->as_bool()) {
            out.member(name, *flag);
        } else {
            out.key(name).raw(value->to_text());
        }
    }
    out.end_object();
    out.member("uri", account_url);
    out.end_object();
    out.end_object();
    const base::Path folder = account_folder(server_url, email);
    if (auto made = base::make_directories(folder, kPrivateFolder); !made) return made;
    return base::replace_file(folder / "account.json", out.text(), kPrivateFile);
}

base::Path LocalStore::account_key_file(std::string_view server_url, std::string_view email) const {
    return account_folder(server_url, email) / "keys" / (std::string{email} + ".key");
}

base::Path LocalStore::next_key_file(std::string_view server_url, std::string_view email) const {
    return root_ / "next-keys" / account_server_name(server_url) / (std::string{email} + ".key");
}

base::Result<void> LocalStore::write_next_account_key(std::string_view server_url,
                                                      std::string_view email,
                                                      const base::Secret& key_pem) const {
    if (auto checked = check_email(email); !checked) return checked;
    const base::Path file = next_key_file(server_url, email);
    if (auto made = base::make_directories(file.parent_path(), kPrivateFolder); !made) return made;
    return base::replace_file(file, key_pem.reveal(), kPrivateFile);
}

base::Result<std::optional<base::Secret>> LocalStore::read_next_account_key(
    std::string_view server_url, std::string_view email) const {
    if (auto checked = check_email(email); !checked) return std::move(checked).error();
    auto text = base::read_file(next_key_file(server_url, email));
    if (text) return std::optional{base::Secret{std::move(*text)}};
    if (text.error().kind == base::ErrorKind::not_found) return std::optional<base::Secret>{};
    return std::move(text).error();
}

base::Result<void> LocalStore::adopt_next_account_key(std::string_view server_url,
                                                      std::string_view email) const {
    const auto key = read_next_account_key(server_url, email);
    if (!key) return key.error();
    if (!*key) {
        const auto account = read_account(server_url, email);
        if (!account) return account.error();
        if (account->has_value()) return {};
        return base::fail(base::ErrorKind::not_found, "There is no new account key");
    }
    if (auto written = write_account_key(server_url, email, **key); !written) return written;
    return base::remove_file(next_key_file(server_url, email));
}

base::Result<void> LocalStore::drop_next_account_key(std::string_view server_url,
                                                     std::string_view email) const {
    if (auto checked = check_email(email); !checked) return checked;
    return base::remove_file(next_key_file(server_url, email));
}

base::Path LocalStore::retired_folder(std::string_view server_url, std::string_view email,
                                      base::UtcTime at) const {
    const base::Path above = root_ / "retired-accounts" / account_server_name(server_url);
    for (;; at += std::chrono::seconds{1}) {
        base::Path folder = above / (std::string{email} + "-" + std::to_string(base::to_unix(at)));
        if (!base::directory_exists(folder)) return folder;
    }
}

base::Result<base::Path> LocalStore::retire_account(std::string_view server_url,
                                                    std::string_view email,
                                                    base::UtcTime at) const {
    if (auto checked = check_email(email); !checked) return std::move(checked).error();
    const base::Path folder = retired_folder(server_url, email, at);
    if (auto made = base::make_directories(folder.parent_path(), kPrivateFolder); !made) {
        return std::move(made).error();
    }
    if (auto moved = base::rename_path(account_folder(server_url, email), folder); !moved) {
        return std::move(moved).error();
    }
    return folder;
}

LocalStore LocalStore::new_accounts() const {
    return LocalStore{root_ / "new-accounts"};
}

base::Result<void> LocalStore::drop_new_account(std::string_view server_url,
                                                std::string_view email) const {
    if (auto checked = check_email(email); !checked) return checked;
    return base::remove_tree(new_accounts().account_folder(server_url, email));
}

base::Result<std::optional<base::Path>> LocalStore::adopt_new_account(std::string_view server_url,
                                                                      std::string_view email,
                                                                      base::UtcTime at) const {
    using Retired = std::optional<base::Path>;
    if (auto checked = check_email(email); !checked) return std::move(checked).error();
    const base::Path folder = account_folder(server_url, email);
    const base::Path fresh = new_accounts().account_folder(server_url, email);
    const base::Path retired = retired_folder(server_url, email, at);
    for (const base::Path& parent : {folder.parent_path(), retired.parent_path()}) {
        if (auto made = base::make_directories(parent, kPrivateFolder); !made) {
            return std::move(made).error();
        }
    }
    if (!base::directory_exists(folder)) {
        if (auto moved = base::rename_path(fresh, folder); !moved) return std::move(moved).error();
        return Retired{};
    }
    // A process that is killed between these two steps leaves the old account in its place.
    if (auto moved = base::rename_path(fresh, retired); !moved) return std::move(moved).error();
    auto exchanged = base::exchange_directories(folder, retired);
    if (exchanged && *exchanged) return Retired{retired};
    if (auto back = base::rename_path(retired, fresh); !back) return std::move(back).error();
    if (!exchanged) return std::move(exchanged).error();
    // The file system cannot exchange them in one step.
    if (auto moved = base::rename_path(folder, retired); !moved) return std::move(moved).error();
    if (auto moved = base::rename_path(fresh, folder); !moved) return std::move(moved).error();
    return Retired{retired};
}

base::Path LocalStore::directory_file(std::string_view server_url) const {
    return root_ / "directories" / (file_name_of(server_url) + ".json");
}

std::optional<std::string> LocalStore::read_directory(std::string_view server_url,
                                                      base::UtcTime now) const {
    const base::Path file = directory_file(server_url);
    const auto stamp = base::stamp_file(file);
    if (!stamp) return std::nullopt;
    const auto written = base::from_unix(stamp->modified_ns / 1'000'000'000);
    // A time ahead of the clock says nothing about the age.
    if (written > now + std::chrono::minutes{1} || now - written > kDirectoryLife) {
        return std::nullopt;
    }
    auto text = base::read_file(file);
    if (!text) return std::nullopt;
    return std::move(*text);
}

base::Result<void> LocalStore::write_directory(std::string_view server_url,
                                               std::string_view json_text) const {
    const base::Path file = directory_file(server_url);
    if (auto made = base::make_directories(file.parent_path(), kPrivateFolder); !made) return made;
    return base::replace_file(file, json_text, kPrivateFile);
}

base::Result<void> LocalStore::record_issued(std::string_view app, std::string_view fingerprint,
                                             base::UtcTime at) const {
    return issued_.add({{std::string{app}, std::string{fingerprint}, at}});
}

base::Result<bool> LocalStore::was_issued(std::string_view fingerprint) const {
    return issued_.has(fingerprint);
}

base::Result<bool> LocalStore::was_issued_for(std::string_view app,
                                              std::string_view fingerprint) const {
    return issued_.has_for(app, fingerprint);
}

base::Result<bool> LocalStore::was_any_issued_for(std::string_view app, base::UtcTime since) const {
    const auto latest = issued_.latest_for(app);
    if (!latest) return latest.error();
    return *latest && **latest >= since;
}

}  // namespace store
