// The kernel's table of sockets: each address that is found is one that nginx can listen on.

#include "dokku/nginx_listen.h"
#include "fuzz/fuzz_target.h"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    for (const std::string& address : dokku::parse_listening(fuzz::as_text(data, size), 80)) {
        const auto pair = dokku::parse_listen(address + ":80");
        fuzz::expect(pair == dokku::ListenPair{address, 80});
    }
    return 0;
}
