#pragma once

#include <string>
#include <vector>

namespace simulation {

struct World;

// What the product's executables do, by the functions that they call. Each is run by a simulated
// process, and gives its exit code.

/// `letsencrypt:enable APP`.
int enable(World& world, const std::string& app);
/// `letsencrypt:auto-renew --scheduled`.
int run_scheduled(World& world);
/// `letsencrypt:retry --due`.
int retry_due(World& world);
/// `letsencrypt:retry APP`.
int retry(World& world, const std::string& app);
/// `letsencrypt:disable APP`.
int disable(World& world, const std::string& app);

/// The hooks, `libexec/issue` and `libexec/check-pair`, by the words that they are started with.
int run_product_program(World& world, const std::vector<std::string>& words,
                        const std::string& mark);

}  // namespace simulation
