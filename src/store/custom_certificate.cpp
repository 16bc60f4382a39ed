#include "store/custom_certificate.h"

namespace store {

bool custom_certificate_stays(Asker who, bool has_ended) {
    switch (who) {
        case Asker::operator_by_name:
            return false;
        case Asker::operator_for_all:
            return true;
        case Asker::no_operator:
            return !has_ended;
    }
    return true;
}

AfterRemoval after_removal(Owner owner, bool issues_by_itself) {
    if (owner == Owner::ours) return AfterRemoval::switch_off;
    return issues_by_itself ? AfterRemoval::order_ours : AfterRemoval::leave_alone;
}

}  // namespace store
