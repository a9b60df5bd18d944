// What an input of the model passes first.

#include <algorithm>

#include "placement/pattern_cases.hpp"

namespace octet::testing {
namespace {

using namespace ov::op;

Output converted(const Output& x) {
    return make<v0::Convert>("convert", x, ov::element::f32);
}

Output shift(const Output& x) {
    return plus("shift", x);
}

Output scale(const Output& x) {
    return times("scale", x, variable());
}

Output squared(const Output& x) {
    return times("scale", x, x);
}

Output subtract(const Output& x) {
    return make<v1::Subtract>("subtract", x, variable());
}

ov::OutputVector channels(const Output& x) {
    return make<v1::Split>("split", x, v0::Constant::create(ov::element::i64, {}, {1}), 4)->outputs();
}

/// As from RGB to BGR.
Output reversed(const Output& x) {
    auto planes = channels(x);
    std::reverse(planes.begin(), planes.end());
    return make<v0::Concat>("concat", planes, 1);
}

Names operator+(Names one, const Names& other) {
    one.insert(other.begin(), other.end());
    return one;
}

}  // namespace

std::vector<PatternCase> input_patterns() {
    std::vector<PatternCase> cases{
        takes("input_subtract", "", subtract(input()), {"subtract"}),
        leaves("input_subtract", "behind_transpose", subtract(transpose(input())), {"transpose", "subtract"}),
        leaves("input_subtract", "behind_convert", subtract(converted(input())), {"subtract"}),
        leaves("input_scale", "squared", squared(input()), {"scale"}),
        leaves("input_scale_shift", "variable_scale", scale_shift_by(input(), variable(), number(3)), {}),
        leaves("input_scale_shift", "variable_shift", scale_shift_by(input(), number(2), variable()), {"shift"}),
        leaves("input_shift", "variable", plus("shift", input(), variable()), {"shift"}),
        leaves("input_split_scale_shift", "variable_scale", scale_shift_by(reversed(input()), variable(), number(3)),
               {"split", "concat", "scale"}),
        leaves("input_split_scale_shift", "variable_shift", plus("shift", reversed(input()), variable()),
               {"split", "concat", "shift"}),
        leaves("input_split_scale_shift", "without_concat", shift(channels(input())[0]), {"split", "shift"}),
    };
    struct Prefix {
        std::string name;
        Output (*build)();
        Names marked;
    };
    const std::vector<Prefix> prefixes{
        {"", input, {}},
        {"transposed", [] { return transpose(input()); }, {"transpose"}},
        {"converted_and_transposed", [] { return transpose(converted(input())); }, {"convert", "transpose"}},
    };
    for (const auto& [name, x, marked] : prefixes) {
        const Names scale_shifted = marked + Names{"scale", "shift"};
        const std::string with_shift_only = (name.empty() ? "" : name + "_") + "without_scale";
        cases.insert(cases.end(), {takes("input_scale_shift", name, scale_shift(x()), scale_shifted),
                                   takes("input_shift", name, shift(x()), marked + Names{"shift"}),
                                   takes("input_scale", name, scale(x()), marked + Names{"scale"}, {"variable"}),
                                   takes("input_split_scale_shift", name, scale_shift(reversed(x())),
                                         scale_shifted + Names{"split", "concat"}),
                                   takes("input_split_scale_shift", with_shift_only, shift(reversed(x())),
                                         marked + Names{"split", "concat", "shift"})});
    }
    const std::vector<Prefix> others{{"only_converted", [] { return converted(input()); }, {}},
                                     {"inside_the_model", [] { return inner(); }, {}}};
    for (const auto& [name, x, marked] : others) {
        cases.insert(
            cases.end(),
            {leaves("input_scale_shift", name, scale_shift(x()), {"scale"}),
             leaves("input_shift", name, shift(x()), {"shift"}), leaves("input_scale", name, scale(x()), {"scale"}),
             leaves("input_split_scale_shift", name, shift(reversed(x())), {"split", "concat", "shift"})});
    }
    return cases;
}

}  // namespace octet::testing
