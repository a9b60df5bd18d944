#include "graph/adjustable_ranges.hpp"

#include <algorithm>
#include <cstring>
#include <limits>
#include <map>
#include <utility>

#include <openvino/core/graph_util.hpp>
#include <openvino/op/ops.hpp>

#include "base/ordered_pool.hpp"
#include "base/threads.hpp"
#include "graph/broadcast.hpp"
#include "graph/channels_last.hpp"
#include "graph/constants.hpp"
#include "graph/expand_fake_quantize.hpp"
#include "numeric/reduce.hpp"
#include "numeric/rounding.hpp"

namespace octet {
namespace {

using FakeQuantize = ov::op::v0::FakeQuantize;

/// Where the channels are in what the operation sees.
struct Place {
    std::size_t axis = 0, channels = 0;
};

/// Output 0: the quantized tensor; with a place also output 1, the means on both sides as the bytes of f64 [2, n].
class GridQuantize final : public ov::op::Op {
public:
    OPENVINO_OP("GridQuantize", "octet");

    GridQuantize() = default;
    GridQuantize(const ov::Output<ov::Node>& x, std::shared_ptr<const Adjustment> adjustment, std::size_t number,
                 std::optional<Place> place)
        : Op({x}), adjustment_(std::move(adjustment)), number_(number), place_(place) {
        constructor_validate_and_infer_types();
    }

    void validate_and_infer_types() override {
        set_output_type(0, get_input_element_type(0), get_input_partial_shape(0));
        if (place_) {
            set_output_type(1, ov::element::u8, ov::Shape{2 * place_->channels * sizeof(double)});
        }
    }

    bool visit_attributes(ov::AttributeVisitor& visitor) override {
        auto number = static_cast<int64_t>(number_);
        bool is_measured = place_.has_value();
        visitor.on_attribute("number", number);  // together they tell the operations of one model apart
        visitor.on_attribute("is_measured", is_measured);
        return true;
    }

    std::shared_ptr<ov::Node> clone_with_new_inputs(const ov::OutputVector& inputs) const override {
        return std::make_shared<GridQuantize>(inputs.at(0), adjustment_, number_, place_);
    }

    bool has_evaluate() const override {
        return true;
    }

    bool evaluate(ov::TensorVector& outputs, const ov::TensorVector& inputs) const override {
        const auto& shape = inputs[0].get_shape();
        outputs[0].set_shape(shape);
        const std::span from(inputs[0].data<const float>(), inputs[0].get_size());
        const std::span to(outputs[0].data<float>(), from.size());
        const auto& grid = adjustment_->grids[number_];
        const auto view = place_ ? view_channels(shape, place_->axis) : ChannelView{1, 1, from.size()};
        const bool is_as_told = place_ && view.channels == place_->channels;
        if (is_as_told && !adjustment_->shifts[number_].empty()) {
            shift_channels(from, grid, view, adjustment_->shifts[number_], to);
        } else {
            quantize_values(from, grid, to);
        }
        if (place_) {
            std::vector<double> means(2 * place_->channels, std::numeric_limits<double>::quiet_NaN());
            if (is_as_told && adjustment_->measures_means) {
                average_channels(from, view, std::span(means).first(view.channels));
                average_channels(to, view, std::span(means).last(view.channels));
            }
            std::memcpy(outputs[1].data(), means.data(), means.size() * sizeof(double));
        }
        return true;
    }

private:
    static void shift_channels(std::span<const float> from, const Grid& grid, const ChannelView& view,
                               std::span<const float> shifts, std::span<float> to) {
        if (view.inner == 1) {
            quantize_rows(from, grid, shifts, to);
            return;
        }
        for (std::size_t run = 0; run < view.outer * view.channels; ++run) {
            Grid shifted = grid;
            shifted.out_low += shifts[run % view.channels];
            quantize_values(from.subspan(run * view.inner, view.inner), shifted,
                            to.subspan(run * view.inner, view.inner));
        }
    }

    static void average_channels(std::span<const float> values, const ChannelView& view, std::span<double> means) {
        sum_channels(values, view, means);
        for (double& mean : means) {
            mean /= static_cast<double>(view.outer * view.inner);
        }
    }

