// Any bytes taken as an .npz give arrays that can be read, or an octet::Error.
#include <cstddef>
#include <cstdint>
#include <span>

#include "octet/error.hpp"

#include "data/npz.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    try {
        const auto archive = octet::Npz::open(std::span(data, size), "fuzz.npz");
        for (const auto& name : archive.names()) {
            try {
                archive.array(name).all();
            } catch (const octet::Error&) {
            }
        }
    } catch (const octet::Error&) {
    }
    return 0;
}
