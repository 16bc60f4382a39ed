#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "http/client.h"
#include "support/instant_http.h"

namespace test {

/// The requests of an issuance, as a CA meets them.
enum class Ask {
    directory,
    nonce,
    account,
    order,
    authorization,
    challenge,
    poll,  ///< of the order, before finalize
    finalize,
    poll_signed,  ///< of the order, after finalize
    certificate,
    other,  ///< the end of an authorization that is not wanted any more
};

/// A CA that issues for `a.example` whatever is asked, except that it fails one request as often as
/// it is made, or finds something out by itself.
class FaultyCa final : public InstantHttp {
  public:
    struct Answer {
        int status = 200;
        std::string body{};
        std::vector<std::pair<std::string, std::string>> headers{};
    };

    /// What is answered to `ask` in place of the right thing.
    void fail(Ask ask, Answer answer) { fault_ = {ask, std::move(answer)}; }

    /// The challenge ends with this problem, and so does its authorization.
    void refuse_validation(std::string problem) { refusal_ = std::move(problem); }

    /// The order is taken for signing, and ends with this problem later.
    void refuse_signature(std::string problem) { late_refusal_ = std::move(problem); }

    base::Result<http::Response> reply(const http::Request& request) override;

    int asked(Ask ask) const;

    /// newAccount requests that wanted a new one.
    int registrations() const { return registrations_; }

  private:
    Ask recognize(const http::Request& request) const;
    Answer answer(Ask ask);
    Answer order(int status = 200) const;
    std::string authorization() const;

    std::optional<std::pair<Ask, Answer>> fault_;
    std::string refusal_;
    std::string late_refusal_;
    bool is_challenged_ = false;
    bool is_finalized_ = false;
    int looks_ = 0;  ///< at the order since finalize
    int nonces_ = 0;
    int registrations_ = 0;
    std::vector<Ask> asked_;
};

}  // namespace test
