#pragma once

// What each pattern of src/placement/rules/ignored_patterns.json takes, and what comes near and is left.

#include <ostream>
#include <set>
#include <string>
#include <vector>

#include "support/builders.hpp"

namespace octet::testing {

using Names = std::set<std::string>;

struct PatternCase {
    std::string pattern;
    std::string variant;  ///< empty: the plain form
    std::shared_ptr<ov::Model> model;
    Names marked;    ///< all that the pattern covers; empty: a near miss
    Names unmarked;  ///< what no other pattern covers either

    std::string name() const {
        return pattern + (marked.empty() ? "_not" : "") + (variant.empty() ? "" : "_" + variant);
    }
};

inline void PrintTo(const PatternCase& pattern, std::ostream* stream) {
    *stream << pattern.name();
}

/// The model that ends in `end` and a Result "result".
inline std::shared_ptr<ov::Model> model_behind(const Output& end) {
    return std::make_shared<ov::Model>(ov::OutputVector{make<ov::op::v0::Result>("result", end)->output(0)});
}

inline PatternCase takes(const std::string& pattern, const std::string& variant, const Output& end, const Names& marked,
                         const Names& unmarked = {}) {
    return {pattern, variant, model_behind(end), marked, unmarked};
}

inline PatternCase leaves(const std::string& pattern, const std::string& variant, const Output& end,
                          const Names& unmarked) {
    return {pattern, variant, model_behind(end), {}, unmarked};
}

std::vector<PatternCase> scale_patterns();
std::vector<PatternCase> activation_patterns();
std::vector<PatternCase> structure_patterns();
std::vector<PatternCase> input_patterns();

// The words of the tables. Where nothing else is said, tensors are of the shape [1,4,8,8], so that all combine.

inline Output input() {
    return parameter({1, 4, 8, 8});
}

/// A tensor inside the model, which no pattern takes for its input.
inline Output inner(const std::string& name = "inner") {
    return relu(parameter({1, 4, 8, 8}, name + "/x"), name);
}

/// Where a pattern wants a constant.
inline Output variable() {
    return inner("variable");
}

inline Output number(float value) {
    return constant({}, {value});
}

inline Output plus(const std::string& name, const Output& x, const Output& y = number(3)) {
    return make<ov::op::v1::Add>(name, x, y);
}

inline Output times(const std::string& name, const Output& x, const Output& y = number(2)) {
    return make<ov::op::v1::Multiply>(name, x, y);
}

inline Output scale_shift_by(const Output& x, const Output& factor, const Output& offset) {
    return plus("shift", times("scale", x, factor), offset);
}
inline Output scale_shift(const Output& x) {
    return scale_shift_by(x, number(2), number(3));
}

inline Output sum() {
    return plus("sum", inner(), inner("other"));
}

/// A Convolution with a bias Add "<name>/add", one without, and a MatMul without.
inline Output biased(const Output& x = inner(), const std::string& name = "conv") {
    return convolution(x, name, 1, {.kernel = 1});
}
inline Output unbiased(const Output& x = inner(), const std::string& name = "conv") {
    return convolution(x, name, 1, {.kernel = 1, .has_bias = false});
}
inline Output linear(const Output& x = inner(), const std::string& name = "matmul") {
    return make<ov::op::v0::MatMul>(name, x, random_constant({8, 8}, 1), false, false);
}

inline Output act(const Output& x) {
    return relu(x, "act");
}

inline Output clamp(const Output& x) {
    return make<ov::op::v0::Clamp>("clamp", x, 0, 6);
}

inline Output swish(const Output& x) {
    return make<ov::op::v4::Swish>("swish", x);
}

/// A shape, axes or an order that only the user knows.
inline Output any_numbers(std::size_t count) {
    return make<ov::op::v0::Parameter>("numbers", ov::element::i64, ov::Shape{count});
}

inline Output reshape(const std::string& name, const Output& x, const Output& shape = integers({1, 4, 8, 8})) {
    return make<ov::op::v1::Reshape>(name, x, shape, false);
}

inline Output transpose(const Output& x) {
    return make<ov::op::v1::Transpose>("transpose", x, integers({0, 1, 3, 2}));
}

/// What `read` makes of `x`, beside another reader of `x`.
template <class Read>
Output beside_another_reader(const Output& x, const Read& read) {
    return make<ov::op::v0::Concat>("join", ov::OutputVector{read(x), x}, 0);
}

}  // namespace octet::testing
