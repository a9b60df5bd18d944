// Any bytes taken as a mask's PNG give a value for each pixel, or an octet::Error.
#include <cstddef>
#include <cstdint>

#include "octet/error.hpp"

#include "data/mask.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    try {
        const auto mask = octet::parse_png_mask({data, size}, "fuzz.png");
        if (mask.width == 0 || mask.values.size() != mask.width * mask.height) {
            __builtin_trap();
        }
    } catch (const octet::Error&) {
    }
    return 0;
}
