#pragma once

#include <cassert>
#include <type_traits>
#include <utility>
#include <variant>

#include "base/error.h"

namespace base {

/// Carries a failure into a Result whose value type differs.
template <class E>
class Unexpected {
  public:
    explicit Unexpected(E error) : error_(std::move(error)) {}
    E&& take() && { return std::move(error_); }

  private:
    E error_;
};

/// A value or the reason why there is none. Members are named as those of std::expected (C++23), so
/// that the swap is one alias. Reading the side that is not there is a bug and traps.
template <class T, class E = Error>
class [[nodiscard]] Result {
  public:
    using value_type = T;
    using error_type = E;

    Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}  // NOLINT(*-explicit-*)
    Result(E error) : state_(std::in_place_index<1>, std::move(error)) {}  // NOLINT(*-explicit-*)
    Result(Unexpected<E> error)                                            // NOLINT(*-explicit-*)
        : state_(std::in_place_index<1>, std::move(error).take()) {}

    bool has_value() const noexcept { return state_.index() == 0; }
    explicit operator bool() const noexcept { return has_value(); }

    T& value() & { return *std::get_if<0>(&checked(0)); }
    const T& value() const& { return *std::get_if<0>(&checked(0)); }
    T&& value() && { return std::move(*std::get_if<0>(&checked(0))); }
    T& operator*() & { return value(); }
    const T& operator*() const& { return value(); }
    T&& operator*() && { return std::move(*this).value(); }
    T* operator->() { return &value(); }
    const T* operator->() const { return &value(); }

    E& error() & { return *std::get_if<1>(&checked(1)); }
    const E& error() const& { return *std::get_if<1>(&checked(1)); }
    E&& error() && { return std::move(*std::get_if<1>(&checked(1))); }

    T value_or(T other) const& { return has_value() ? value() : std::move(other); }

  private:
    auto& checked(std::size_t side) {
        if (state_.index() != side) __builtin_trap();
        return state_;
    }
    const auto& checked(std::size_t side) const {
        if (state_.index() != side) __builtin_trap();
        return state_;
    }

    std::variant<T, E> state_;
};

/// Success, or the reason why not.
template <class E>
class [[nodiscard]] Result<void, E> {
  public:
    using value_type = void;
    using error_type = E;

    Result() = default;
    Result(E error) : error_(std::move(error)) {}                     // NOLINT(*-explicit-*)
    Result(Unexpected<E> error) : error_(std::move(error).take()) {}  // NOLINT(*-explicit-*)

    bool has_value() const noexcept { return !error_.has_value(); }
    explicit operator bool() const noexcept { return has_value(); }

    E& error() & { return checked(); }
    const E& error() const& {
        return const_cast<Result*>(this)->checked();
    }  // NOLINT(*-const-cast)
    E&& error() && { return std::move(checked()); }

  private:
    E& checked() {
        if (!error_) __builtin_trap();
        return *error_;
    }

    std::optional<E> error_;
};

/// Shorthand for `return fail(ErrorKind::io, "...")`.
inline Unexpected<Error> fail(ErrorKind kind, std::string message,
                              std::vector<std::string> steps = {}) {
    return Unexpected<Error>(Error{kind, std::move(message), std::nullopt, std::move(steps)});
}

}  // namespace base
