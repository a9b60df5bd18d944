#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <unordered_set>
#include <vector>

#include <openvino/core/model.hpp>
#include <openvino/op/constant.hpp>

#include "octet/report.hpp"

/// The tools that prepare()'s rewrites share. A rewrite looks at one operation and either leaves the model as it is or
/// puts something equal in the operation's place: guards first, the edit last.
namespace octet::rewrite {

using Node = std::shared_ptr<ov::Node>;
using Value = ov::Output<ov::Node>;

/// What converters write for the end of an axis is this or more.
inline constexpr int64_t kFarEnd = 1000000000;

/// Numbers with a shape; what constants are computed with.
struct Array {
    ov::Shape shape;
    std::vector<double> values;
};

/// The edits of one model: keeps names, runtime information and the log, and knows which operations are still part of
/// the model. Operations that were taken out may live on in someone's hands and read what they always read.
class Editor {
public:
    Editor(const ov::Model& model, std::vector<Change>& log);

    bool is_in_model(const ov::Node& node) const {
        return live_.count(&node) != 0;
    }
    /// How many inputs of the model read `value`?
    std::size_t count_readers(const Value& value) const;
    /// Is there exactly one reader of `value`, and it is no Result?
    bool has_one_reader(const Value& value) const;

    /// Puts the new operation that makes `fresh` in the place of `old`: it takes the old one's friendly name, tensor
    /// names and runtime information. False, and nothing is done, where it has another type or a less certain shape.
    bool replace(const Value& old, const Value& fresh, const std::string& what);

    /// As replace(), but the new operation keeps the name and runtime information of the weighted operation `heir`
    /// that it replaces, except where `old` is an output of the model: outputs keep their names.
    bool replace_weighted(const Value& old, const Node& fresh, const ov::Node& heir, const std::string& what);

    /// Lets the readers of `old` read `value`, which is the same. Where `old` is an output of the model, the producer
    /// of `value` takes its friendly name; false where it cannot, as it is an input or an output itself.
    bool bypass(const Value& old, const Value& value, const std::string& what);

    void note(const std::string& operation, const std::string& what);

    /// The operation last put into the model, once; null where there is none.
    Node take_fresh();

private:
    void exchange(const Value& old, const Value& value);
    void add(const ov::Node& node);
    void remove_unread(const ov::Node& node);

    std::vector<Change>& log_;
    std::unordered_set<const ov::Node*> live_;
    Node fresh_;
};

using Rewrite = bool (*)(const Node& node, Editor& editor);

/// The rewrites, tried on each operation of their type in this order.
struct Rule {
    ov::DiscreteTypeInfo type;
    Rewrite rewrite;
};
using Rules = std::vector<Rule>;

template <class Operation>
Rule on(Rewrite rewrite) {
    return {Operation::get_type_info_static(), rewrite};
}

/// Does a Result read `value`?
bool is_model_output(const Value& value);

/// An elementwise operation of a value and a constant.
struct WithConstant {
    Value data;
    Value constant;  ///< the Constant, or the Convert behind it
    std::size_t constant_port = 1;
};
/// Empty where both or none of the two inputs are constant, or broadcasting is not NumPy's.
std::optional<WithConstant> with_constant(const Node& node);

/// The one value that all elements of a constant have; empty for anything else.
std::optional<double> uniform_value(const Value& value);

/// The constant behind `value`; must be one.
Array read(const Value& value);

/// The integers of a constant; empty for anything else.
std::optional<std::vector<int64_t>> integers(const Value& value);

/// A constant of `type`. Where `like` is a compressed constant (f16 or bf16 behind a Convert) that can hold the values
/// exactly, so is the new one.
Value make_constant(const Array& array, const ov::element::Type& type, const std::string& name,
                    const Value& like = Value());

/// Elementwise, broadcast as by NumPy; empty where the shapes do not fit or the result is larger than both.
std::optional<Array> combine(const Array& a, const Array& b, const std::function<double(double, double)>& operation);

/// The values of `array` per index of `axis` in a tensor of `rank`: one for each of `channels`; empty where they
/// also depend on other axes.
std::optional<std::vector<double>> per_channel(const Array& array, std::size_t rank, std::size_t axis,
                                               std::size_t channels);

/// [1,..,n,..,1] of `rank` with `size` at `axis`.
ov::Shape channel_shape(std::size_t rank, std::size_t axis, std::size_t size);

/// Factors that may be merged into constants: all finite, the largest within [1e-12, 1e12]. Smaller ones beside it
/// belong to dead channels, which stay what they are. A tensor scaled by nothing but 0, tiny or huge numbers is left
/// as it is, since weights merged with it would lose their digits.
bool are_safe_factors(const std::vector<double>& factors);

/// Summands that may be merged: finite and within [-1e6, 1e6], so that neither the large numbers that mask attention
/// nor the trick of rounding by adding and subtracting 2^23 is touched.
bool are_safe_shifts(const std::vector<double>& shifts);

/// Are all finite and well within what `type` holds: 65504 for f16, 1e30 for others?
bool are_storable(const std::vector<double>& values, const ov::element::Type& type);

}  // namespace octet::rewrite
