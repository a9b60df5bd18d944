// Any text taken as COCO's annotations gives pictures whose boxes can be evaluated, or an octet::Error.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "octet/error.hpp"

#include "data/coco.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    try {
        const auto coco = octet::parse_coco({reinterpret_cast<const char*>(data), size}, "fuzz.json");
        for (const auto& picture : coco.pictures) {
            for (const auto& box : picture.boxes) {
                if (box.category >= coco.categories.size() || !(box.box.width >= 0) || !(box.box.height >= 0)) {
                    __builtin_trap();
                }
            }
        }
    } catch (const octet::Error&) {
    }
    return 0;
}
