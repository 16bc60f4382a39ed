#include "nginx/config.h"

#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include "support/dokku_host.h"

namespace {

using Words = std::vector<std::string>;

std::vector<nginx::NginxDirective> parse(std::string_view text) {
    auto parsed = nginx::parse_nginx_config(text, "/etc/nginx/nginx.conf");
    INFO((parsed ? std::string{} : parsed.error().message));
    REQUIRE(parsed);
    return std::move(*parsed);
}

/// The arguments of the only directive in the text.
Words arguments_of(std::string_view text) {
    const auto directives = parse(text);
    REQUIRE(directives.size() == 1);
    return directives.front().arguments;
}

std::string complaint_about(std::string_view text) {
    const auto parsed = nginx::parse_nginx_config(text, "/etc/nginx/nginx.conf");
    REQUIRE_FALSE(parsed);
    CHECK(parsed.error().kind == base::ErrorKind::protocol);
    return parsed.error().message;
}

Words names_of(const std::vector<nginx::NginxDirective>& directives) {
    Words names;
    for (const auto& directive : directives)
        names.push_back(directive.name);
    return names;
}

std::size_t count(const std::vector<nginx::NginxDirective>& directives, std::string_view name) {
    return static_cast<std::size_t>(
        std::count_if(directives.begin(), directives.end(),
                      [&](const auto& directive) { return directive.name == name; }));
}

}  // namespace

TEST_CASE("directives come with arguments, blocks, file and line", "[nginx][nginx]") {
    const auto directives = parse(
        "user www-data;\r\n"
        "events {}\n"
        "http {\n"
        "\tserver {\n\t\tlisten 80 default_server;\n\t}\n"
        "}\n");
    CHECK(names_of(directives) == Words{"user", "events", "http"});
    CHECK(directives[0].arguments == Words{"www-data"});
    CHECK(directives[1].block.empty());
    const auto& listen = directives[2].block.at(0).block.at(0);
    CHECK(listen.name == "listen");
    CHECK(listen.arguments == Words{"80", "default_server"});
    CHECK(listen.file == "/etc/nginx/nginx.conf");
    CHECK(listen.line == 5);
}

TEST_CASE("quotes hold blanks, marks and the other quote", "[nginx][nginx]") {
    CHECK(arguments_of(R"(log_format 'a "b" ; { } # c' "it's";)") ==
          Words{R"(a "b" ; { } # c)", "it's"});
    CHECK(arguments_of("server_name \"\";") == Words{""});
    CHECK(arguments_of("root a'b\"c;") == Words{R"(a'b"c)"});  // no quote inside a word
}

TEST_CASE("a line end inside quotes counts as a line", "[nginx][nginx]") {
    const auto directives = parse("a \"1\n2\n\" '\\\n';\nb;\n");
    CHECK(directives.at(0).arguments == Words{"1\n2\n", "\\\n"});
    CHECK(directives.at(1).line == 5);
}

TEST_CASE("a backslash means what it means to nginx", "[nginx][nginx]") {
    // ngx_conf_read_token: three characters and three letters, else it stays. Whatever follows it
    // ends no word.
    CHECK(arguments_of(R"(a \"b\" \'c\' d\\e;)") == Words{R"("b")", "'c'", R"(d\e)"});
    CHECK(arguments_of(R"(a "x\ty\rz\nw";)") == Words{"x\ty\rz\nw"});
    CHECK(arguments_of(R"(a b\ c d\;e f\{g;)") == Words{R"(b\ c)", R"(d\;e)", R"(f\{g)"});
    CHECK(arguments_of(R"(location ~ \.php$;)") == Words{"~", R"(\.php$)"});
    CHECK(arguments_of(R"(a "say \"hi\"";)") == Words{R"(say "hi")"});
}

TEST_CASE("comments go to the end of the line and begin no word", "[nginx][nginx]") {
    const auto directives = parse("# server {\na b#c; # d; }\n#last");
    CHECK(names_of(directives) == Words{"a"});
    CHECK(directives.front().arguments == Words{"b#c"});
    CHECK(directives.front().line == 2);
}

TEST_CASE("the brace of a variable opens no block", "[nginx][nginx]") {
    CHECK(arguments_of("return 301 https://${host}$request_uri;") ==
          Words{"301", "https://${host}$request_uri"});
    CHECK(arguments_of("root ${a}${b}/c;") == Words{"${a}${b}/c"});
    // A closing brace in a word is part of it, an opening one ends it.
    CHECK(arguments_of("a b}c;") == Words{"b}c"});
    const auto directives = parse("if ($x = 1){ a; }");
    CHECK(directives.front().arguments == Words{"($x", "=", "1)"});
    CHECK(names_of(directives.front().block) == Words{"a"});
}

TEST_CASE("the body of a Lua block is skipped to its own end", "[nginx][nginx]") {
    const std::string body =
        GENERATE("local t = { a = { 1 } } if x then return { } end", "return '}'",
                 R"(return "}\"}")", "-- it ends }\n return 1", "--[[ } \n } ]] return 1",
                 "return [==[ } ]] } ]==]", "local u = t[1] return #u - -1", "");
    CAPTURE(body);
    const auto directives = parse("content_by_lua_block {" + body + "}\nafter;\n");
    CHECK(names_of(directives) == Words{"content_by_lua_block", "after"});
    const auto line_ends = std::count(body.begin(), body.end(), '\n');
    CHECK(directives.at(1).line == 2 + line_ends);
}

