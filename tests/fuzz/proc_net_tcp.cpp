// The kernel's table of sockets: each address that is found is one that nginx can listen on.

#include "fuzz/fuzz_target.h"
#include "nginx/listen.h"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    for (const std::string& address : nginx::parse_listening(fuzz::as_text(data, size), 80)) {
        const auto pair = nginx::parse_listen(address + ":80");
        fuzz::expect(pair == nginx::ListenPair{address, 80});
    }
    return 0;
}
