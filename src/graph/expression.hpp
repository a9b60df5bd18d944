#pragma once

#include <initializer_list>
#include <optional>
#include <vector>

#include "graph/rewrite.hpp"

/// Formulas in a graph, whichever way they were written down.
namespace octet::rewrite {

/// Does `value` equal one of the numbers within 2e-5 of it, as when written with five digits?
bool is_literal(double value, std::initializer_list<double> spellings);

/// The number as models that store their constants as f16 spell it.
double as_half(double value);

/// Product of constants and of other values, found in a tree of Multiply whose inner ones have one reader.
struct Product {
    double constant = 1;
    std::vector<Value> factors;
};
Product flatten_product(const Node& multiply, const Editor& editor);

/// c0 + c1 x + c2 x^2 + c3 x^3
using Polynomial = std::vector<double>;
/// `expression` as a polynomial of degree at most 3 in `x`: four coefficients; empty where it is none.
std::optional<Polynomial> polynomial(const Value& expression, const Value& x, int depth = 8);

}  // namespace octet::rewrite
