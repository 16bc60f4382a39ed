// Runs a fuzz target over the files of its corpus, so that what was once found stays found in every
// build, without libFuzzer. Usage: fuzz-corpus-TARGET FOLDER

#include <iostream>

#include "base/directory.h"
#include "base/file.h"
#include "fuzz/fuzz_target.h"

int main(int argc, char** argv) {
    if (argc != 2) {
        std::cerr << "usage: fuzz-corpus-TARGET FOLDER\n";
        return 1;
    }
    const base::Path folder = argv[1];
    const auto names = base::list_directory(folder);
    if (!names || names->empty()) {
        std::cerr << folder.string() << ": no corpus\n";
        return 1;
    }
    for (const auto& name : *names) {
        const auto input = base::read_file(folder / name);
        if (!input) {
            std::cerr << input.error().message << "\n";
            return 1;
        }
        std::cerr << name << "\n";
        LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(input->data()), input->size());
    }
    return 0;
}
