#include "graph/expression.hpp"

#include <algorithm>
#include <cmath>

#include <openvino/core/type/float16.hpp>
#include <openvino/op/ops.hpp>

namespace octet::rewrite {

bool is_literal(double value, std::initializer_list<double> spellings) {
    return std::any_of(spellings.begin(), spellings.end(),
                       [=](double literal) { return std::abs(value - literal) <= std::abs(literal) * 2e-5; });
}

double as_half(double value) {
    return static_cast<float>(ov::float16(static_cast<float>(value)));
}

Product flatten_product(const Node& multiply, const Editor& editor) {
    Product product;
    std::vector<Value> open{multiply->input_value(0), multiply->input_value(1)};
    for (int steps = 0; !open.empty(); ++steps) {
        const auto value = open.front();
        open.erase(open.begin());
        const auto node = value.get_node_shared_ptr();
        if (const auto constant = uniform_value(value)) {
            product.constant *= *constant;
        } else if (ov::is_type<ov::op::v1::Multiply>(node) && editor.has_one_reader(value) && steps < 16) {
            open.push_back(node->input_value(0));
            open.push_back(node->input_value(1));
        } else {
            product.factors.push_back(value);
        }
    }
    return product;
}

namespace {

constexpr std::size_t kCoefficients = 4;

std::optional<Polynomial> multiply(const Polynomial& a, const Polynomial& b) {
    Polynomial result(kCoefficients, 0.0);
    for (std::size_t i = 0; i < kCoefficients; ++i) {
        for (std::size_t k = 0; k < kCoefficients; ++k) {
            if (a[i] == 0 || b[k] == 0) {
                continue;
            }
            if (i + k >= kCoefficients) {
                return std::nullopt;
            }
            result[i + k] += a[i] * b[k];
        }
    }
    return result;
}

Polynomial add(const Polynomial& a, const Polynomial& b, double sign) {
    Polynomial result = a;
    for (std::size_t i = 0; i < kCoefficients; ++i) {
        result[i] += sign * b[i];
    }
    return result;
}

std::optional<Polynomial> power(const Polynomial& base, double exponent) {
    if (exponent != 1 && exponent != 2 && exponent != 3) {
        return std::nullopt;
    }
    std::optional<Polynomial> result = base;
    for (int i = 1; i < static_cast<int>(exponent) && result; ++i) {
        result = multiply(*result, base);
    }
    return result;
}

}  // namespace

std::optional<Polynomial> polynomial(const Value& expression, const Value& x, int depth) {
    if (expression == x) {
        return Polynomial{0, 1, 0, 0};
    }
    if (const auto constant = uniform_value(expression)) {
        return Polynomial{*constant, 0, 0, 0};
    }
    const auto node = expression.get_node_shared_ptr();
    const bool is_sum = ov::is_type<ov::op::v1::Add>(node) || ov::is_type<ov::op::v1::Subtract>(node);
    const bool is_product = ov::is_type<ov::op::v1::Multiply>(node) || ov::is_type<ov::op::v1::Divide>(node);
    if (depth == 0 || !(is_sum || is_product || ov::is_type<ov::op::v1::Power>(node))) {
        return std::nullopt;
    }
    const auto left = polynomial(node->input_value(0), x, depth - 1);
    if (!left) {
        return std::nullopt;
    }
    if (ov::is_type<ov::op::v1::Power>(node) || ov::is_type<ov::op::v1::Divide>(node)) {
        const auto right = uniform_value(node->input_value(1));
        if (!right) {
            return std::nullopt;
        }
        return is_product ? multiply(*left, {1 / *right, 0, 0, 0}) : power(*left, *right);
    }
    const auto right = polynomial(node->input_value(1), x, depth - 1);
    if (!right) {
        return std::nullopt;
    }
    return is_sum ? add(*left, *right, ov::is_type<ov::op::v1::Add>(node) ? 1 : -1) : multiply(*left, *right);
}

}  // namespace octet::rewrite
