#pragma once

#include <cstddef>

namespace octet {

/// How many threads to run: `wanted`, or where that is 0 all CPUs that this process may use, by its affinity mask and
/// its control group's CPU quota (rounded up). Never 0.
std::size_t usable_threads(std::size_t wanted);

}  // namespace octet
