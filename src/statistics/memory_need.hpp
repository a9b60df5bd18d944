#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include <openvino/core/model.hpp>
#include <openvino/runtime/tensor.hpp>

#include "statistics/calibration_graph.hpp"

namespace octet {

/// What a pass is expected to take of memory, in bytes, above what the process holds before it.
struct MemoryNeed {
    std::size_t shared = 0;      ///< the compiled model with its weights
    std::size_t per_thread = 0;  ///< the tensors that are alive at once

    std::size_t of(std::size_t threads) const {
        return shared + threads * per_thread;
    }
};

/// Estimates the need of a pass that makes these taps on a sample such as `inputs`, from the shapes of the tensors and
/// from which of them are alive at once. Tensors whose shapes do not follow from the inputs' are left out.
MemoryNeed estimate_need(ov::Model& model, std::span<const Tap> taps, const std::vector<ov::Tensor>& inputs);

/// How a measurement is cut to a limit.
struct PassPlan {
    std::size_t threads = 1;
    std::vector<std::span<Tap>> groups;  ///< the taps of each pass: runs of neighbours, all together in order
    std::size_t need = 0;                ///< of the largest of them, in bytes
};

/// First fewer threads, which costs time but no work, then several groups with one thread. Where that does not suffice
/// either, each tap of a group too large is a group of its own, and `need` exceeds the limit.
/// `limit`: bytes, of all passes above what the process holds already. Expects at least one tap.
PassPlan plan_passes(ov::Model& model, std::span<Tap> taps, const std::vector<ov::Tensor>& inputs, std::size_t threads,
                     std::size_t limit);

/// Bytes of memory that this process holds now, and the most it ever held; 0 where the system does not tell.
std::size_t resident_bytes();
std::size_t peak_resident_bytes();

}  // namespace octet