TEST_CASE("unbalanced text is refused with file and line", "[nginx][nginx]") {
    CHECK(complaint_about("http {\n server {\n") ==
          "/etc/nginx/nginx.conf:3: unexpected end of file");
    CHECK(complaint_about("a;\nb") == "/etc/nginx/nginx.conf:2: unexpected end of file");
    CHECK(complaint_about("a;\n}\n") == "/etc/nginx/nginx.conf:2: unexpected \"}\"");
    CHECK(complaint_about("http { a }") == "/etc/nginx/nginx.conf:1: unexpected \"}\"");
    CHECK(complaint_about("\n\n;") == "/etc/nginx/nginx.conf:3: unexpected \";\"");
    CHECK(complaint_about("{}") == "/etc/nginx/nginx.conf:1: unexpected \"{\"");
    CHECK(complaint_about("a \"b;\n}\n") == "/etc/nginx/nginx.conf:3: a quote is not closed");
    CHECK(complaint_about("a;\nset_by_lua_block $x { return '}' ") ==
          "/etc/nginx/nginx.conf:2: a Lua block is not closed");
}

TEST_CASE("blocks nest to a bound", "[nginx][nginx]") {
    const auto nested = [](int depth) {
        std::string text;
        for (int i = 0; i < depth; ++i)
            text += "a {\n";
        for (int i = 0; i < depth; ++i)
            text += "}";
        return text;
    };
    parse(nested(32));
    CHECK(complaint_about(nested(33)) == "/etc/nginx/nginx.conf:33: blocks nest too deeply");
}

TEST_CASE("included directives follow their include, in the order of glob", "[nginx][nginx]") {
    const test::TempDir folder;
    const auto write = [&](const std::string& name, std::string_view text) {
        test::DokkuHost::write(folder / name, text);
    };
    write("nginx.conf", "first;\nhttp { include conf.d/*.conf; server { include snip; } }\nlast;");
    write("conf.d/b.conf", "b;");
    write("conf.d/a.conf", "a; include " + (folder / "absolute").string() + ";");
    write("conf.d/.hidden.conf", "hidden;");
    write("conf.d/a.conf~", "backup;");
    write("absolute", "c;");
    write("snip", "listen 80;");

    const auto directives = nginx::read_nginx_config(folder / "nginx.conf");
    CHECK(names_of(directives) == Words{"first", "http", "last"});
    const auto& http = directives.at(1).block;
    CHECK(names_of(http) == Words{"include", "a", "include", "c", "b", "server"});
    CHECK(http.at(4).file == folder / "conf.d/b.conf");
    CHECK(names_of(http.at(5).block) == Words{"include", "listen"});
}

TEST_CASE("an include is relative to the main file, not to the one it stands in",
          "[nginx][nginx]") {
    const test::TempDir folder;
    test::DokkuHost::write(folder / "nginx.conf", "include sub/one.conf;");
    test::DokkuHost::write(folder / "sub/one.conf", "include two.conf;");
    test::DokkuHost::write(folder / "sub/two.conf", "wrong;");
    test::DokkuHost::write(folder / "two.conf", "right;");
    const auto directives = nginx::read_nginx_config(folder / "nginx.conf");
    CHECK(names_of(directives) == Words{"include", "include", "right"});
}

TEST_CASE("files that are missing or broken are left out, the rest stays", "[nginx][nginx]") {
    const test::TempDir folder;
    test::DokkuHost::write(folder / "nginx.conf", "include nowhere; include broken; include ok;");
    test::DokkuHost::write(folder / "broken", "server {");
    test::DokkuHost::write(folder / "ok", "server { listen 80; }");
    CHECK(nginx::find_servers(nginx::read_nginx_config(folder / "nginx.conf")).size() == 1);
    CHECK(nginx::read_nginx_config(folder / "nowhere.conf").empty());
}

