// Attention and other structures.

#include <openvino/op/util/variable.hpp>

#include "placement/pattern_cases.hpp"

namespace octet::testing {
namespace {

using namespace ov::op;

Output softmax() {
    return make<v8::Softmax>("softmax", inner("scores"), -1);
}

Output heads(const Output& x) {
    return transpose(reshape("heads", x));
}

Output variable_heads(const Output& x) {
    return transpose(reshape("heads", x, any_numbers(4)));
}

Output gathered(const Output& x) {
    return make<v8::Gather>("gather", x, integers({0}), integers({0}));
}

Output attention(const Output& values, const Output& weights = softmax()) {
    return make<v0::MatMul>("attention", weights, values, false, false);
}

Output logical_not(const Output& x) {
    return make<v1::LogicalNot>("not", x);
}

/// A coordinate: (a - b) * c * factor + d, as a row of its own.
Output coordinate(const std::string& name, const Output& factor = number(2)) {
    const auto difference = make<v1::Subtract>(name + "/subtract", inner(name + "/a"), inner(name + "/b"));
    const auto scaled = times(name + "/scale", times(name + "/multiply", difference, inner(name + "/c")), factor);
    return make<v0::Unsqueeze>(name + "/row", plus(name + "/add", scaled, inner(name + "/d")), integers({0}));
}

Output batch_index(const ov::OutputVector& coordinates, const Output& index) {
    const auto rows = make<v0::Concat>("rows", coordinates, 0);
    const auto indexed = make<v0::Concat>("indexed", ov::OutputVector{rows, index}, 0);
    return unbiased(make<v1::Reshape>("reshape", indexed, integers({-1, 4, 8, 8}), false));
}

Output regions() {
    return make<v6::ExperimentalDetectronROIFeatureExtractor>(
        "detectron", ov::OutputVector{random_constant({2, 4}, 1), inner()},
        v6::ExperimentalDetectronROIFeatureExtractor::Attributes{2, 2, {4}, false});
}

Output detections() {
    v6::ExperimentalDetectronDetectionOutput::Attributes attributes{};
    attributes.num_classes = 4;
    attributes.max_detections_per_image = 5;
    attributes.deltas_weights = {1, 1, 1, 1};
    const auto deltas = make<v1::Reshape>("deltas", inner(), integers({16, 16}), false);
    return make<v6::ExperimentalDetectronDetectionOutput>("detectron", random_constant({16, 4}, 1), deltas,
                                                          random_constant({16, 4}, 2), random_constant({1, 3}, 3),
                                                          attributes)
        ->output(0);
}

Output assign() {
    const auto state =
        std::make_shared<util::Variable>(util::VariableInfo{ov::PartialShape{1, 4, 8, 8}, ov::element::f32, "state"});
    const auto before = make<v6::ReadValue>("read", random_constant({1, 4, 8, 8}, 1), state);
    return make<v6::Assign>("assign", plus("after", inner(), before), state);
}

}  // namespace

std::vector<PatternCase> structure_patterns() {
    return {
        takes("softmax_reshape_matmul", "", attention(heads(sum()), reshape("weights", softmax())),
              {"softmax", "weights", "sum", "heads", "transpose", "attention"}),
        takes("softmax_reshape_matmul", "without_bias", attention(heads(unbiased()), reshape("weights", softmax())),
              {"softmax", "weights", "heads", "transpose", "attention"}, {"conv"}),
        leaves("softmax_reshape_matmul", "of_relu", attention(heads(inner()), reshape("weights", softmax())),
               {"softmax", "weights", "heads", "transpose", "attention"}),

        leaves("softmax_reshape_matmul", "variable_shape",
               attention(variable_heads(sum()), reshape("weights", softmax())), {"sum", "heads", "attention"}),
        leaves("softmax_reshape_matmul", "variable_shape_of_weights",
               attention(heads(sum()), reshape("weights", softmax(), any_numbers(4))), {"sum", "heads", "attention"}),

        takes("softmax_reshape_transpose_matmul", "", attention(heads(sum())),
              {"softmax", "sum", "heads", "transpose", "attention"}),
        takes("softmax_reshape_transpose_matmul", "without_bias", attention(heads(unbiased())),
              {"softmax", "heads", "transpose", "attention"}, {"conv"}),
        leaves("softmax_reshape_transpose_matmul", "of_relu", attention(heads(inner())),
               {"softmax", "heads", "transpose", "attention"}),
        takes("softmax_reshape_transpose_matmul", "shape_of_another_tensor",
              attention(transpose(reshape("heads", sum(), make<v3::ShapeOf>("shape", inner("like"))))),
              {"softmax", "sum", "heads", "transpose", "attention"}),
        leaves("softmax_reshape_transpose_matmul", "variable_shape", attention(variable_heads(sum())),
               {"sum", "heads", "attention"}),
        leaves("softmax_reshape_transpose_matmul", "of_other_weights", attention(heads(sum()), inner("scores")),
               {"sum", "heads", "transpose", "attention"}),

        takes("softmax_reshape_transpose_gather_matmul", "", attention(gathered(heads(sum()))),
              {"softmax", "sum", "heads", "transpose", "gather", "attention"}),
        takes("softmax_reshape_transpose_gather_matmul", "without_bias", attention(gathered(heads(unbiased()))),
              {"softmax", "heads", "transpose", "gather", "attention"}, {"conv"}),
        leaves("softmax_reshape_transpose_gather_matmul", "of_relu", attention(gathered(heads(inner()))),
               {"softmax", "heads", "gather", "attention"}),

        leaves("softmax_reshape_transpose_gather_matmul", "variable_shape", attention(gathered(variable_heads(sum()))),
               {"sum", "heads", "gather", "attention"}),

        takes("stable_diffusion", "", attention(reshape("merged", heads(inner()))),
              {"softmax", "heads", "transpose", "merged", "attention"}),
        takes("stable_diffusion", "of_any_shape", attention(reshape("merged", variable_heads(inner()))),
              {"softmax", "heads", "transpose", "merged", "attention"}),
        leaves("stable_diffusion", "without_transpose", attention(reshape("merged", reshape("heads", inner()))),
               {"softmax", "heads", "merged", "attention"}),

        takes("equal_logicalnot", "", logical_not(make<v1::Equal>("equal", inner(), variable())), {"equal", "not"}),
        leaves("equal_logicalnot", "less", logical_not(make<v1::Less>("less", inner(), variable())), {"less", "not"}),

        takes("batch_index", "", batch_index({coordinate("x")}, random_constant({1, 1, 4, 8, 8}, 1)),
              {"x/subtract", "x/multiply", "x/scale", "x/add", "x/row", "rows", "indexed", "reshape", "conv"}),
        takes("batch_index", "of_two_coordinates",
              batch_index({coordinate("x"), coordinate("y")}, random_constant({1, 1, 4, 8, 8}, 1)),
              {"x/subtract", "x/multiply", "x/scale", "x/add", "x/row", "y/subtract", "y/multiply", "y/scale", "y/add",
               "y/row", "rows", "indexed", "reshape", "conv"}),
        leaves("batch_index", "variable_scale",
               batch_index({coordinate("x", variable())}, random_constant({1, 1, 4, 8, 8}, 1)),
               {"x/subtract", "x/multiply", "x/scale", "x/add", "conv"}),
        leaves("batch_index", "variable_index", batch_index({coordinate("x")}, coordinate("y")),
               {"x/subtract", "x/multiply", "x/scale", "x/add", "conv"}),

        takes("experimental_detectron_add", "", plus("shift", regions()), {"detectron", "shift"}),
        takes("experimental_detectron_add", "of_detections", plus("shift", detections()), {"detectron", "shift"}),
        leaves("experimental_detectron_add", "variable", plus("shift", regions(), parameter({2, 4, 2, 2})), {"shift"}),

        takes("assign_result", "", assign(), {"result"}, {"assign"}),
        leaves("assign_result", "inside_the_model", act(assign()), {"assign", "act"}),
    };
}

}  // namespace octet::testing
