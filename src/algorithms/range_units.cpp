#include "algorithms/range_units.hpp"

#include <map>

#include <openvino/op/ops.hpp>

#include "algorithms/measured_ranges.hpp"
#include "algorithms/trial.hpp"
#include "graph/constants.hpp"

namespace octet {
namespace {

std::shared_ptr<ov::Node> inserted(const Quantizer& quantizer) {
    const auto& reader = quantizer.inputs.front();
    return reader.node->get_input_node_shared_ptr(reader.port);
}

void set_range(const Quantizer& quantizer, const Range& range) {
    const auto fake_quantize = inserted(quantizer);
    for (const std::size_t port : {1, 2, 3, 4}) {
        const auto old = fake_quantize->get_input_node_shared_ptr(port);
        const auto value = static_cast<float>(port % 2 == 1 ? range.low : range.high);
        const auto limit =
            ov::op::v0::Constant::create(old->get_output_element_type(0), old->get_output_shape(0), {value});
        limit->set_friendly_name(old->get_friendly_name());
        fake_quantize->input(port).replace_source_output(limit);
    }
}

}  // namespace

RangeUnits::RangeUnits(const Context& context) : context_(context) {
    std::map<std::size_t, std::size_t> of_group;
    const auto& quantizers = context.plan.quantizers;
    for (std::size_t q = 0; q < quantizers.size(); ++q) {
        if (!has_free_width(quantizers[q], context.options) || !quantizers[q].prefix.empty() ||
            !is_inserted(quantizers[q]) || !is_adjustable(*inserted(quantizers[q]))) {
            continue;
        }
        if (quantizers[q].group) {
            const auto [known, is_new] = of_group.emplace(*quantizers[q].group, units_.size());
            if (!is_new) {
                units_[known->second].push_back(q);
                continue;
            }
        }
        units_.push_back({q});
    }
}

Range RangeUnits::current(std::size_t unit) const {
    const auto fake_quantize = inserted(context_.plan.quantizers[units_[unit].front()]);
    const auto limit = [&](std::size_t port) {
        return double{float_values(*find_constant(fake_quantize->input_value(port))).at(0)};
    };
    return {limit(1), limit(2)};
}

void RangeUnits::try_ranges(const std::vector<Range>& ranges) const {
    for (std::size_t u = 0; u < units_.size(); ++u) {
        for (const std::size_t q : units_[u]) {
            const auto& quantizer = context_.plan.quantizers[q];
            context_.trial->set_grid(*inserted(quantizer),
                                     Grid::over(ranges[u].low, ranges[u].high, quantizer.scheme.levels()));
        }
    }
}

void RangeUnits::set(const std::vector<Range>& ranges) const {
    for (std::size_t u = 0; u < units_.size(); ++u) {
        for (const std::size_t q : units_[u]) {
            set_range(context_.plan.quantizers[q], ranges[u]);
        }
    }
}

}  // namespace octet
