#include "nginx/config.h"

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <glob.h>
#include <optional>

#include "base/text.h"

namespace nginx {
namespace {

constexpr int kMaxDepth = 32;
constexpr std::size_t kMaxFiles = 50'000;

/// Cuts a configuration into words and the marks `;`, `{`, `}`.
class Lexer {
  public:
    enum class Kind { word, semicolon, open, close, end, broken };

    struct Token {
        Kind kind = Kind::end;
        std::string text;
        int line = 0;
    };

    explicit Lexer(std::string_view text) : text_(text) {}

    Token next() {
        skip_blanks_and_comments();
        if (at_ >= text_.size()) return {Kind::end, {}, line_};
        switch (text_[at_]) {
            case ';':
                ++at_;
                return {Kind::semicolon, {}, line_};
            case '{':
                ++at_;
                return {Kind::open, {}, line_};
            case '}':
                ++at_;
                return {Kind::close, {}, line_};
            case '"':
            case '\'':
                return quoted();
            default:
                return bare();
        }
    }

    /// Behind the `{` of a Lua block: to its matching `}`.
    bool skip_lua_block() {
        for (int depth = 1; at_ < text_.size();) {
            if (skip_lua_text()) continue;
            const char c = text_[at_];
            skip(1);
            if (c == '{') ++depth;
            if (c == '}' && --depth == 0) return true;
        }
        return false;
    }

  private:
    /// At most to the end; counts lines.
    void skip(std::size_t bytes) {
        const auto skipped = text_.substr(at_, bytes);
        line_ += static_cast<int>(std::count(skipped.begin(), skipped.end(), '\n'));
        at_ += skipped.size();
    }

    /// Behind the next `end`, which is looked for after `from` bytes; to the end of the text if
    /// there is none.
    void skip_behind(std::string_view end, std::size_t from) {
        const auto found = text_.find(end, at_ + from);
        skip(found == std::string_view::npos ? found : found + end.size() - at_);
    }

    /// A string or comment of Lua, whose braces are text: `'a'`, `"a"`, `[==[a]==]`, `--a`,
    /// `--[[a]]`. Returns whether there was one.
    bool skip_lua_text() {
        const std::string_view rest = text_.substr(at_);
        const bool comment = rest.starts_with("--");
        const std::string_view body = rest.substr(comment ? 2 : 0);
        if (body.starts_with('[')) {
            const auto level = std::min(body.find_first_not_of('=', 1), body.size()) - 1;
            if (body.substr(level + 1).starts_with('[')) {
                skip_behind("]" + std::string(level, '=') + "]", rest.size() - body.size());
                return true;
            }
        }
        if (comment) {
            skip_behind("\n", 0);
            return true;
        }
        if (!rest.starts_with('"') && !rest.starts_with('\'')) return false;
        std::size_t end = 1;
        while (end < rest.size() && rest[end] != rest.front())
            end += rest[end] == '\\' ? 2U : 1U;
        skip(end + 1);
        return true;
    }

    void skip_blanks_and_comments() {
        for (; at_ < text_.size(); ++at_) {
            const char c = text_[at_];
            if (c == '#') {
                at_ = std::min(text_.find('\n', at_), text_.size());
                if (at_ == text_.size()) return;
            } else if (c != ' ' && c != '\t' && c != '\r' && c != '\n') {
                return;
            }
            if (text_[at_] == '\n') ++line_;
        }
    }

    Token quoted() {
        const char quote = text_[at_++];
        Token token{Kind::word, {}, line_};
        for (; at_ < text_.size(); ++at_) {
            const char c = text_[at_];
            if (c == '\n') ++line_;
            if (c == quote) {
                ++at_;
                return token;
            }
            take_escaped(token.text);
        }
        return {Kind::broken, {}, line_};
    }

    Token bare() {
        Token token{Kind::word, {}, line_};
        for (; at_ < text_.size(); ++at_) {
            const char c = text_[at_];
            if (c == '$' && at_ + 1 < text_.size() && text_[at_ + 1] == '{') {
                token.text += c;  // ${variable}: its brace opens no block
                ++at_;
            } else if (c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == ';' || c == '{') {
                return token;
            }
            take_escaped(token.text);
        }
        return token;
    }

