#include "algorithms/algorithm.hpp"
#include "algorithms/fast_bias_correction.hpp"
#include "algorithms/min_max.hpp"

namespace octet {

std::vector<std::unique_ptr<Algorithm>> make_algorithms(const Options& options) {
    std::vector<std::unique_ptr<Algorithm>> algorithms;
    algorithms.push_back(std::make_unique<MinMaxQuantization>());
    if (options.bias_correction) {
        algorithms.push_back(std::make_unique<FastBiasCorrection>());
    }
    return algorithms;
}

}  // namespace octet
