#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include <openvino/core/model.hpp>
#include <openvino/op/constant.hpp>
#include <openvino/op/fake_quantize.hpp>
#include <openvino/runtime/tensor.hpp>

#include "octet/quantize.hpp"

namespace octet::test {

/// `count` numbers in -1..1, the same for the same seed.
std::vector<float> noise(std::size_t count, unsigned seed);

std::shared_ptr<ov::op::v0::Constant> f32(const std::string& name, const ov::Shape& shape, std::vector<float> values);
std::shared_ptr<ov::op::v0::Constant> f32_noise(const std::string& name, const ov::Shape& shape, unsigned seed);

/// The range of a FakeQuantize: limits of `shape`, out limits `out_factor` times the in limits.
struct Range {
    ov::Shape shape;
    std::vector<float> low, high;
    std::size_t levels = 255;
    float out_factor = 1;
};

std::shared_ptr<ov::op::v0::FakeQuantize> fake_quantize(const std::string& name, const ov::Output<ov::Node>& data,
                                                        const Range& range);

/// -M..M with 255 levels, M by output channel.
Range symmetric(const ov::Shape& shape);

/// Parameter "in" [1,3,8,8] -> FakeQuantize -> Convolution "conv" (8 channels, weights "conv/weights" under
/// "conv/fq_weights") -> Add "bias" -> Relu "relu" -> Result "out".
std::shared_ptr<ov::Model> conv_model(const Range& weights);
std::shared_ptr<ov::Model> conv_model();

/// The float convolution of conv_model() without any FakeQuantize.
std::shared_ptr<ov::Model> float_model();

QuantizedModel quantized(const std::shared_ptr<ov::Model>& model);

/// The first output on an input of noise, on CPU in f32.
std::vector<float> run(const std::shared_ptr<ov::Model>& model, unsigned seed = 1);

float largest_difference(const std::vector<float>& a, const std::vector<float>& b);

std::shared_ptr<ov::Node> find(const ov::Model& model, const std::string& name);

/// A new folder under the system's temporary one, removed with all in it.
class TemporaryFolder {
public:
    TemporaryFolder();
    ~TemporaryFolder();
    TemporaryFolder(const TemporaryFolder&) = delete;
    TemporaryFolder& operator=(const TemporaryFolder&) = delete;

    std::filesystem::path operator/(const std::string& name) const {
        return path / name;
    }

    std::filesystem::path path;
};

std::string read_file(const std::filesystem::path& path);
void write_file(const std::filesystem::path& path, const std::string& bytes);

/// Names of all that lies in a folder, hidden ones too, sorted.
std::vector<std::string> list(const std::filesystem::path& folder);

}  // namespace octet::test
