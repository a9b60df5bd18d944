#include "octet/dataset.hpp"

#include <algorithm>
#include <cstddef>
#include <exception>
#include <span>
#include <utility>

#include "octet/error.hpp"

#include "base/hash.hpp"
#include "base/text.hpp"

namespace octet {

Dataset::~Dataset() = default;

std::string Dataset::label(std::size_t index) const {
    return "sample " + std::to_string(index);
}

std::string Dataset::preparation() const {
    return {};
}

std::string Dataset::fingerprint(std::size_t index) const {
    Hash hash;
    try {
        for (const auto& [input, tensor] : sample(index)) {
            hash.add(input).add(describe(tensor.get_element_type(), ov::PartialShape(tensor.get_shape())));
            hash.add(std::span(static_cast<const std::byte*>(tensor.data()), tensor.get_byte_size()));
        }
    } catch (const Error& error) {
        hash.add(error.what());  // a sample that cannot be read is one, too
    }
    return hash.text();
}

std::vector<std::string> Dataset::remarks() const {
    return {};
}

namespace {

class CallbackDataset : public Dataset {
public:
    CallbackDataset(std::size_t size, std::function<Sample(std::size_t)> make) : size_(size), make_(std::move(make)) {}

    std::size_t size() const override {
        return size_;
    }

    Sample sample(std::size_t index) const override {
        try {
            return make_(index);
        } catch (const Error&) {
            throw;
        } catch (const std::exception& error) {
            std::throw_with_nested(Error(ErrorCode::InvalidData, label(index), error.what()));
        }
    }

private:
    std::size_t size_;
    std::function<Sample(std::size_t)> make_;
};

class SelectedSamples : public Dataset {
public:
    SelectedSamples(const Dataset& dataset, std::vector<std::size_t> indices)
        : dataset_(dataset), indices_(std::move(indices)) {
        for (const std::size_t index : indices_) {
            if (index >= dataset_.size()) {
                throw Error(ErrorCode::InvalidOption, "select_samples",
                            "index " + std::to_string(index) + " is beyond the last of " +
                                std::to_string(dataset_.size()) + " samples");
            }
        }
    }

    std::size_t size() const override {
        return indices_.size();
    }
    Sample sample(std::size_t index) const override {
        return dataset_.sample(indices_.at(index));
    }
    std::string label(std::size_t index) const override {
        return dataset_.label(indices_.at(index));
    }
    std::string preparation() const override {
        return dataset_.preparation();
    }
    std::string fingerprint(std::size_t index) const override {
        return dataset_.fingerprint(indices_.at(index));
    }
    std::vector<std::string> remarks() const override {
        return dataset_.remarks();
    }

private:
    const Dataset& dataset_;
    std::vector<std::size_t> indices_;
};

}  // namespace

std::unique_ptr<Dataset> make_dataset(std::size_t size, std::function<Sample(std::size_t)> make) {
    if (!make) {
        throw Error(ErrorCode::InvalidOption, "make_dataset", "the callback is empty");
    }
    return std::make_unique<CallbackDataset>(size, std::move(make));
}

std::unique_ptr<Dataset> select_samples(const Dataset& dataset, std::vector<std::size_t> indices) {
    return std::make_unique<SelectedSamples>(dataset, std::move(indices));
}

std::vector<std::size_t> spread_indices(std::size_t size, std::size_t count) {
    count = std::min(count, size);
    std::vector<std::size_t> indices(count);
    for (std::size_t i = 0; i < count; ++i) {
        // (2i+1)*size/(2*count) with the whole part of size/(2*count) taken out first, so that nothing overflows.
        const std::size_t whole = size / (2 * count);
        const std::size_t rest = size % (2 * count);
        indices[i] = (2 * i + 1) * whole + (2 * i + 1) * rest / (2 * count);
    }
    return indices;
}

}  // namespace octet
