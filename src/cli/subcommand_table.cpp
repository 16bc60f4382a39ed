#include "cli/subcommand_table.h"

#include <algorithm>

namespace cli {
namespace {

/// The names are sorted as `sort` would. What the official plugin has stays in front of each line.
const std::vector<Subcommand> kSubcommands{
    {.name = "account",
     .weight = Weight::heavy,
     .arguments = "show|rollover|register|deactivate [<app>] [--format json]",
     .description =
         "Show the account at the CA or give it a new key or make another or deactivate it",
     .about =
         "Shows the account at the CA that an app orders with (without an app: the one of the "
         "host's settings), gives it a new key, registers a new account in its place, or "
         "deactivates it for good. Apps with the same server and email share one. Certificates "
         "stay valid in each case.",
     .syntax = {.options = {"--format"}}},

    {.name = "active",
     .weight = Weight::light,
     .arguments = "<app>",
     .description = "Show whether an app is served with a certificate from letsencrypt",
     .about =
         "Prints true if nginx serves the app with a certificate that letsencrypt issued, else "
         "false.",
     .syntax = {.takes_app_flag = true}},

    {.name = "auto-renew",
     .weight = Weight::heavy,
     .arguments = "[<app>] [--dry-run]",
     .description = "Renew the certificates that are due for one app or for all",
     .about =
         "Renews the certificates that are due, of one app or of all, in one run. Of those that "
         "are not due it tells the time they have left. --dry-run only tells what would be done "
         "and why.",
     .syntax = {.switches = {"--scheduled", "--dry-run", kTimestamps}, .takes_app_flag = true}},

    {.name = "cleanup",
     .weight = Weight::light,
     .arguments = "<app>",
     .description = "Remove the stale certificate directories of an app",
     .about =
         "Removes the certificates of former settings of an app. The one that is current stays.",
     .syntax = {.takes_app_flag = true}},

    {.name = "cron-job",
     .weight = Weight::light,
     .arguments = "[--add|--remove]",
     .description = "Show or switch the cron job that renews certificates",
     .about =
         "Shows whether the scheduled run is on, switches it on (--add), or off for good "
         "(--remove). Without it nothing happens by itself any more: the retry job is off as "
         "well, which looks at names that wait, tries again what failed and renews short-lived "
         "certificates."},

    {.name = "disable",
     .weight = Weight::light,
     .arguments = "<app>",
     .description = "Disable letsencrypt for an app and remove its certificate",
     .about = "Removes the certificate of an app, also one that is not of letsencrypt, and all of "
              "letsencrypt's files of the app; it is served over HTTP only. Its properties stay.",
     .syntax = {.takes_app_flag = true}},

    {.name = "enable",
     .weight = Weight::heavy,
     .arguments = "<app> [--force] [--strict] [--dry-run]",
     .description =
         "Get a certificate for an app (with --all for every app) and serve it over HTTPS",
     .about =
         "Gets a certificate from the CA and makes nginx serve it. Nothing is done while the one "
         "in use is still good for the app's domains, unless --force is given. Names that cannot "
         "be certified now are left out and follow by themselves; with --strict all names are "
         "ordered or none. --all takes every app. --dry-run orders at the CA's staging server "
         "instead, and keeps nothing.",
     .syntax = {.switches = {"--force", "-f", "--all", "--strict", "--dry-run"},
                .takes_app_flag = true},
     .usage = "letsencrypt:enable <app>|--all [--force] [--strict] [--dry-run]"},

    {.name = "exclude",
     .weight = Weight::light,
     .arguments = "<app> <domain>|<pattern>...",
     .description = "Leave domains out of an app's certificates",
     .about = "Leaves domains of an app out of its certificates, also before they exist. A pattern "
              "such as *.internal.example.com means every name below. A name that the certificate "
              "covers today is left out of a new one, which the retry job orders.",
     .syntax = {.takes_app_flag = true}},

    {.name = "explain",
     .weight = Weight::light,
     .arguments = "[<cause>]",
     .description = "Tell what a cause shown by status means and what to do",
     .about =
         "Tells what a cause shown by letsencrypt:status means, what was seen, and what to do. "
         "Without a cause it lists all of them."},

    {.name = "help",
     .weight = Weight::light,
     .description = "Show this help",
     .about = "Lists the commands of letsencrypt.",
     .usage = "letsencrypt[:help]"},

    {.name = "include",
     .weight = Weight::light,
     .arguments = "<app> <domain>|<pattern>...",
     .description = "Take back what exclude was told",
     .about = "Takes back what letsencrypt:exclude was told.",
     .syntax = {.takes_app_flag = true}},

    {.name = "list",
     .weight = Weight::light,
     .description = "List the apps with a certificate from letsencrypt and when it expires",
     .about = "Lists the apps that are served with a certificate from letsencrypt, the one that "
              "expires first on top: when it expires, in how long, and in how long it is to be "
              "renewed."},

    {.name = "report",
     .weight = Weight::light,
     .arguments = "[<app>|--global] [<flag>] [--format json]",
     .description = "Show the letsencrypt settings and state of one app or of all",
     .about =
         "Shows the settings and the state of one app or of all apps, or with --global the "
         "settings that hold for all. A flag such as --letsencrypt-active prints just that value.",
     .syntax = {.switches = {"--global"}, .options = {"--format"}}},

    {.name = "retry",
     .weight = Weight::heavy,
     .arguments = "<app>",
     .description = "Look now at what an app waits for and order what is ready",
     .about =
         "Looks at once at the names of an app that wait for their DNS or for another try, and "
         "orders what is ready. --due does so for all apps whose time has come; it runs every "
         "minute.",
     .syntax = {.switches = {"--due", kTimestamps}, .takes_app_flag = true},
     .usage = "letsencrypt:retry <app> | --due"},

    {.name = "revoke",
     .weight = Weight::heavy,
     .arguments = "<app> [--reason <reason>]",
     .description = "Revoke the certificate of an app and remove it",
     .about = "Revokes the certificate of an app at its CA and removes it from the app. Reasons: "
              "unspecified, keyCompromise, affiliationChanged, superseded, cessationOfOperation.",
     .syntax = {.options = {"--reason"}, .takes_app_flag = true}},

    {.name = "set",
     .weight = Weight::light,
     .arguments = "<app>|--global <property> (<value>)",
     .description = "Set or clear a letsencrypt property",
     .about =
         "Sets a property for an app or, with --global, for all apps that have none of their own. "
         "Without a value the property is removed.",
     // Behind APP and KEY every word is a value, also `--key-type=rsa2048`; the third one counts.
     .syntax = {.verbatim_after = 2}},

    {.name = "status",
     .weight = Weight::heavy,
     .arguments = "[<app>] [--format json] [--watch]",
     .description = "Show what each name of an app has and what it waits for",
     .about =
         "Shows each name of an app, or of all apps: its status, why it has that, and what to do. "
         "The exit code for an app is 0 if every name is in use, not used or disabled. --watch "
         "shows changes until that is so.",
     .syntax = {.switches = {"--watch"}, .options = {"--format"}, .takes_app_flag = true}},
};

}  // namespace

const std::vector<Subcommand>& all_subcommands() {
    return kSubcommands;
}

const Subcommand* find_subcommand(std::string_view name) {
    const auto found =
        std::find_if(kSubcommands.begin(), kSubcommands.end(),
                     [name](const Subcommand& subcommand) { return subcommand.name == name; });
    return found == kSubcommands.end() ? nullptr : &*found;
}

std::string usage_of(const Subcommand& subcommand) {
    if (!subcommand.usage.empty()) return std::string{subcommand.usage};
    std::string usage = "letsencrypt:" + std::string{subcommand.name};
    if (!subcommand.arguments.empty()) usage += " " + std::string{subcommand.arguments};
    return usage;
}

}  // namespace cli
