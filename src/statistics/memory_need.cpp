#include "statistics/memory_need.hpp"

#include <algorithm>
#include <fstream>
#include <map>
#include <string>

#include <openvino/op/ops.hpp>
#include <openvino/op/util/binary_elementwise_arithmetic.hpp>
#include <openvino/op/util/unary_elementwise_arithmetic.hpp>

#include "graph/bodies.hpp"

namespace octet {
namespace {

// What a compiled model takes besides weights and tensors: kernels that are compiled, the plugin's own graph. Measured
// on models of 80 to 1000 operations.
constexpr std::size_t kCompiledBytes = 24'000'000;
constexpr std::size_t kBytesPerOperation = 40'000;

std::size_t tensor_bytes(const ov::Output<const ov::Node>& tensor) {
    const auto& shape = tensor.get_partial_shape();
    if (shape.is_dynamic() || tensor.get_element_type().is_dynamic()) {
        return 0;
    }
    const auto& type = tensor.get_element_type();
    const std::size_t size = type.is_real() ? sizeof(float) : type.size();  // the plugin runs in f32
    return ov::shape_size(shape.to_shape()) * size;
}

/// Does it hand on its input's values, in place?
bool is_view(const ov::Node& node) {
    return ov::is_type<ov::op::v1::Reshape>(&node) || ov::is_type<ov::op::v0::Squeeze>(&node) ||
           ov::is_type<ov::op::v0::Unsqueeze>(&node) || ov::is_type<ov::op::v0::Result>(&node);
}

/// May its result take the place of an input, or does it run in the loop of the operation before?
bool runs_in_place(const ov::Node& node) {
    return ov::is_type<ov::op::util::UnaryElementwiseArithmetic>(&node) ||
           ov::is_type<ov::op::util::BinaryElementwiseArithmetic>(&node) || ov::is_type<ov::op::v0::Clamp>(&node) ||
           ov::is_type<ov::op::v0::FakeQuantize>(&node) || ov::is_type<ov::op::v4::Swish>(&node) ||
           ov::is_type<ov::op::v0::PRelu>(&node) || ov::is_type<ov::op::v0::Elu>(&node);
}

/// Which tensors are alive when, while the operations run in topological order.
class Liveness {
public:
    Liveness(const ov::Model& model, std::span<const Tap> taps) {
        for (const auto& node : model.get_ordered_ops()) {
            numbers_.emplace(node.get(), nodes_.size());
            nodes_.push_back(node.get());
        }
        for (const auto& tap : taps) {
            const auto found = numbers_.find(tap.tensor.get_node());
            const std::size_t number = found != numbers_.end() ? found->second : tap.number;  // else it is in a body
            taps_[std::min(number, nodes_.size() - 1)] += tensor_bytes(tap.tensor);
        }
        is_needed_.resize(nodes_.size(), false);
        for (const auto& [number, bytes] : taps_) {
            is_needed_[number] = true;
        }
        last_use_.resize(nodes_.size(), 0);
        for (std::size_t i = nodes_.size(); i-- > 0;) {
            last_use_[i] = std::max(last_use_[i], i);
            for (std::size_t port = 0; is_needed_[i] && port < nodes_[i]->get_input_size(); ++port) {
                const std::size_t source = numbers_.at(nodes_[i]->get_input_node_ptr(port));
                is_needed_[source] = true;
                last_use_[source] = std::max(last_use_[source], is_view(*nodes_[i]) ? last_use_[i] : i);
            }
        }
    }

    std::size_t weights() const {
        std::size_t bytes = 0;
        for (std::size_t i = 0; i < nodes_.size(); ++i) {
            bytes += is_needed_[i] && is_constant(i) ? node_bytes(i) : 0;
        }
        return bytes;
    }

    std::size_t operations() const {
        return static_cast<std::size_t>(std::count(is_needed_.begin(), is_needed_.end(), true));
    }