    std::shared_ptr<const Adjustment> adjustment_;
    std::size_t number_ = 0;
    std::optional<Place> place_;
};

std::optional<float> single_value(const FakeQuantize& quantizer, std::size_t port) {
    const auto constant = find_constant(quantizer.input_value(port));
    if (!constant || ov::shape_size(constant->get_shape()) != 1) {
        return std::nullopt;
    }
    return float_values(*constant)[0];
}

/// Of one range for all values.
std::optional<Grid> find_grid(const FakeQuantize& quantizer) {
    const auto in_low = single_value(quantizer, 1), in_high = single_value(quantizer, 2);
    const auto low = single_value(quantizer, 3), high = single_value(quantizer, 4);
    if (!in_low || !in_high || !low || !high || !(*in_low < *in_high) || quantizer.get_levels() > kMostRoundedLevels) {
        return std::nullopt;
    }
    return Grid::between(*in_low, *in_high, *low, *high, quantizer.get_levels());
}

/// Puts GridQuantize in the place of FakeQuantize.
class Replacement {
public:
    Replacement(const FakeQuantize& quantizer, bool is_channels_last, std::shared_ptr<const Adjustment> adjustment,
                std::size_t number)
        : adjustment_(std::move(adjustment)),
          number_(number),
          type_(quantizer.get_input_element_type(0)),
          is_channels_last_(is_channels_last),
          x_(quantizer.input_value(0)) {
        if (type_ != ov::element::f32) {
            x_ = std::make_shared<ov::op::v0::Convert>(x_, ov::element::f32);
        }
        if (is_channels_last_) {
            x_ = to_channels_last(x_);
        }
    }

    /// The operation, and what replaces the quantizer.
    struct Made {
        std::shared_ptr<ov::Node> operation;
        ov::Output<ov::Node> output;
    };
    Made make(std::optional<Place> place) const {
        if (place && is_channels_last_) {
            place->axis = axis_in_channels_last(place->axis, x_.get_partial_shape().size());
        }
        const auto operation = std::make_shared<GridQuantize>(x_, adjustment_, number_, place);
        ov::Output<ov::Node> output = operation->output(0);
        if (is_channels_last_) {
            output = from_channels_last(output);
        }
        if (type_ != ov::element::f32) {
            output = std::make_shared<ov::op::v0::Convert>(output, type_);
        }
        return {operation, output};
    }

private:
    std::shared_ptr<const Adjustment> adjustment_;
    std::size_t number_;
    ov::element::Type type_;
    bool is_channels_last_;
    ov::Output<ov::Node> x_;
};

/// Of a FakeQuantize of a constant, in f32.
std::shared_ptr<ov::op::v0::Constant> fold(const FakeQuantize& quantizer) {
    const auto constant = find_constant(quantizer.input_value(0));
    auto values = float_values(*constant);
    std::vector<float> limits[4];
    for (std::size_t i = 0; i < 4; ++i) {
        limits[i] = float_values(*find_constant(quantizer.input_value(i + 1)));
    }
    std::vector<Grid> grids;
    for (std::size_t c = 0; c < limits[0].size(); ++c) {
        grids.push_back(Grid::between(limits[0][c], limits[1][c], limits[2][c], limits[3][c], quantizer.get_levels()));
    }
    for_each_run(constant->get_shape(), quantizer.get_input_shape(1),
                 [&](std::size_t first, std::size_t count, std::size_t channel) {
                     const auto run = std::span(values).subspan(first, count);
                     quantize_values(run, grids[channel], run);
                 });
    return std::make_shared<ov::op::v0::Constant>(quantizer.get_output_element_type(0), constant->get_shape(), values);
}

bool is_foldable(const FakeQuantize& quantizer) {
    for (std::size_t port = 0; port < quantizer.get_input_size(); ++port) {
        if (!find_constant(quantizer.input_value(port)) ||
            (port > 1 && quantizer.get_input_shape(port) != quantizer.get_input_shape(1))) {
            return false;
        }
    }
    return quantizer.get_levels() <= kMostRoundedLevels;
}

void fold_constants(const std::vector<std::shared_ptr<FakeQuantize>>& quantizers, std::size_t threads) {
    run_in_order<std::shared_ptr<ov::Node>>(
        quantizers.size(), usable_threads(threads),
        [&](std::size_t, std::size_t index) { return fold(*quantizers[index]); },
        [&](std::size_t index, std::shared_ptr<ov::Node>&& folded) { ov::replace_node(quantizers[index], folded); });
}

class Copier {
public:
    Copier(const ov::Model& original, ov::Model& copy) : copy_(copy), channels_last_(copy) {
        const auto from = original.get_ordered_ops(), to = copy.get_ordered_ops();
        for (std::size_t i = 0; i < from.size(); ++i) {
            twins_.emplace(from[i].get(), to[i]);
        }
    }