    /// The character at `at_`, or what a backslash and the next one stand for; as nginx has it, the
    /// backslash stays before any other, and neither of the two ends a word.
    void take_escaped(std::string& word) {
        if (text_[at_] != '\\' || at_ + 1 == text_.size()) {
            word += text_[at_];
            return;
        }
        const char next = text_[++at_];
        if (next == '\n') ++line_;
        constexpr std::string_view kLetters = "\"'\\trn";
        constexpr std::string_view kMeanings = "\"'\\\t\r\n";
        const auto letter = kLetters.find(next);
        if (letter == std::string_view::npos) word += '\\';
        word += letter == std::string_view::npos ? next : kMeanings[letter];
    }

    std::string_view text_;
    std::size_t at_ = 0;
    int line_ = 1;
};

class Parser {
  public:
    Parser(std::string_view text, base::Path file) : lexer_(text), file_(std::move(file)) {}

    base::Result<std::vector<NginxDirective>> parse() { return block(0, 1); }

  private:
    base::Unexpected<base::Error> broken(int line, std::string_view what) const {
        return base::fail(base::ErrorKind::protocol,
                          file_.string() + ":" + std::to_string(line) + ": " + std::string{what});
    }

    base::Result<std::vector<NginxDirective>> block(int depth, int line) {
        if (depth > kMaxDepth) return broken(line, "blocks nest too deeply");
        std::vector<NginxDirective> directives;
        NginxDirective current;
        for (;;) {
            auto token = lexer_.next();
            const bool pending = !current.name.empty();
            switch (token.kind) {
                case Lexer::Kind::word:
                    if (pending) {
                        current.arguments.push_back(std::move(token.text));
                    } else {
                        current = {std::move(token.text), {}, {}, file_, token.line};
                    }
                    break;
                case Lexer::Kind::open: {
                    if (!pending) return broken(token.line, "unexpected \"{\"");
                    if (auto read = read_block(current, depth); !read)
                        return std::move(read).error();
                    directives.push_back(std::exchange(current, {}));
                    break;
                }
                case Lexer::Kind::semicolon:
                    if (!pending) return broken(token.line, "unexpected \";\"");
                    directives.push_back(std::exchange(current, {}));
                    break;
                case Lexer::Kind::close:
                    if (pending || depth == 0) return broken(token.line, "unexpected \"}\"");
                    return directives;
                case Lexer::Kind::end:
                    if (pending || depth > 0) return broken(token.line, "unexpected end of file");
                    return directives;
                case Lexer::Kind::broken:
                    return broken(token.line, "a quote is not closed");
            }
        }
    }

    base::Result<void> read_block(NginxDirective& directive, int depth) {
        if (directive.name.ends_with("_by_lua_block")) {
            if (!lexer_.skip_lua_block())
                return broken(directive.line, "a Lua block is not closed");
            return {};
        }
        auto inner = block(depth + 1, directive.line);
        if (!inner) return std::move(inner).error();
        directive.block = std::move(*inner);
        return {};
    }

    Lexer lexer_;
    base::Path file_;
};

/// Reads files and puts what they include behind the include directive.
class Includer {
  public:
    explicit Includer(base::Path folder) : folder_(std::move(folder)) {}

    std::vector<NginxDirective> read(const base::Path& file, int depth) {
        if (depth > kMaxDepth || ++files_ > kMaxFiles) return {};
        const auto text = base::read_file(file);
        if (!text) return {};
        auto directives = parse_nginx_config(*text, file);
        if (!directives) return {};
        return expand(std::move(*directives), depth);
    }

  private:
    std::vector<NginxDirective> expand(std::vector<NginxDirective> directives, int depth) {
        std::vector<NginxDirective> result;
        for (NginxDirective& directive : directives) {
            directive.block = expand(std::move(directive.block), depth);
            const bool include = directive.name == "include" && directive.arguments.size() == 1;
            const std::string pattern = include ? directive.arguments.front() : "";
            result.push_back(std::move(directive));
            if (!include) continue;
            for (const base::Path& file : matches(folder_ / pattern)) {
                auto included = read(file, depth + 1);
                result.insert(result.end(), std::make_move_iterator(included.begin()),
                              std::make_move_iterator(included.end()));
            }
        }
        return result;
    }

    static std::vector<base::Path> matches(const base::Path& pattern) {
        glob_t found{};
        std::vector<base::Path> files;
        if (::glob(pattern.c_str(), 0, nullptr, &found) == 0) {
            files.assign(found.gl_pathv, found.gl_pathv + found.gl_pathc);
        }
        ::globfree(&found);
        return files;
    }