TEST_CASE("an include loop ends", "[nginx][nginx]") {
    const test::TempDir folder;
    test::DokkuHost::write(folder / "nginx.conf", "a; include nginx.conf;");
    CHECK(count(nginx::read_nginx_config(folder / "nginx.conf"), "a") == 33);

    // Twice in each file doubles with every level: the number of files is bounded as well.
    test::DokkuHost::write(folder / "nginx.conf", "a; include nginx.conf; include nginx.conf;");
    CHECK(count(nginx::read_nginx_config(folder / "nginx.conf"), "a") <= 50'000);
}

TEST_CASE("listen addresses are read in each form that nginx takes", "[nginx][nginx]") {
    struct Sample {
        std::string listen;
        std::vector<nginx::ListenPair> pairs;
    };
    const auto sample = GENERATE(
        Sample{"80", {{"*", 80}}}, Sample{"*:8080", {{"*", 8080}}},
        Sample{"0.0.0.0:80", {{"*", 80}}}, Sample{"192.0.2.1", {{"192.0.2.1", 80}}},
        Sample{"192.0.2.1:443 ssl http2", {{"192.0.2.1", 443}}},
        Sample{"80 default_server reuseport", {{"*", 80}}}, Sample{"[::]:80", {{"[::]", 80}}},
        Sample{"[0:0::0]:80 ipv6only=on", {{"[::]", 80}}}, Sample{"[::1]", {{"[::1]", 80}}},
        // One spelling for one address: nginx refuses a server block that listens to it twice.
        Sample{"[2001:0DB8::0001]:80", {{"[2001:db8::1]", 80}}}, Sample{"unix:/run/nginx.sock", {}},
        Sample{"localhost:80", {}}, Sample{"localhost", {}}, Sample{"8080-8085", {}},
        Sample{"192.0.2.1:80-81", {}}, Sample{"0", {}}, Sample{"65536", {}}, Sample{"-80", {}},
        Sample{"4294967376", {}}, Sample{"*:x", {}}, Sample{"[::1", {}}, Sample{"[]:80", {}},
        Sample{":80", {}});
    CAPTURE(sample.listen);
    const auto servers = nginx::find_servers(parse("server { listen " + sample.listen + "; }"));
    REQUIRE(servers.size() == 1);
    CHECK(servers.front().listens == sample.pairs);
}

TEST_CASE("a server without listen has nginx's default", "[nginx][nginx]") {
    const auto servers = nginx::find_servers(parse("server { server_name a.test; }"));
    CHECK(servers.front().listens == std::vector<nginx::ListenPair>{{"*", 80}});
    CHECK(servers.front().listens_on(80));
    CHECK_FALSE(servers.front().listens_on(443));
}

TEST_CASE("a server tells its TLS listeners and all its names", "[nginx][nginx]") {
    const auto servers = nginx::find_servers(
        parse("http { server {\n"
              "  listen [::]:443 ssl http2; listen 443 ssl; listen 80;\n"
              "  server_name A.test b.test *.c.test;\n  server_name \"d.test\" _;\n"
              "} }\n"
              "server { listen 81; }\n"
              "stream { server { listen 80; } }\n"
              "upstream u { server 127.0.0.1:5000; }\n"));
    REQUIRE(servers.size() == 2);  // neither stream's nor upstream's
    CHECK(servers[0].tls_listens == std::vector<nginx::ListenPair>{{"[::]", 443}, {"*", 443}});
    CHECK(servers[0].listens.size() == 3);
    CHECK(servers[0].names == Words{"a.test", "b.test", "*.c.test", "d.test", "_"});
    CHECK(servers[0].has_name("a.test"));
    CHECK_FALSE(servers[0].has_name("x.c.test"));
    CHECK(servers[0].line == 1);
    CHECK(servers[1].listens_on(81));
}

TEST_CASE("a wildcard among a server's names serves what is below it", "[nginx][nginx]") {
    const auto servers =
        nginx::find_servers(parse("server { server_name *.A.test .b.test c.test; }"));
    REQUIRE(servers.size() == 1);
    const auto& server = servers.front();
    for (const char* name : {"x.a.test", "y.x.a.test", "b.test", "x.b.test"}) {
        CAPTURE(name);
        CHECK(server.has_wildcard_for(name));
        CHECK_FALSE(server.has_name(name));
    }
    for (const char* name : {"a.test", "xa.test", "xb.test", "c.test", "x.c.test"}) {
        CAPTURE(name);
        CHECK_FALSE(server.has_wildcard_for(name));
    }
}

TEST_CASE("a pair is written as after listen", "[nginx][nginx]") {
    const nginx::ListenPair wildcard{"[::]", 80};
    CHECK(wildcard.to_string() == "[::]:80");
    CHECK(wildcard.is_ipv6());
    CHECK(wildcard.is_wildcard());
    const nginx::ListenPair address{"192.0.2.1", 8080};
    CHECK(address.to_string() == "192.0.2.1:8080");
    CHECK_FALSE(address.is_ipv6());
    CHECK_FALSE(address.is_wildcard());
}