    void add(const Adjustable& wanted) {
        const auto quantizer = std::dynamic_pointer_cast<FakeQuantize>(twins_.at(wanted.quantizer));
        const Replacement replacement = replacement_of(*quantizer);
        if (wanted.channels) {
            const auto made = replacement.make(Place{wanted.channels->axis, wanted.channels->count});
            for (const auto* reader : wanted.channels->readers) {
                lead(*quantizer, *twins_.at(reader), made.output);
            }
            copy_.add_results({std::make_shared<ov::op::v0::Result>(made.operation->output(1))});
        }
        if (!quantizer->output(0).get_target_inputs().empty()) {
            ov::replace_node(quantizer, replacement.make({}).output.get_node_shared_ptr());
        }
    }

    /// The quantizers of activations that nobody asked for.
    void add_others() {
        for (const auto& node : copy_.get_ordered_ops()) {
            const auto quantizer = ov::as_type_ptr<FakeQuantize>(node);
            if (quantizer && find_grid(*quantizer) && !find_constant(quantizer->input_value(0))) {
                ov::replace_node(quantizer, replacement_of(*quantizer).make({}).output.get_node_shared_ptr());
            }
        }
    }

    /// Quantizers of constants.
    std::vector<std::shared_ptr<FakeQuantize>> constants() const {
        std::vector<std::shared_ptr<FakeQuantize>> found;
        for (const auto& node : copy_.get_ordered_ops()) {
            const auto quantizer = ov::as_type_ptr<FakeQuantize>(node);
            if (quantizer && is_foldable(*quantizer)) {
                found.push_back(quantizer);
            }
        }
        return found;
    }

    std::shared_ptr<Adjustment> adjustment() const {
        return adjustment_;
    }

private:
    Replacement replacement_of(const FakeQuantize& quantizer) {
        adjustment_->grids.push_back(*find_grid(quantizer));
        adjustment_->shifts.emplace_back();
        return {quantizer, channels_last_.contains(quantizer.input_value(0)), adjustment_,
                adjustment_->grids.size() - 1};
    }

    static void lead(const FakeQuantize& quantizer, ov::Node& reader, const ov::Output<ov::Node>& output) {
        for (auto& input : reader.inputs()) {
            if (input.get_source_output() == quantizer.output(0)) {
                input.replace_source_output(output);
            }
        }
    }

    ov::Model& copy_;
    ChannelsLast channels_last_;
    std::map<const ov::Node*, std::shared_ptr<ov::Node>> twins_;  // of the original's operations; looked up only
    std::shared_ptr<Adjustment> adjustment_ = std::make_shared<Adjustment>();
};

}  // namespace

bool is_adjustable(const ov::Node& quantizer) {
    const auto* fake_quantize = ov::as_type<const FakeQuantize>(&quantizer);
    return fake_quantize && find_grid(*fake_quantize);
}

AdjustableModel adjustable_copy(const ov::Model& model, const std::vector<Adjustable>& quantizers,
                                std::size_t threads) {
    const auto copy = model.clone();
    Copier copier(model, *copy);
    for (const auto& quantizer : quantizers) {
        copier.add(quantizer);
    }
    copier.add_others();
    fold_constants(copier.constants(), threads);
    expand_fake_quantize(*copy);
    return {copy, copier.adjustment()};
}

MeansAround read_means(const ov::Tensor& reading) {
    std::vector<double> values(reading.get_byte_size() / sizeof(double));
    std::memcpy(values.data(), reading.data(), values.size() * sizeof(double));
    const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
    return {{values.begin(), middle}, {middle, values.end()}};
}

}  // namespace octet
