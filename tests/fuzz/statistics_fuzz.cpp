// Any bytes taken as a statistics file are read whole, or give an octet::Error.
#include <cstddef>
#include <cstdint>
#include <span>

#include "octet/error.hpp"

#include "pipeline/statistics_file.hpp"
#include "statistics/totals.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    try {
        const auto stored = octet::parse_statistics(std::span(data, size), "fuzz.npz");
        if (stored.checkpoint) {
            std::span<const double> numbers(stored.checkpoint->checkpoint.totals);
            while (!numbers.empty() && octet::Total::unpack(numbers, 2)) {
            }
        }
    } catch (const octet::Error&) {
    }
    return 0;
}
