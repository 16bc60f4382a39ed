// Runs a fuzz target over the files of its corpus, so that what was once found stays found in every
// build, without libFuzzer. Usage: fuzz-corpus-TARGET FOLDER

#include <cstdio>

#include "base/directory.h"
#include "base/file.h"
#include "fuzz/fuzz_target.h"

int main(int argc, char** argv) {
    if (argc != 2) {
        std::fputs("usage: fuzz-corpus-TARGET FOLDER\n", stderr);
        return 1;
    }
    const base::Path folder = argv[1];
    const auto names = base::list_directory(folder);
    if (!names || names->empty()) {
        std::fprintf(stderr, "%s: no corpus\n", folder.c_str());
        return 1;
    }
    for (const auto& name : *names) {
        const auto input = base::read_file(folder / name);
        if (!input) {
            std::fprintf(stderr, "%s\n", input.error().message.c_str());
            return 1;
        }
        std::fprintf(stderr, "%s\n", name.c_str());
        LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(input->data()), input->size());
    }
    return 0;
}
