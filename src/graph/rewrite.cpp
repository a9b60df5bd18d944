#include "graph/rewrite.hpp"

#include <algorithm>
#include <cmath>
#include <string>
#include <unordered_set>
#include <utility>

#include <openvino/core/rt_info.hpp>
#include <openvino/op/ops.hpp>

#include "graph/constants.hpp"

namespace octet::rewrite {

namespace {

bool is_compressed(const Value& value) {
    const auto convert = ov::as_type_ptr<ov::op::v0::Convert>(value.get_node_shared_ptr());
    const auto& source = convert ? convert->get_input_element_type(0) : ov::element::dynamic;
    return convert && (source == ov::element::f16 || source == ov::element::bf16) && find_constant(value);
}

// The shape without the limit that shape inference takes from a Slice to 10^9, which stands for the end.
ov::PartialShape without_far_limits(ov::PartialShape shape) {
    if (shape.rank().is_static()) {
        for (auto& axis : shape) {
            if (axis.is_dynamic() && axis.get_interval().get_max_val() >= kFarEnd) {
                axis = ov::Dimension(axis.get_min_length(), -1);
            }
        }
    }
    return shape;
}

// The same element type, and a shape that promises no less.
bool fits(const Value& old, const Value& fresh) {
    if (old.get_element_type() != fresh.get_element_type()) {
        return false;
    }
    const auto& before = old.get_partial_shape();
    const auto& after = fresh.get_partial_shape();
    return before == after || without_far_limits(after).refines(without_far_limits(before));
}

// Reading position in a broadcast operand: strides of 0 along the axes it is repeated on.
std::vector<std::size_t> broadcast_strides(const ov::Shape& shape, const ov::Shape& to) {
    std::vector<std::size_t> strides(to.size(), 0);
    std::size_t stride = 1;
    for (std::size_t i = shape.size(); i-- > 0;) {
        strides[i + to.size() - shape.size()] = shape[i] == 1 ? 0 : stride;
        stride *= shape[i];
    }
    return strides;
}

}  // namespace

Editor::Editor(const ov::Model& model, std::vector<Change>& log) : log_(log) {
    for (const auto& node : model.get_ordered_ops()) {
        live_.insert(node.get());
    }
}

std::size_t Editor::count_readers(const Value& value) const {
    const auto readers = value.get_target_inputs();
    return static_cast<std::size_t>(std::count_if(readers.begin(), readers.end(),
                                                  [&](const auto& reader) { return is_in_model(*reader.get_node()); }));
}

bool Editor::has_one_reader(const Value& value) const {
    return count_readers(value) == 1 && !is_model_output(value);
}

bool Editor::replace(const Value& old, const Value& fresh, const std::string& what) {
    if (!fits(old, fresh)) {
        return false;
    }
    const auto before = old.get_node_shared_ptr();
    const auto after = fresh.get_node_shared_ptr();
    ov::copy_runtime_info(before, after);
    after->set_friendly_name(before->get_friendly_name());
    note(after->get_friendly_name(), what);
    exchange(old, fresh);
    fresh_ = after;
    return true;
}

bool Editor::replace_weighted(const Value& old, const Node& fresh, const ov::Node& heir, const std::string& what) {
    if (!fits(old, fresh->output(0))) {
        return false;
    }
    ov::copy_runtime_info(std::const_pointer_cast<ov::Node>(heir.shared_from_this()), fresh);
    fresh->set_friendly_name(is_model_output(old) ? old.get_node()->get_friendly_name() : heir.get_friendly_name());
    note(fresh->get_friendly_name(), what);
    exchange(old, fresh->output(0));
    fresh_ = fresh;
    return true;
}

bool Editor::bypass(const Value& old, const Value& value, const std::string& what) {
    if (!fits(old, value)) {
        return false;
    }
    const auto producer = value.get_node_shared_ptr();
    // Copies: the exchange takes the names away.
    const std::string name(old.get_node()->get_friendly_name());
    const std::unordered_set<std::string> tensor_names{old.get_names().begin(), old.get_names().end()};
    const bool is_output = is_model_output(old);
    if (is_output &&
        (ov::is_type<ov::op::v0::Parameter>(producer) || producer->get_output_size() != 1 || is_model_output(value))) {
        return false;
    }
    note(name, what);
    exchange(old, value);
    if (is_output) {
        producer->set_friendly_name(name);
        if (!tensor_names.empty()) {
            value.get_tensor().set_names(tensor_names);  // the exchange only adds them; outputs keep their names
        }
    }
    fresh_.reset();
    return true;
}

void Editor::note(const std::string& operation, const std::string& what) {
    log_.push_back({"Prepare", operation, what});
}

Node Editor::take_fresh() {
    return std::exchange(fresh_, nullptr);
}

void Editor::exchange(const Value& old, const Value& value) {
    const auto before = old.get_node_shared_ptr();
    add(*value.get_node());
    auto target = old;
    target.replace(value);
    remove_unread(*before);
}

// The operation and those new ones that it reads.
void Editor::add(const ov::Node& node) {
    if (live_.insert(&node).second) {
        for (std::size_t i = 0; i < node.get_input_size(); ++i) {
            add(*node.get_input_node_ptr(i));
        }
    }
}

// The operation, if nothing reads it any more, and those that only it read.
void Editor::remove_unread(const ov::Node& node) {
    std::vector<const ov::Node*> open{&node};
    while (!open.empty()) {
        const auto* next = open.back();
        open.pop_back();
        const auto outputs = next->outputs();
        const bool is_read = std::any_of(outputs.begin(), outputs.end(), [&](const auto& output) {
            const auto readers = output.get_target_inputs();
            return std::any_of(readers.begin(), readers.end(),
                               [&](const auto& reader) { return is_in_model(*reader.get_node()); });
        });
        if (is_read || ov::is_type<ov::op::v0::Parameter>(next) || live_.erase(next) == 0) {
            continue;
        }
        for (std::size_t i = 0; i < next->get_input_size(); ++i) {
            open.push_back(next->get_input_node_ptr(i));
        }
    }
}

bool is_model_output(const Value& value) {
    const auto readers = value.get_target_inputs();
    return std::any_of(readers.begin(), readers.end(),
                       [](const auto& input) { return ov::is_type<ov::op::v0::Result>(input.get_node()); });
}

std::optional<WithConstant> with_constant(const Node& node) {
    if (node->get_input_size() != 2 || node->get_autob().m_type != ov::op::AutoBroadcastType::NUMPY) {
        return std::nullopt;
    }
    const bool first = find_constant(node->input_value(0)) != nullptr;
    const bool second = find_constant(node->input_value(1)) != nullptr;
    if (first == second) {
        return std::nullopt;
    }
    const std::size_t port = first ? 0 : 1;
    return WithConstant{node->input_value(1 - port), node->input_value(port), port};
}

std::optional<double> uniform_value(const Value& value) {
    const auto constant = find_constant(value);
    if (!constant || ov::shape_size(constant->get_shape()) == 0 ||
        constant->get_element_type() == ov::element::string || constant->get_element_type().bitwidth() < 8) {
        return std::nullopt;
    }
    if (ov::shape_size(constant->get_shape()) > 1 && !constant->get_all_data_elements_bitwise_identical()) {
        return std::nullopt;
    }
    return constant->cast_vector<double>(1).front();
}

Array read(const Value& value) {
    const auto constant = find_constant(value);
    return {constant->get_shape(), constant->cast_vector<double>()};
}

std::optional<std::vector<int64_t>> integers(const Value& value) {
    const auto constant = ov::as_type_ptr<ov::op::v0::Constant>(value.get_node_shared_ptr());
    if (!constant || !constant->get_element_type().is_integral_number()) {
        return std::nullopt;
    }
    return constant->cast_vector<int64_t>();
}

Value make_constant(const Array& array, const ov::element::Type& type, const std::string& name, const Value& like) {
    using ov::op::v0::Constant;
    if (like.get_node() && is_compressed(like)) {
        const auto small_type = find_constant(like)->get_element_type();
        auto small = std::make_shared<Constant>(small_type, array.shape, array.values);
        if (small->cast_vector<double>() == array.values) {
            small->set_friendly_name(name + "/compressed");
            auto convert = like.get_node_shared_ptr()->clone_with_new_inputs({small});
            convert->get_rt_info() = like.get_node()->get_rt_info();  // copy_runtime_info() leaves decompression out
            convert->set_friendly_name(name);
            return convert;
        }
    }
    auto constant = std::make_shared<Constant>(type, array.shape, array.values);
    constant->set_friendly_name(name);
    return constant;
}

std::optional<Array> combine(const Array& a, const Array& b, const std::function<double(double, double)>& operation) {
    const std::size_t rank = std::max(a.shape.size(), b.shape.size());
    ov::Shape shape(rank, 1);
    for (std::size_t i = 0; i < rank; ++i) {
        const auto size_in = [&](const ov::Shape& s) {
            return i + s.size() < rank ? std::size_t{1} : s[i + s.size() - rank];
        };
        const std::size_t left = size_in(a.shape);
        const std::size_t right = size_in(b.shape);
        if (left != right && left != 1 && right != 1) {
            return std::nullopt;
        }
        shape[i] = left == 1 ? right : left;
    }
    if (ov::shape_size(shape) > std::max(a.values.size(), b.values.size())) {
        return std::nullopt;
    }
    const auto left = broadcast_strides(a.shape, shape);
    const auto right = broadcast_strides(b.shape, shape);
    Array result{shape, std::vector<double>(ov::shape_size(shape))};
    for (std::size_t i = 0; i < result.values.size(); ++i) {
        std::size_t rest = i;
        std::size_t from_a = 0;
        std::size_t from_b = 0;
        for (std::size_t axis = rank; axis-- > 0;) {
            const std::size_t at = rest % shape[axis];
            rest /= shape[axis];
            from_a += at * left[axis];
            from_b += at * right[axis];
        }
        result.values[i] = operation(a.values[from_a], b.values[from_b]);
    }
    return result;
}

std::optional<std::vector<double>> per_channel(const Array& array, std::size_t rank, std::size_t axis,
                                               std::size_t channels) {
    if (array.shape.size() > rank || array.values.empty()) {
        return std::nullopt;
    }
    if (array.values.size() == 1) {
        return std::vector<double>(channels, array.values.front());
    }
    const std::size_t missing = rank - array.shape.size();
    if (axis < missing || array.values.size() != channels || array.shape[axis - missing] != channels) {
        return std::nullopt;
    }
    return array.values;
}

ov::Shape channel_shape(std::size_t rank, std::size_t axis, std::size_t size) {
    ov::Shape shape(rank, 1);
    shape[axis] = size;
    return shape;
}

bool are_safe_factors(const std::vector<double>& factors) {
    double largest = 0;
    for (const double factor : factors) {
        if (!std::isfinite(factor)) {
            return false;
        }
        largest = std::max(largest, std::abs(factor));
    }
    return largest >= 1e-12 && largest <= 1e12;
}

bool are_safe_shifts(const std::vector<double>& shifts) {
    return std::all_of(shifts.begin(), shifts.end(), [](double shift) { return std::abs(shift) <= 1e6; });
}

bool are_storable(const std::vector<double>& values, const ov::element::Type& type) {
    const double limit = type == ov::element::f16 ? 65504 : 1e30;
    return std::all_of(values.begin(), values.end(), [=](double value) { return std::abs(value) <= limit; });
}

}  // namespace octet::rewrite
