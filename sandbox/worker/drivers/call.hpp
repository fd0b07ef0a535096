// Calls one function and writes what it returned. What is compared happens elsewhere.
#pragma once
#include <bits/stdc++.h>
#include <unistd.h>

namespace sandbox_call {

[[noreturn]] inline void fail(const std::string &why) {
    std::fprintf(stderr, "%s\n", why.c_str());
    _exit(1);
}

struct Reader {
    const char *at, *end;

    void blanks() {
        while (at < end && std::isspace(static_cast<unsigned char>(*at))) ++at;
    }
    bool take(char wanted) {
        blanks();
        if (at == end || *at != wanted) return false;
        ++at;
        return true;
    }
    void need(char wanted) {
        if (!take(wanted)) fail(std::string("the argument does not fit its type: no '") + wanted + "'");
    }
    bool word(const char *wanted) {
        blanks();
        size_t size = std::strlen(wanted);
        if (static_cast<size_t>(end - at) < size || std::memcmp(at, wanted, size) != 0) return false;
        at += size;
        return true;
    }
    unsigned hex() {
        unsigned code = 0;
        for (int i = 0; i < 4 && at < end; ++i, ++at)
            code = code * 16 + static_cast<unsigned>(std::isdigit(*at) ? *at - '0' : (*at | 32) - 'a' + 10);
        return code;
    }
    void append(std::string &text, unsigned code) {
        if (code < 0x80) text += static_cast<char>(code);
        else if (code < 0x800) text += {static_cast<char>(0xC0 | code >> 6), static_cast<char>(0x80 | (code & 63))};
        else if (code < 0x10000)
            text += {static_cast<char>(0xE0 | code >> 12), static_cast<char>(0x80 | (code >> 6 & 63)),
                     static_cast<char>(0x80 | (code & 63))};
        else
            text += {static_cast<char>(0xF0 | code >> 18), static_cast<char>(0x80 | (code >> 12 & 63)),
                     static_cast<char>(0x80 | (code >> 6 & 63)), static_cast<char>(0x80 | (code & 63))};
    }
    std::string text() {
        std::string result;
        need('"');
        while (at < end && *at != '"') {
            if (*at != '\\') {
                result += *at++;
                continue;
            }
            if (++at == end) break;
            char kind = *at++;
            if (kind == 'u') {
                unsigned code = hex();
                if (code >= 0xD800 && code < 0xDC00 && end - at > 6 && at[0] == '\\' && at[1] == 'u') {
                    at += 2;
                    code = 0x10000 + ((code - 0xD800) << 10) + (hex() - 0xDC00);
                }
                append(result, code);
            } else {
                const char *plain = std::strchr("n\nt\tr\rb\bf\f", kind);
                result += plain ? plain[1] : kind;
            }
        }
        need('"');
        return result;
    }
    std::string number() {
        blanks();
        const char *start = at;
        while (at < end && std::strchr("+-.eE0123456789", *at) && *at) ++at;
        if (start == at) fail("the argument does not fit its type: no number");
        return std::string(start, at);
    }
};

template <class T, class = void> struct Json;

template <> struct Json<bool> {
    static bool read(Reader &in) {
        if (in.word("true")) return true;
        if (in.word("false")) return false;
        fail("the argument does not fit its type: no bool");
    }
    static void write(std::string &out, bool value) { out += value ? "true" : "false"; }
};

template <> struct Json<std::string> {
    static std::string read(Reader &in) { return in.text(); }
    static void write(std::string &out, const std::string &value) {
        out += '"';
        for (char letter : value) {
            unsigned char code = static_cast<unsigned char>(letter);
            char escaped[8];
            if (letter == '"' || letter == '\\') (out += '\\') += letter;
            else if (code < 32) std::snprintf(escaped, sizeof escaped, "\\u%04x", code), out += escaped;
            else out += letter;
        }
        out += '"';
    }
};

template <> struct Json<char> {
    static char read(Reader &in) {
        std::string text = in.text();
        if (text.size() != 1) fail("the argument does not fit its type: no char");
        return text[0];
    }
    static void write(std::string &out, char value) { Json<std::string>::write(out, std::string(1, value)); }
};

template <class T> struct Json<T, std::enable_if_t<std::is_integral_v<T>>> {
    static T read(Reader &in) {
        std::string text = in.number();
        T value{};
        auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
        if (error != std::errc() || end != text.data() + text.size())
            fail("the argument does not fit its type: " + text.substr(0, 40));
        return value;
    }
    static void write(std::string &out, T value) { out += std::to_string(value); }
};

template <class T> struct Json<T, std::enable_if_t<std::is_floating_point_v<T>>> {
    static T read(Reader &in) { return static_cast<T>(std::strtold(in.number().c_str(), nullptr)); }
    static void write(std::string &out, T value) {
        char text[64];
        std::snprintf(text, sizeof text, "%.17g", static_cast<double>(value));
        out += text;
    }
};

template <class T> struct Sequence {
    static T read(Reader &in) {
        T values;
        in.need('[');
        if (in.take(']')) return values;
        do values.insert(values.end(), Json<typename T::value_type>::read(in));
        while (in.take(','));
        in.need(']');
        return values;
    }
    static void write(std::string &out, const T &values) {
        out += '[';
        bool first = true;
        for (const auto &value : values) {
            if (!first) out += ',';
            first = false;
            Json<typename T::value_type>::write(out, value);
        }
        out += ']';
    }
};
template <class T> struct Json<std::vector<T>> : Sequence<std::vector<T>> {};
template <class T> struct Json<std::list<T>> : Sequence<std::list<T>> {};
template <class T> struct Json<std::deque<T>> : Sequence<std::deque<T>> {};
template <class T> struct Json<std::set<T>> : Sequence<std::set<T>> {};

template <class T> struct Tag { using type = T; };

template <class... T> struct Json<std::tuple<T...>> {
    static std::tuple<T...> read(Reader &in) {
        in.need('[');
        bool first = true;
        [[maybe_unused]] auto one = [&](auto tag) {
            if (!first) in.need(',');
            first = false;
            return Json<typename decltype(tag)::type>::read(in);
        };
        std::tuple<T...> values{one(Tag<T>{})...};
        in.need(']');
        return values;
    }
    static void write(std::string &out, const std::tuple<T...> &values) {
        out += '[';
        bool first = true;
        std::apply([&](const auto &...value) {
            ((out += first ? "" : ",", first = false, Json<std::decay_t<decltype(value)>>::write(out, value)), ...);
        }, values);
        out += ']';
    }
};
template <class A, class B> struct Json<std::pair<A, B>> {
    static std::pair<A, B> read(Reader &in) {
        auto [first, second] = Json<std::tuple<A, B>>::read(in);
        return {first, second};
    }
    static void write(std::string &out, const std::pair<A, B> &value) {
        Json<std::tuple<A, B>>::write(out, {value.first, value.second});
    }
};

template <class M> struct Mapping {
    static M read(Reader &in) {
        M values;
        in.need('{');
        if (in.take('}')) return values;
        do {
            std::string name = in.text();
            in.need(':');
            values[name] = Json<typename M::mapped_type>::read(in);
        } while (in.take(','));
        in.need('}');
        return values;
    }
    static void write(std::string &out, const M &values) {
        out += '{';
        bool first = true;
        for (const auto &[name, value] : values) {
            if (!first) out += ',';
            first = false;
            Json<std::string>::write(out, name);
            out += ':';
            Json<typename M::mapped_type>::write(out, value);
        }
        out += '}';
    }
};
template <class T> struct Json<std::map<std::string, T>> : Mapping<std::map<std::string, T>> {};
template <class T> struct Json<std::unordered_map<std::string, T>> : Mapping<std::unordered_map<std::string, T>> {};

template <class T> struct Json<std::optional<T>> {
    static std::optional<T> read(Reader &in) {
        if (in.word("null")) return std::nullopt;
        return Json<T>::read(in);
    }
    static void write(std::string &out, const std::optional<T> &value) {
        if (value) Json<T>::write(out, *value);
        else out += "null";
    }
};

using Called = std::function<std::string(Reader &)>;

template <class R, class... A, class F> std::string call(Reader &in, F function) {
    auto args = Json<std::tuple<std::decay_t<A>...>>::read(in);
    std::string out;
    auto apply = [&](auto &...arg) -> R { return function(static_cast<A>(arg)...); };
    if constexpr (std::is_void_v<R>) {
        std::apply(apply, args);
        out = "null";
    } else {
        Json<std::decay_t<R>>::write(out, std::apply(apply, args));
    }
    return out;
}
template <class R, class... A> Called bind(R (*function)(A...)) {
    return [=](Reader &in) {
        return call<R, A...>(in, [=](auto &&...arg) -> R { return function(std::forward<decltype(arg)>(arg)...); });
    };
}
template <class C, class R, class... A> Called bind(R (C::*method)(A...)) {
    return [=](Reader &in) {
        C object{};
        return call<R, A...>(in, [&](auto &&...arg) -> R { return (object.*method)(std::forward<decltype(arg)>(arg)...); });
    };
}
template <class C, class R, class... A> Called bind(R (C::*method)(A...) const) {
    return [=](Reader &in) {
        C object{};
        return call<R, A...>(in, [&](auto &&...arg) -> R { return (object.*method)(std::forward<decltype(arg)>(arg)...); });
    };
}

// The input is a line with a nonce, a line with the function's name, and its arguments.
inline int run(const std::map<std::string, Called> &functions) {
    std::string input, name, nonce;
    char buffer[65536];
    for (ssize_t got; (got = ::read(0, buffer, sizeof buffer)) > 0;) input.append(buffer, static_cast<size_t>(got));
    std::istringstream lines(input);
    std::getline(lines, nonce);
    std::getline(lines, name);
    int answers = ::dup(1);
    ::dup2(2, 1); // what the program prints is not its answer
    Reader in{input.data() + nonce.size() + name.size() + 2, input.data() + input.size()};
    std::string answer = nonce + " " + functions.at(name)(in) + "\n";
    std::fflush(nullptr);
    for (size_t done = 0; done < answer.size();) {
        ssize_t wrote = ::write(answers, answer.data() + done, answer.size() - done);
        if (wrote < 0) _exit(1);
        done += static_cast<size_t>(wrote);
    }
    _exit(0);
}

} // namespace sandbox_call
