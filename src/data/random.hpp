#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <numbers>
#include <optional>
#include <random>
#include <utility>
#include <vector>

namespace octet {

/// Random numbers that are the same wherever the program was built: std::mt19937_64 is, the standard's distributions
/// are not.
class Random {
public:
    explicit Random(std::initializer_list<std::uint64_t> seeds) {
        std::vector<std::uint32_t> words;
        for (const std::uint64_t seed : seeds) {
            words.push_back(static_cast<std::uint32_t>(seed));
            words.push_back(static_cast<std::uint32_t>(seed >> 32));
        }
        std::seed_seq sequence(words.begin(), words.end());
        engine_.seed(sequence);
    }

    /// In [low, high).
    double uniform(double low = 0, double high = 1) {
        return low + (high - low) * std::ldexp(static_cast<double>(engine_() >> 11), -53);
    }
    /// One of 0 ... count-1.
    std::size_t below(std::size_t count) {
        return static_cast<std::size_t>(uniform(0, static_cast<double>(count)));
    }
    /// Of mean 0 and standard deviation `deviation`, by Box and Muller: every second one is the other of a pair.
    double normal(double deviation = 1) {
        if (spare_) {
            return deviation * *std::exchange(spare_, std::nullopt);
        }
        const double radius = std::sqrt(-2 * std::log(1 - uniform())), angle = uniform(0, 2 * std::numbers::pi);
        spare_ = radius * std::sin(angle);
        return deviation * radius * std::cos(angle);
    }

private:
    std::mt19937_64 engine_;
    std::optional<double> spare_;
};

}  // namespace octet
