#include "data/sequences.hpp"

#include <algorithm>
#include <map>
#include <string>

#include "data/sampling.hpp"

namespace octet {

std::vector<std::vector<std::size_t>> find_sequences(const Dataset& dataset) {
    std::vector<std::vector<std::size_t>> sequences;
    std::map<std::string, std::size_t> of_folder;
    for (std::size_t i = 0; i < dataset.size(); ++i) {
        const std::string label = dataset.label(i);
        const auto slash = label.rfind('/');
        const auto [known, is_new] =
            of_folder.emplace(slash == std::string::npos ? "" : label.substr(0, slash), sequences.size());
        if (is_new) {
            sequences.emplace_back();
        }
        sequences[known->second].push_back(i);
    }
    return sequences;
}

std::vector<std::size_t> choose_sequences(const std::vector<std::vector<std::size_t>>& sequences, std::size_t count,
                                          Sampling sampling, std::uint64_t seed) {
    const auto order = sampling == Sampling::Spread
                           ? spread_order(sequences.size())
                           : choose_indices(sequences.size(), sequences.size(), sampling, seed);
    std::vector<std::size_t> chosen;
    for (const std::size_t sequence : order) {
        const auto& samples = sequences[sequence];
        const std::size_t taken = std::min(samples.size(), count - chosen.size());
        chosen.insert(chosen.end(), samples.begin(), samples.begin() + static_cast<std::ptrdiff_t>(taken));
    }
    return chosen;
}

}  // namespace octet
