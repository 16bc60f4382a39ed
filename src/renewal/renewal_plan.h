#pragma once

#include <map>
#include <optional>
#include <string>

#include "acme/directory.h"
#include "acme/renewal_info.h"
#include "async/semaphore.h"
#include "async/task.h"
#include "ca/context.h"
#include "crypto/certificate.h"
#include "settings/settings.h"
#include "store/app_state.h"
#include "tls/certs.h"

namespace renewal {

/// The plan after the CA named its window: a moment in its first nine tenths by chance (`dice` from
/// 0 to 1), which is kept until the window moves. In one that is over it is past, so the
/// certificate is due (RFC 9773 section 4.2). Pure.
store::RenewalPlan plan_after(const store::RenewalPlan& before, const acme::RenewalInfo& info,
                              base::UtcTime now, double dice);

/// The plan after the CA could not be asked: what is known holds on, and it is asked again after an
/// hour, two, four, then every six, and not before `retry_at`, which it may have named. With
/// `nonsense` for an answer the lifetime decides until a better one. Pure.
enum class AriFailure { no_answer, invalid };
store::RenewalPlan plan_after(const store::RenewalPlan& before, AriFailure silence,
                              base::UtcTime now,
                              std::optional<base::UtcTime> retry_at = std::nullopt);

/// The moment chosen for the certificate that is installed; nothing if the CA named no window for
/// it.
std::optional<base::UtcTime> selected_time(const store::AppState& state,
                                           base::UtcTime installed_until);

/// Has the CA moved the window of a certificate so far ahead that it was over before its time? So
/// it announces a revocation (RFC 9773 section 4.2). Pure.
bool is_called_back(const base::CertificateDates& dates, base::UtcTime window_end,
                    base::UtcTime now);

/// When the retry job is to renew the certificate of ours that is installed, by the scheduled rule
/// (rule.h); nothing without one. Two scheduled runs a day would meet few of the windows of which
/// the CA exempts a renewal from its limits: those of short-lived certificates last three hours.
std::optional<base::UtcTime> selected_time(const settings::Settings& settings,
                                           const store::AppState& state);

/// Renewals that come this soon go along with one that is due: so there are at most 24 batches a
/// day.
inline constexpr std::chrono::hours kBatchSpan{1};

/// May the certificate be renewed together with others now, before its time? Not before the window
/// opens that its CA named, if its time lies in that at all.
bool may_go_along(const store::AppState& state, base::UtcTime now);

/// For a certificate that must not go along yet although its time is within kBatchSpan: its time is
/// at the end of that span now, unless the window is closed by then. Returns whether it is.
bool postpone_to_next_batch(store::AppState& state, base::UtcTime now);

/// CAs let a client ask some times a second.
inline constexpr std::chrono::milliseconds kInquiryPause{200};

/// Asks CAs about the certificates of a run's apps, of many side by side. A CA that does not
/// answer, or does not want to, is not asked again in the run; one that asked for time with an
/// order is not asked before that. Outlives its questions.
class RenewalInquiry {
  public:
    using Moment = base::Clock::Monotonic;

    /// `pause`: so long from one question to a CA to the next, where there may be many. After
    /// `until` none is sent.
    explicit RenewalInquiry(ca::Context& context, std::chrono::milliseconds pause = {},
                            std::optional<Moment> until = std::nullopt)
        : context_(context), pause_(pause), until_(until) {}

    /// If the app's certificate is ours, its CA has the extension, and it is time to ask: asks and
    /// stores the plan. What goes wrong is no failure of anything.
    async::Task<void> ask_if_due(dokku::AppName app);

    /// The same with what has been read already; `state` stays where it is meanwhile. Returns
    /// whether the app's state is another now.
    async::Task<bool> ask_if_due(dokku::AppName app, tls::CertificateStatus status,
                                 const store::AppState& state);

    /// The CA's window for a certificate that need not be in use, and stays where it is meanwhile.
    /// Nothing is stored; nothing if it does not tell.
    async::Task<std::optional<acme::RenewalInfo>> window_of(std::string server,
                                                            const crypto::Certificate& leaf);

  private:
    struct Ca {
        async::Semaphore opening{1};  ///< its directory is read by one
        bool was_opened = false;
        std::optional<acme::Directory> directory{};  ///< nothing: not to be asked
        async::Semaphore turn{1};                    ///< to ask next
        std::optional<Moment> asked{};               ///< the last question
    };
    using Answer = std::optional<acme::Outcome<acme::RenewalInfo>>;  ///< nothing: was not asked

    bool is_over() const { return until_ && context_.clock.monotonic() > *until_; }
    async::Task<Ca*> ca_of(std::string server);
    async::Task<bool> ask(dokku::AppName app, const store::AppState& state, Ca& ca,
                          std::string server);
    async::Task<bool> wait_for_turn(Ca& ca);
    async::Task<Answer> fetch(Ca& ca, std::string certificate_id);
    void tell_explanation(const dokku::AppName& app, const store::RenewalPlan& before,
                          const store::RenewalPlan& plan) const;

    ca::Context& context_;
    std::chrono::milliseconds pause_;
    std::optional<Moment> until_;
    std::map<std::string, Ca, std::less<>> cas_;
};

}  // namespace renewal
