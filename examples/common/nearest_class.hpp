#pragma once

// A classifier on top of a network that turns its input into a vector: the class of the nearest known vector.

#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

#include <openvino/openvino.hpp>
#include <openvino/opsets/opset13.hpp>

#include "example.hpp"

namespace example {

/// `vector` [..., D] scaled to length 1, the one output of a model with the inputs of `model`.
inline Model with_unit_output(const ov::Model& model, const ov::Output<ov::Node>& vector) {
    namespace op = ov::opset13;
    const auto size = static_cast<std::int64_t>(vector.get_partial_shape().rbegin()->get_length());
    const auto row = std::make_shared<op::Reshape>(
        vector, op::Constant::create(ov::element::i64, {2}, std::vector<std::int64_t>{1, size}), false);
    const auto unit = std::make_shared<op::NormalizeL2>(row, op::Constant::create(ov::element::i64, {1}, {1}), 1e-12F,
                                                        ov::op::EpsMode::MAX);
    return std::make_shared<ov::Model>(ov::OutputVector{unit}, model.get_parameters());
}

/// For each class what `embedding`, of one output [1,D], makes of the samples with that label.
inline std::vector<std::vector<float>> embed(const Model& embedding, const octet::Dataset& samples,
                                             const octet::ClassLabels& labels) {
    Inference infer(embedding);
    std::vector<std::vector<float>> known(labels.names.size());
    for (std::size_t i = 0; i < samples.size(); ++i) {
        const auto vector = infer(samples.sample(i));
        auto& rows = known[labels.of_sample[i]];
        rows.insert(rows.end(), vector.data<float>(), vector.data<float>() + vector.get_size());
    }
    return known;
}

/// The mean of each class's vectors instead of all of them.
inline std::vector<std::vector<float>> means(const std::vector<std::vector<float>>& known, std::size_t size) {
    std::vector<std::vector<float>> result;
    for (const auto& rows : known) {
        auto& mean = result.emplace_back(size, 0.0F);
        for (std::size_t i = 0; i < rows.size(); ++i) {
            mean[i % size] += rows[i];
        }
        const float length = std::sqrt(std::inner_product(mean.begin(), mean.end(), mean.begin(), 0.0F));
        for (auto& value : mean) {
            value /= length;
        }
    }
    return result;
}

/// `embedding` with scores [1,C] as its output: for each class the cosine with the nearest of its known vectors, rows
/// of `known`. As a model, so that octet::evaluate() takes it like any classifier.
inline Model with_scores(const Model& embedding, const std::vector<std::vector<float>>& known) {
    namespace op = ov::opset13;
    const auto copy = embedding->clone();
    const auto vector = copy->get_results().front()->input_value(0);
    const std::size_t size = vector.get_shape().back();
    ov::OutputVector scores;
    for (const auto& rows : known) {
        const auto matrix = op::Constant::create(ov::element::f32, {rows.size() / size, size}, rows);
        const auto cosines = std::make_shared<op::MatMul>(vector, matrix, false, true);
        scores.push_back(
            std::make_shared<op::ReduceMax>(cosines, op::Constant::create(ov::element::i64, {1}, {1}), true));
    }
    return std::make_shared<ov::Model>(ov::OutputVector{std::make_shared<op::Concat>(scores, 1)},
                                       copy->get_parameters());
}

/// Numbers the classes in the order in which they come.
inline std::size_t class_number(std::vector<std::string>& names, const std::string& name) {
    const auto found = std::find(names.begin(), names.end(), name);
    if (found != names.end()) {
        return static_cast<std::size_t>(found - names.begin());
    }
    names.push_back(name);
    return names.size() - 1;
}

}  // namespace example
