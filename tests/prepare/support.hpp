#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include <openvino/core/model.hpp>
#include <openvino/op/ops.hpp>

#include "octet/report.hpp"

namespace octet::test {

using ov::op::v0::Constant;
using Value = ov::Output<ov::Node>;

std::shared_ptr<ov::op::v0::Parameter> parameter(const ov::PartialShape& shape, const std::string& name = "x",
                                                 const ov::element::Type& type = ov::element::f32);

std::shared_ptr<Constant> constant(const ov::Shape& shape, const std::vector<float>& values);
std::shared_ptr<Constant> scalar(float value);
std::shared_ptr<Constant> indices(const std::vector<int64_t>& values);
/// Numbers from [low, high], the same on every run for one seed.
std::shared_ptr<Constant> numbers(const ov::Shape& shape, unsigned seed, float low = -1, float high = 1);
/// The constant as f16 behind a Convert marked as decompression, as converters store weights.
Value compressed(const std::shared_ptr<Constant>& f32);

std::shared_ptr<ov::Node> convolution(const Value& data, const Value& weights, std::ptrdiff_t pad = 0);

template <class Operation>
std::shared_ptr<ov::Node> named(const std::string& name, std::shared_ptr<Operation> node) {
    node->set_friendly_name(name);
    return node;
}

/// A model of the parameters that `outputs` depend on; output i's tensor is named "out<i>".
std::shared_ptr<ov::Model> model_of(const ov::OutputVector& outputs);

/// A model before and after prepare().
struct Prepared {
    std::shared_ptr<ov::Model> before, after;
    std::vector<Change> changes;

    std::size_t count(const std::string& type) const;
    std::shared_ptr<ov::Node> only(const std::string& type) const;  ///< null where there is not exactly one
    std::vector<std::string> types() const;  ///< of all but Parameter, Constant, Result; in order
};
Prepared prepared(const std::shared_ptr<ov::Model>& model);

/// Largest difference over the largest value of each output, for random inputs (dynamic axes get `dynamic`), on the CPU
/// in f32; infinite where shapes, NaNs or infinities differ.
double output_difference(const std::shared_ptr<ov::Model>& a, const std::shared_ptr<ov::Model>& b,
                         std::size_t dynamic = 3);

/// Friendly and tensor names of parameters, results and the results' producers.
std::string interface_of(const ov::Model& model);

/// Do all operations have names of their own?
bool has_unique_names(const ov::Model& model);

std::vector<float> values_of(const Value& value);

}  // namespace octet::test

/// Same interface, and outputs equal within `tolerance` of their largest value.
#define EXPECT_SAME_MODEL(PREPARED, TOLERANCE)                                                              \
    EXPECT_EQ(octet::test::interface_of(*(PREPARED).before), octet::test::interface_of(*(PREPARED).after)); \
    EXPECT_LE(octet::test::output_difference((PREPARED).before, (PREPARED).after), TOLERANCE)