    std::size_t peak() const {
        std::vector<std::vector<std::size_t>> dying(nodes_.size());
        for (std::size_t i = 0; i < nodes_.size(); ++i) {
            if (takes_memory(i)) {
                dying[last_use_[i]].push_back(i);
            }
        }
        std::size_t alive = 0, peak = 0;
        for (std::size_t i = 0; i < nodes_.size(); ++i) {
            const std::size_t made = takes_memory(i) ? node_bytes(i) : 0;
            std::size_t freed = 0;
            for (const std::size_t input : dying[i]) {
                freed += input == i ? 0 : node_bytes(input);
            }
            const auto tap = taps_.find(i);
            const std::size_t copy = tap == taps_.end() ? 0 : tap->second;  // in the order in which the tap reads
            const bool is_in_place = runs_in_place(*nodes_[i]) && freed >= made;
            peak = std::max({peak, alive + (is_in_place ? 0 : made), alive + made - std::min(alive, freed) + copy});
            alive += made;
            alive -= freed + (last_use_[i] == i ? made : 0);
        }
        return peak;
    }

private:
    bool is_constant(std::size_t i) const {
        return ov::is_type<ov::op::v0::Constant>(nodes_[i]);
    }
    bool takes_memory(std::size_t i) const {
        return is_needed_[i] && !is_constant(i) && !is_view(*nodes_[i]);
    }
    std::size_t node_bytes(std::size_t i) const {
        std::size_t bytes = 0;
        for (std::size_t port = 0; port < nodes_[i]->get_output_size(); ++port) {
            bytes += tensor_bytes(nodes_[i]->output(port));
        }
        return bytes;
    }

    std::vector<const ov::Node*> nodes_;
    std::map<const ov::Node*, std::size_t> numbers_;  // looked up only
    std::map<std::size_t, std::size_t> taps_;         // by operation: bytes of the tensors that are tapped there
    std::vector<bool> is_needed_;
    std::vector<std::size_t> last_use_;
};

/// Gives a model the shapes of a sample, for as long as this object lives.
class SampleShapes {
public:
    SampleShapes(ov::Model& model, const std::vector<ov::Tensor>& inputs) : model_(model) {
        std::map<ov::Output<ov::Node>, ov::PartialShape> shapes;
        for (std::size_t i = 0; i < inputs.size(); ++i) {
            original_.emplace(model.input(i), model.input(i).get_partial_shape());
            shapes.emplace(model.input(i), inputs[i].get_shape());
        }
        if (shapes != original_) {
            model.reshape(shapes);
        } else {
            original_.clear();
        }
    }
    ~SampleShapes() {
        if (!original_.empty()) {
            model_.reshape(original_);  // shapes it had before: cannot fail
        }
    }
    SampleShapes(const SampleShapes&) = delete;
    SampleShapes& operator=(const SampleShapes&) = delete;

private:
    ov::Model& model_;
    std::map<ov::Output<ov::Node>, ov::PartialShape> original_;
};

MemoryNeed need_of(const ov::Model& model, std::span<const Tap> taps) {
    const Liveness liveness(model, taps);
    return {liveness.weights() + kCompiledBytes + liveness.operations() * kBytesPerOperation, liveness.peak()};
}

/// The number behind `key` in /proc/self/status, which is in kB.
std::size_t status_bytes(const std::string& key) {
    std::ifstream status("/proc/self/status");
    for (std::string line; std::getline(status, line);) {
        if (line.starts_with(key + ":")) {
            return 1024 * std::stoull(line.substr(key.size() + 1));
        }
    }
    return 0;
}

}  // namespace

MemoryNeed estimate_need(ov::Model& model, std::span<const Tap> taps, const std::vector<ov::Tensor>& inputs) {
    const SampleShapes shapes(model, inputs);
    return need_of(model, taps);
}

PassPlan plan_passes(ov::Model& model, std::span<Tap> taps, const std::vector<ov::Tensor>& inputs, std::size_t threads,
                     std::size_t limit) {
    const SampleShapes shapes(model, inputs);
    const auto all = need_of(model, taps);
    while (threads > 1 && all.of(threads) > limit) {
        --threads;
    }
    PassPlan plan{threads, {taps}, all.of(threads)};
    if (plan.need <= limit) {
        return plan;
    }
    plan.groups.clear();
    plan.need = 0;
    for (std::size_t first = 0; first < taps.size();) {
        std::size_t count = 1;
        std::size_t need = need_of(model, taps.subspan(first, 1)).of(1);
        while (first + count < taps.size()) {
            const std::size_t more = need_of(model, taps.subspan(first, count + 1)).of(1);
            if (more > limit) {
                break;
            }
            need = more;
            ++count;
        }
        plan.groups.push_back(taps.subspan(first, count));
        plan.need = std::max(plan.need, need);
        first += count;
    }
    return plan;
}

std::size_t resident_bytes() {
    return status_bytes("VmRSS");
}

std::size_t peak_resident_bytes() {
    return status_bytes("VmHWM");
}

}  // namespace octet
