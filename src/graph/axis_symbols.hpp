#pragma once

#include <memory>
#include <utility>
#include <vector>

#include <openvino/core/model.hpp>

namespace octet::rewrite {

/// While it lives, each dynamic axis of the model's inputs has a symbol, which OpenVINO's shape inference passes on: it
/// shows which dynamic axes are equal. Names no symbol where an axis has one already.
class AxisSymbols {
public:
    explicit AxisSymbols(ov::Model& model);
    ~AxisSymbols();
    AxisSymbols(const AxisSymbols&) = delete;
    AxisSymbols& operator=(const AxisSymbols&) = delete;

private:
    std::vector<std::pair<std::shared_ptr<ov::op::v0::Parameter>, ov::PartialShape>> original_;
};

/// Is each axis static and equal, or known to be equal by its symbol?
bool are_same_shape(const ov::PartialShape& a, const ov::PartialShape& b);

}  // namespace octet::rewrite
