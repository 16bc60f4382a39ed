#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "base/process.h"
#include "simulation/dice.h"

namespace simulation {

// The files of this folder take the place of files of the product when the simulator is linked:
// they define the same functions, so that those of the product's libraries are not taken. So the
// product is the very same code, and knows nothing of a simulation.

/// What the product rolls.
Dice& product_dice();
void set_product_dice(Dice dice);

/// A program that the product starts, as its process runs it. What it prints goes to `print`.
struct ProgramCall {
    std::vector<std::string> argv;
    std::map<std::string, std::string> environment;  ///< what was added for it
    std::function<void(const std::string& line)> print;
};

/// What all programs of the simulated host do; gives the exit code.
using Programs = std::function<int(const ProgramCall&)>;
void set_programs(Programs programs);

/// A file of the host that the product reads by a fixed path (below `/etc/nginx`, say), and where
/// it is instead.
void redirect_files(const std::string& prefix, const std::string& to);

/// Lets go of the pipe of the process that runs now. Was its output still waited for?
bool close_output();

}  // namespace simulation
