#include "data/sampling.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <numeric>
#include <random>
#include <set>

#include "octet/dataset.hpp"

namespace octet {
namespace {

/// The seed sequence of Python's random.seed(integer): the Mersenne Twister's init_by_array over the seed's 32-bit
/// words (Matsumoto and Nishimura, 2002).
class PythonSeed {
public:
    using result_type = std::uint32_t;

    explicit PythonSeed(std::uint64_t seed) {
        words_.push_back(static_cast<std::uint32_t>(seed));
        if (seed >> 32 != 0) {
            words_.push_back(static_cast<std::uint32_t>(seed >> 32));
        }
    }

    template <class Iterator>
    void generate(Iterator begin, Iterator end) const {
        constexpr std::uint32_t kFirst = 19650218, kLinear = 1812433253, kMix = 1664525, kUnmix = 1566083941;
        constexpr std::size_t kSize = 624;
        std::array<std::uint32_t, kSize> state{kFirst};
        for (std::uint32_t i = 1; i < kSize; ++i) {
            state[i] = kLinear * (state[i - 1] ^ (state[i - 1] >> 30)) + i;
        }
        std::size_t i = 1;
        const auto next = [&] {
            if (++i >= kSize) {
                state[0] = state[kSize - 1];
                i = 1;
            }
        };
        for (std::size_t step = 0, word = 0; step < std::max(kSize, words_.size()); ++step) {
            state[i] = (state[i] ^ ((state[i - 1] ^ (state[i - 1] >> 30)) * kMix)) + words_[word] +
                       static_cast<std::uint32_t>(word);
            word = (word + 1) % words_.size();
            next();
        }
        for (std::size_t step = 1; step < kSize; ++step) {
            state[i] = (state[i] ^ ((state[i - 1] ^ (state[i - 1] >> 30)) * kUnmix)) - static_cast<std::uint32_t>(i);
            next();
        }
        state[0] = 0x80000000U;
        std::copy_n(state.begin(), std::min<std::size_t>(kSize, static_cast<std::size_t>(end - begin)), begin);
    }

private:
    std::vector<std::uint32_t> words_;
};

/// Python's Random, as far as sample() needs it.
class PythonRandom {
public:
    explicit PythonRandom(std::uint64_t seed) : seed_(seed), engine_(seed_) {}

    /// Uniform in [0, limit): as many bits as the limit has, drawn again until they are below it.
    std::size_t below(std::size_t limit) {
        const int bits = std::bit_width(limit);
        std::size_t drawn = limit;
        while (drawn >= limit) {
            drawn = draw(bits);
        }
        return drawn;
    }

private:
    std::size_t draw(int bits) {
        std::size_t value = 0;
        for (int done = 0; done < bits; done += 32) {
            const std::size_t word = static_cast<std::uint32_t>(engine_()) >> std::max(0, 32 - (bits - done));
            value |= word << done;
        }
        return value;
    }

    PythonSeed seed_;
    std::mt19937 engine_;
};

std::vector<std::size_t> python_sample(std::size_t size, std::size_t count, std::uint64_t seed) {
    PythonRandom random(seed);
    std::size_t pool_limit = 21;  // up to here Python shuffles a list of all, above it remembers what was drawn
    if (count > 5) {
        pool_limit +=
            static_cast<std::size_t>(std::pow(4, std::ceil(std::log(static_cast<double>(count) * 3) / std::log(4.0))));
    }
    std::vector<std::size_t> drawn;
    if (size <= pool_limit) {
        std::vector<std::size_t> pool(size);
        std::iota(pool.begin(), pool.end(), std::size_t{0});
        while (drawn.size() < count) {
            const std::size_t place = random.below(pool.size());
            drawn.push_back(pool[place]);
            pool[place] = pool.back();
            pool.pop_back();
        }
        return drawn;
    }
    std::set<std::size_t> known;
    while (drawn.size() < count) {
        const std::size_t index = random.below(size);
        if (known.insert(index).second) {
            drawn.push_back(index);
        }
    }
    return drawn;
}

}  // namespace

std::vector<std::size_t> choose_indices(std::size_t size, std::size_t count, Sampling sampling, std::uint64_t seed) {
    switch (sampling) {
        case Sampling::Spread:
            return spread_indices(size, count);
        case Sampling::Shuffle:
            return python_sample(size, count, seed);
        case Sampling::First:
            break;
    }
    std::vector<std::size_t> first(count);
    std::iota(first.begin(), first.end(), std::size_t{0});
    return first;
}

std::vector<std::size_t> spread_order(std::size_t count) {
    std::vector<std::size_t> order;
    const std::size_t end = std::bit_ceil(std::max<std::size_t>(1, count));
    const int bits = std::countr_zero(end);
    for (std::size_t i = 0; i < end; ++i) {
        std::size_t reversed = 0;
        for (int bit = 0; bit < bits; ++bit) {
            reversed |= (i >> bit & 1) << (bits - 1 - bit);
        }
        if (reversed < count) {
            order.push_back(reversed);
        }
    }
    return order;
}

}  // namespace octet
