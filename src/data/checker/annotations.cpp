#include "data/checker/annotations.hpp"

#include <algorithm>
#include <numeric>
#include <random>

#include "data/checker/annotation_readers.hpp"

namespace octet {
namespace {

using namespace checker;

template <class T>
std::vector<T> picked(const std::vector<T>& all, const std::vector<std::size_t>& indices) {
    std::vector<T> out;
    for (const std::size_t index : indices) {
        out.push_back(all[index]);
    }
    return out;
}

void take_subsample(Annotations& annotations, const Subsample& subsample) {
    const std::size_t size = annotations.names.size();
    const auto share = static_cast<std::size_t>(subsample.percent * static_cast<double>(size) / 100);
    const std::size_t count = subsample.percent > 0 ? std::max<std::size_t>(share, 1) : subsample.size;
    if (count > size || size == 0) {
        return;
    }
    std::vector<std::size_t> indices(count);
    std::iota(indices.begin(), indices.end(), std::size_t{0});
    if (subsample.is_shuffled) {
        indices = shuffled_indices(size, count, subsample.seed);
    }
    annotations.names = picked(annotations.names, indices);
    annotations.labels = select_labels(annotations.labels, indices);
    if (annotations.pictures) {
        annotations.picture_of_sample = indices;
    }
    if (!annotations.texts.empty()) {
        annotations.texts = picked(annotations.texts, indices);
    }
}

}  // namespace

std::vector<std::size_t> shuffled_indices(std::size_t size, std::size_t count, std::uint32_t seed) {
    std::mt19937 random(seed);
    std::vector<std::size_t> indices(size);
    std::iota(indices.begin(), indices.end(), std::size_t{0});
    for (std::size_t i = size; i-- > 1;) {
        std::uint32_t mask = static_cast<std::uint32_t>(i);
        for (const int shift : {1, 2, 4, 8, 16}) {
            mask |= mask >> shift;
        }
        std::size_t j = random() & mask;
        while (j > i) {
            j = random() & mask;
        }
        std::swap(indices[i], indices[j]);
    }
    indices.resize(std::min(count, size));
    return indices;
}

Annotations read_annotations(const DatasetRules& rules) {
    Annotations annotations =
        std::visit([&](const auto& source) { return read_annotation(source, rules); }, rules.annotation);
    if (rules.subsample) {
        take_subsample(annotations, *rules.subsample);
    }
    if (annotations.names.empty()) {
        refuse_annotation(rules.name, "the annotation names no sample");
    }
    return annotations;
}

}  // namespace octet
