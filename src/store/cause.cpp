#include "store/cause.h"

#include <algorithm>
#include <array>

namespace store {
namespace {

constexpr auto kCauses = std::to_array<Cause>({
    {cause::kDnsMissing, NameStatus::pending_dns, true,
     "The name does not exist in the DNS yet, or has no address. Nothing is ordered for it; "
     "the DNS is looked at every minute at first, later every hour.",
     "Neither an A nor an AAAA record, also not at the zone's own name servers.",
     "Add an A record for <domain> that leads to this host. The certificate follows by itself; "
     "to look at once: dokku letsencrypt:retry <app>"},
    {cause::kDnsBroken, NameStatus::pending_dns, true,
     "The name's DNS is broken: name servers answer with an error, or what they say does not fit "
     "its DNSSEC signatures. Every CA refuses such a name. Nothing is ordered for it; the DNS is "
     "looked at every minute at first, later every hour.",
     "SERVFAIL from this host's name server, twice. One that answers when it is asked not to check "
     "tells that DNSSEC does not validate; else the zone's own name servers do not answer either.",
     "See https://dnsviz.net/d/<domain>/ for what is wrong. DNSSEC: let the DS record at the "
     "registrar fit the keys of the zone, or take it out. Else let the NS records lead to servers "
     "that have the zone. The certificate follows by itself; to look at once: dokku "
     "letsencrypt:retry <app>"},
    {cause::kResolverSilent, NameStatus::pending_dns, true,
     "None of the name servers that this host asks says anything about the name. Names that no "
     "certificate covers yet wait for them; renewals go on, since the CA asks servers of its own, "
     "as long as this host finds the CA.",
     "No answer at all to a question about the name. After three such questions in a row the "
     "servers are left alone for a minute.",
     "See /etc/resolv.conf and whether those servers can be reached (UDP and TCP port 53), or name "
     "others: dokku letsencrypt:set <app> dns-resolvers <address>"},
    {cause::kOtherServer, NameStatus::pending_dns, true,
     "The name leads to another machine, so the CA would be answered by that one.",
     "A random challenge, fetched by name, was not answered by this host.",
     "Let the A and AAAA records of <domain> lead to this host, or remove it with: dokku "
     "domains:remove <app> <domain>. If this host cannot reach itself by that name: dokku "
     "letsencrypt:set <app> preflight off"},
    {cause::kAaaaMismatch, NameStatus::pending_dns, true,
     "The IPv6 address of the name is answered by another machine. CAs prefer IPv6, and do not "
     "fall back to IPv4 once they got a wrong answer.",
     "The challenge was answered right over IPv4 and wrong over IPv6.",
     "Correct or remove the AAAA record of <domain>."},
    {cause::kAddressTaken, NameStatus::failed, true,
     "The name leads to an address of this host on which something else answers: nginx listens "
     "there for other apps alone, which then get all that is asked at that address, or another "
     "program does. The CA would be answered by that.",
     "The address, and what answered there instead of the challenge.",
     "Let nginx answer for this app there as well: dokku nginx:set <app> bind-address-ipv4 "
     "<address> (or bind-address-ipv6), then dokku proxy:build-config <app>. Or take that setting "
     "off the other app, or let <domain> lead to another address of this host."},
    {cause::kProxied, NameStatus::pending_dns, true,
     "A CDN or proxy in front of this host answers the challenge itself.",
     "The wrong answer carries the marks of a CDN (cf-ray, via, x-cache).",
     "Let it hand /.well-known/acme-challenge/ through to port 80 of this host, switch it off "
     "for <domain> until the certificate is there, or use DNS-01: dokku letsencrypt:set <app> "
     "dns-provider <name>"},
    {cause::kRedirected, NameStatus::pending_dns, true,
     "Requests for the challenge are redirected to another name.",
     "The answer was a redirect to another host.",
     "Let the redirect of <domain> leave out /.well-known/acme-challenge/."},
    {cause::kPortClosed, NameStatus::failed, true,
     "Port 80 of this host's own address does not answer for the name.",
     "The name leads to an address of this host, and no connection could be made.",
     "Let nginx listen there (dokku nginx:report <app>), and open port 80 in the firewall."},
    {cause::kPathShadowed, NameStatus::failed, true,
     "A directive of the app's own nginx configuration answers the challenge's path before "
     "ours can.",
     "nginx, asked over loopback, does not answer the challenge; the file and line of the "
     "directive.",
     "Take the directive out of that file, or except /.well-known/acme-challenge/ from it; "
     "then: dokku letsencrypt:retry <app>"},
    {cause::kBlockedBy, NameStatus::failed, true,
     "nginx refuses its whole configuration because of one file, so that no new certificate "
     "of any app could be loaded. Nothing is ordered meanwhile.",
     "The complaint of `nginx -t`, with app, file and line.",
     "Mend that file. The others go on by themselves."},
    {cause::kReloadRefused, NameStatus::failed, true,
     "nginx did not take a reload although its test passed.",
     "The error log of nginx; the challenge's route is not there after the reload.",
     "Look into /var/log/nginx/error.log and run: sudo nginx -t"},
    {cause::kCaa, NameStatus::action_required, true,
     "A CAA record says which CAs may issue for the name, and this one may not.",
     "The CAA records, and where in the tree they stand.",
     "Add a CAA record that allows the CA, or choose another CA: dokku letsencrypt:set <app> "
     "server <url>"},
    {cause::kBadName, NameStatus::action_required, false,
     "No public CA signs a certificate for such a name, or not beside the others: one that a "
     "wildcard of the app covers has its certificate with that.",
     "The rule that the name breaks, or the CA's refusal.",
     "Remove it with: dokku domains:remove <app> <domain>, or leave it out with: dokku "
     "letsencrypt:exclude <app> <domain>"},
    {cause::kTooManyNames, NameStatus::action_required, false,
     "The app has more names than one certificate of the CA may have. Those that are covered, and "
     "then the first ones, are in it.",
     "The number of names, and the CA's limit (for the profile that is set).",
     "Remove names with: dokku domains:remove <app> <domain>, leave some out with: dokku "
     "letsencrypt:exclude <app> <pattern>, serve some by another app, or use a wildcard: dokku "
     "letsencrypt:set <app> dns-provider <name>"},
    {cause::kWildcard, NameStatus::action_required, false,
     "Wildcards are only certified by DNS-01, which needs a DNS provider.",
     "The name begins with `*.` and no dns-provider is set.",
     "dokku letsencrypt:set <app> dns-provider <name>"},
    {cause::kDnsProvider, NameStatus::failed, true,
     "The DNS provider could not set the records of the challenge, or they were not seen at "
     "the zone's name servers in time.",
     "The words of the provider's program, or the name server that does not show the record.",
     "Check the provider's variables: dokku letsencrypt:report <app>"},
    {cause::kRefused, NameStatus::failed, true,
     "The CA tried to validate the name and was not satisfied. Mostly another server answered it.",
     "The CA's own words about the validation.",
     "Check that the A and AAAA records of <domain> lead to this host, and that no proxy or CDN "
     "stands in between: from elsewhere http://<domain>/ has to show the app. For DNS-01 check the "
     "TXT record in the CA's words. Then: dokku letsencrypt:retry <app>"},
    {cause::kFirewall, NameStatus::failed, true, "The CA could not connect to port 80 of the name.",
     "The CA's own words.",
     "Open port 80 to everyone, in the firewall of this host and in that of its provider, let a "
     "router (NAT) hand it on to this host, and see that the address in the CA's words is this "
     "host's; then: dokku letsencrypt:retry <app>"},
    {cause::kCaDns, NameStatus::failed, true,
     "The CA could not look the name up in the DNS: its zone does not answer everywhere, answers "
     "with an error, or is signed wrongly (DNSSEC).",
     "The CA's own words, with the record that it asked for.",
     "Check the A and AAAA records of <domain>, the name servers of its zone, and its DNSSEC (DS "
     "records at the registrar). Then: dokku letsencrypt:retry <app>"},
    {cause::kSecondaryValidation, NameStatus::failed, true,
     "The CA validates from several places of the world, and some of them cannot reach the name.",
     "The CA's own words, with `secondary validation`.",
     "Let no firewall, CDN or geo-blocking keep countries or networks from port 80 (for DNS-01: "
     "from the zone's name servers). A list of allowed addresses does not help: those of CAs "
     "change, and they do not tell them. Then: dokku letsencrypt:retry <app>"},
    {cause::kRateLimited, NameStatus::failed, true,
     "A limit of the CA is reached, or would be broken by this order. Nothing is asked before the "
     "time in the reason.",
     "The CA's own words and its Retry-After, or what this host's ledger has of orders, "
     "certificates and refusals.",
     "Wait. To order all the same: dokku letsencrypt:enable <app> --force. While trying things out "
     "use the staging CA: dokku letsencrypt:set <app> server staging"},
    {cause::kPaused, NameStatus::action_required, true,
     "The CA has paused the name for this account, after very many failed validations in a row. "
     "Waiting does not end that, nor does --force: a person has to open a page of the CA. Names "
     "that are not paused are ordered without it.",
     "The CA's own words, with the link to that page.",
     "Mend what made the validations of <domain> fail, open the link in the reason in a browser "
     "and let the CA go on with it (at Let's Encrypt that frees all names of the account), then: "
     "dokku letsencrypt:retry <app>. Unasked, the CA is tried again once a day."},
    {cause::kCaUnreachable, NameStatus::failed, true, "The CA did not answer.",
     "The network's error.",
     "Nothing, if the CA is down: it is tried again. Else check this host's way out to the "
     "internet, and the server: dokku letsencrypt:report <app> --letsencrypt-computed-server",
     Mender::ca},
    {cause::kCaError, NameStatus::failed, true,
     "The CA answered with an error of its own, or something else (a proxy) answered in its place.",
     "The CA's own words, or those of the page that came instead.",
     "Nothing, if the CA has trouble: it is tried again. Else check the server: dokku "
     "letsencrypt:report <app> --letsencrypt-computed-server",
     Mender::ca},
    {cause::kCaBusy, NameStatus::failed, true,
     "The CA is at work on the same thing already, for another request. No validation failed.",
     "An answer 409.", "Nothing: it is tried again.", Mender::ca},
    {cause::kClock, NameStatus::failed, true,
     "The clock of this host and that of the CA are more than 50 minutes apart. A certificate "
     "would "
     "be taken for one that is not valid yet, or is due already, so nothing is ordered. One that "
     "was "
     "issued all the same is kept, and installed when it is valid by this host's clock.",
     "The time in the CA's answers, or the dates of the certificate that it issued.",
     "Set the clock right: timedatectl shows it, sudo timedatectl set-ntp true lets it be set. The "
     "order follows by itself; at once with: dokku letsencrypt:retry <app>"},
    {cause::kAccount, NameStatus::action_required, false,
     "The CA does not take the account as it is set up here: it wants one that is bound to a "
     "customer account (EAB), with a key id and a key that are good (some CAs take them once, and "
     "for some days), or another e-mail address.",
     "The CA's own words.",
     "For EAB set the key id and the key of the CA's web pages: dokku letsencrypt:set <app> "
     "eab-kid "
     "<id>, and eab-hmac-key <key>. For the address: dokku letsencrypt:set --global email "
     "<e-mail>, "
     "or none. Then: dokku letsencrypt:enable <app>"},
    {cause::kUserAction, NameStatus::action_required, false,
     "A person has to act at the CA first: perhaps its terms of service have changed.",
     "The CA's own words, and the page that it names.",
     "Open that page and do what it says; then: dokku letsencrypt:enable <app>"},
    {cause::kAccountClosed, NameStatus::action_required, false,
     "The CA takes nothing of this host's account any more: it was deactivated, blocked or "
     "revoked, "
     "its key is known to be compromised, or the CA does not know it. Certificates in use stay "
     "valid. No other account is registered by itself, not by --force either.",
     "The CA's own words.",
     "Get a new account, with a new key: dokku letsencrypt:account register <app>; then: dokku "
     "letsencrypt:enable <app>"},
    {cause::kAccountKey, NameStatus::action_required, false,
     "The CA does not accept the key of this host's account, or what it signs: the kind of key, or "
     "it is not the one that the CA has for the account (a backup that was put back).",
     "The CA's own words.",
     "Put the right key back (dokku letsencrypt:account show <app> tells where), or get a new "
     "account: dokku letsencrypt:account register <app>; then: dokku letsencrypt:enable <app>"},
    {cause::kBadCsr, NameStatus::action_required, false,
     "The CA does not accept the certificate request, mostly because of the kind of key.",
     "The CA's own words.",
     "Choose the usual key, or one that the CA names: dokku letsencrypt:set <app> key-type ec256; "
     "then: dokku letsencrypt:enable <app>"},
    {cause::kBlockedKey, NameStatus::action_required, false,
     "The CA does not sign for the key of the certificate any more: it is known to be compromised.",
     "The CA's own words.",
     "Have a new key made: dokku letsencrypt:set <app> reuse-key false; then: dokku "
     "letsencrypt:enable <app>"},
    {cause::kBadRequest, NameStatus::failed, true,
     "The CA does not understand a request of this plugin.", "The CA's own words.",
     "See whether there is a newer version of the plugin: sudo dokku plugin:update letsencrypt. If "
     "that does not help, report the CA's words to its authors."},
    {cause::kSettings, NameStatus::action_required, false,
     "A setting of the app makes it impossible to order.", "The setting.",
     "Set it right with: dokku letsencrypt:set <app> <property> <value>"},
    {cause::kNoEmail, NameStatus::action_required, false,
     "No e-mail address is set. The CA's account is made with one, or with none if that is "
     "what you want.",
     "The property email is empty for the app and for the host.",
     "dokku letsencrypt:set --global email <e-mail>, or: dokku letsencrypt:set --global email "
     "none"},
    {cause::kProxyType, NameStatus::action_required, false,
     "The app is not served by nginx; its proxy gets certificates by itself.",
     "The app's proxy type.", "dokku proxy:set <app> type nginx, or configure the other proxy."},
    {cause::kNoHttpsListener, NameStatus::action_required, true,
     "The certificate is installed, but the app's vhost has no https listener for the name. "
     "Automatic issuance never touches the port map.",
     "No `listen ... ssl` for the name in the app's nginx.conf.",
     "See the reason. If the app's ports have https: dokku proxy:build-config <app>. Only if they "
     "have "
     "none: dokku ports:add <app> https:443:<container-port>"},
    {cause::kNotServed, NameStatus::installed, true,
     "The certificate is installed, but nginx still shows another one, or none. The vhost is "
     "rebuilt "
     "with each look.",
     "A TLS handshake with the name, or the words of a rebuild that failed.",
     "dokku proxy:build-config <app>; if that fails: sudo nginx -t"},
    {cause::kExpired, NameStatus::failed, true,
     "The certificate has expired and no other has taken its place.",
     "The end of the certificate that is served.",
     "dokku letsencrypt:enable <app>; and see that the scheduled run is on: dokku "
     "letsencrypt:cron-job"},
    {cause::kHost, NameStatus::failed, true,
     "This host could not do its part, or files of the app's certificate are missing or cannot be "
     "read or replaced.",
     "The operating system's words, or which files.",
     "See the reason, and what `status` says against it; it is tried again. What root has restored "
     "is given back with: sudo chown -R dokku:dokku ~dokku/<app> /var/lib/dokku/data/letsencrypt "
     "/var/lib/dokku/config/letsencrypt"},
    {cause::kStateDamaged, NameStatus::action_required, false,
     "What this host knew of the app was damaged on its disk, and no certificate of the app is "
     "there "
     "to tell whether letsencrypt is to care for it. Nothing is ordered until somebody says.",
     "state/<app>.json is no JSON object; it was put aside beside it as <app>.damaged-<time>. "
     "Nothing "
     "is in the app's tls/.",
     "If it is to have a certificate: dokku letsencrypt:enable <app>. If not: dokku "
     "letsencrypt:disable <app>"},
    {cause::kStuckRun, NameStatus::failed, true,
     "A run has come to no end and keeps all others from the app: it is suspended, or waits for "
     "something that does not come. The certificate in use goes on being served; nothing is "
     "renewed "
     "for the app.",
     "A process that holds the lock of the app or of the host's accounts for more than two hours, "
     "or "
     "that of its state or of the index for one.",
     "Look at the process in the reason with ps. If it is suspended let it go on with: sudo kill "
     "-CONT <pid>, else end it with: sudo kill -KILL <pid>. The next run takes up what it had "
     "begun."},
    {cause::kNoRenewalRun, NameStatus::failed, true,
     "The scheduled renewal is switched on, but no run over all apps has come to its end for a day "
     "and a half. The certificate in use goes on being served, but nobody looks after it.",
     "The time of the last run (`dokku letsencrypt:report --global`).",
     "Start one with: dokku letsencrypt:auto-renew. If that works, see whether cron runs "
     "(systemctl "
     "status cron) and has our lines (sudo crontab -l -u dokku; written anew by: dokku "
     "letsencrypt:cron-job --add), and what /var/log/dokku/letsencrypt.log says"},
    {cause::kHeldBack, NameStatus::failed, true,
     "The name could be certified, but a name that the certificate covers today is failing "
     "right now and would lose it. That one is given time first: an hour where the certificate "
     "would only grow, in a renewal half of what was left of the certificate.",
     "A failing name that is covered today.",
     "Mend the other name, or order without it: dokku letsencrypt:enable <app>"},
    {cause::kCustom, NameStatus::not_used, true,
     "A certificate that a person installed is served. It is never touched; ours takes its "
     "place when it expires or is removed.",
     "The certificate in tls/ was not issued by letsencrypt.",
     "Nothing. To let letsencrypt replace it now: dokku letsencrypt:enable <app>"},
    {cause::kExcluded, NameStatus::disabled, false, "The name is left out of certificates.",
     "A domain or pattern given to letsencrypt:exclude.",
     "dokku letsencrypt:include <app> <domain>"},
    {cause::kSwitchedOff, NameStatus::disabled, false, "Letsencrypt is off for the app.",
     "It was never enabled, or was disabled or revoked.", "dokku letsencrypt:enable <app>"},
});

std::string replace_all(std::string text, std::string_view what, std::string_view with) {
    for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at)) {
        text.replace(at, what.size(), with);
        at += with.size();
    }
    return text;
}

}  // namespace

std::span<const Cause> causes() {
    return kCauses;
}

const Cause* find_cause(std::string_view name) {
    const auto found = std::find_if(kCauses.begin(), kCauses.end(),
                                    [&](const Cause& one) { return one.name == name; });
    return found == kCauses.end() ? nullptr : &*found;
}

NameStatus status_of(std::string_view cause_name) {
    const Cause* known = find_cause(cause_name);
    return known == nullptr ? NameStatus::failed : known->status;
}

std::string fix_of(const Cause& cause, std::string_view app, std::string_view domain) {
    return replace_all(replace_all(std::string{cause.fix}, "<app>", app), "<domain>", domain);
}

}  // namespace store
