#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace store {

/// Which of an app's certificates: `app` is the one whose pair is in `tls/`.
class CertificateId {
  public:
    /// `app`
    CertificateId() = default;

    /// Of lower-case letters, digits and `.:*_-`, such as `name:www.example.com` or `rsa`: what is
    /// a file's name as well. Nothing for another text.
    static std::optional<CertificateId> parse(std::string_view text);

    bool is_app() const { return text_ == kApp; }
    const std::string& text() const { return text_; }

    friend auto operator<=>(const CertificateId&, const CertificateId&) = default;

  private:
    static constexpr std::string_view kApp = "app";

    std::string text_{kApp};
};

}  // namespace store
