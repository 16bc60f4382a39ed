// Takes the place of src/base/random.cpp: all that is random follows from the seed.
#include "base/random.h"

#include "simulation/seams/seams.h"

namespace base {

std::string random_bytes(std::size_t count) {
    return simulation::product_dice().bytes(count);
}

std::size_t random_below(std::size_t bound) {
    return simulation::product_dice().below(bound);
}

double roll_dice() {
    return simulation::product_dice().share();
}

}  // namespace base