    base::Path folder_;
    std::size_t files_ = 0;
};

/// One spelling for one address: nginx refuses a server block that listens to it twice. Nothing for
/// what is no address.
std::optional<std::string> canonical_address(const std::string& text) {
    if (text == "*" || text == "0.0.0.0") return "*";
    if (text.find('\0') != std::string::npos) return std::nullopt;  // inet_pton would stop there
    const bool is_ipv6 = text.starts_with('[') && text.ends_with(']');
    const int family = is_ipv6 ? AF_INET6 : AF_INET;
    const std::string inner = is_ipv6 ? text.substr(1, text.size() - 2) : text;
    in6_addr binary{};
    std::array<char, INET6_ADDRSTRLEN> shown{};
    if (::inet_pton(family, inner.c_str(), &binary) != 1 ||
        ::inet_ntop(family, &binary, shown.data(), shown.size()) == nullptr) {
        return std::nullopt;
    }
    return is_ipv6 ? "[" + std::string{shown.data()} + "]" : std::string{shown.data()};
}

std::optional<int> parse_port(std::string_view text) {
    constexpr int kMaxPort = 65'535;
    const auto port = base::parse_integer(text);
    if (!port || *port < 1 || *port > kMaxPort) return std::nullopt;
    return static_cast<int>(*port);
}

NginxServer to_server(const NginxDirective& block) {
    NginxServer server;
    server.file = block.file;
    server.line = block.line;
    bool listens = false;
    for (const NginxDirective& directive : block.block) {
        if (directive.name == "listen" && !directive.arguments.empty()) {
            listens = true;
            const auto pair = parse_listen(directive.arguments.front());
            if (!pair) continue;
            server.listens.push_back(*pair);
            const auto& words = directive.arguments;
            if (std::find(words.begin(), words.end(), "ssl") != words.end()) {
                server.tls_listens.push_back(*pair);
            }
        } else if (directive.name == "server_name") {
            for (const std::string& name : directive.arguments) {
                server.names.push_back(base::to_lower(name));
            }
        }
    }
    if (!listens) server.listens.push_back({"*", 80});  // nginx's own default
    return server;
}

void collect_servers(const std::vector<NginxDirective>& directives,
                     std::vector<NginxServer>& servers) {
    for (const NginxDirective& directive : directives) {
        if (directive.name == "server" && directive.arguments.empty()) {
            servers.push_back(to_server(directive));
        } else if (directive.name == "http") {
            collect_servers(directive.block, servers);
        }
    }
}

}  // namespace

base::Result<std::vector<NginxDirective>> parse_nginx_config(std::string_view text,
                                                             const base::Path& file) {
    return Parser{text, file}.parse();
}

std::optional<ListenPair> parse_listen(std::string_view text) {
    if (text.find_first_not_of("0123456789") == std::string_view::npos) {
        const auto port = parse_port(text);
        return port ? std::optional{ListenPair{"*", *port}} : std::nullopt;
    }
    const auto bracket = text.rfind(']');
    const auto colon = text.rfind(':');
    const bool has_port =
        colon != std::string_view::npos && (bracket == std::string_view::npos || colon > bracket);
    const auto port = has_port ? parse_port(text.substr(colon + 1)) : 80;
    const auto address =
        canonical_address(std::string{text.substr(0, has_port ? colon : text.size())});
    if (!port || !address) return std::nullopt;
    return ListenPair{*address, *port};
}

std::vector<NginxDirective> read_nginx_config(const base::Path& main) {
    return Includer{main.parent_path()}.read(main, 0);
}

bool NginxServer::listens_on(int port) const {
    return std::any_of(listens.begin(), listens.end(),
                       [&](const ListenPair& pair) { return pair.port == port; });
}

bool NginxServer::has_name(std::string_view name) const {
    return std::find(names.begin(), names.end(), name) != names.end();
}

bool NginxServer::has_wildcard_for(std::string_view name) const {
    return std::any_of(names.begin(), names.end(), [&](std::string_view own) {
        const bool star = own.starts_with("*.");
        if (star) own.remove_prefix(1);
        if (!own.starts_with('.')) return false;
        const bool below = name.size() > own.size() && name.ends_with(own);
        return below || (!star && name == own.substr(1));
    });
}

std::vector<NginxServer> find_servers(const std::vector<NginxDirective>& directives) {
    std::vector<NginxServer> servers;
    collect_servers(directives, servers);
    return servers;
}

}  // namespace nginx
