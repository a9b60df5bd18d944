#pragma once

// What every example does around its own task: arguments, time, running a model, and the figures that run_all collects.

#include <chrono>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <octet/octet.hpp>
#include <openvino/openvino.hpp>

namespace example {

using Model = std::shared_ptr<const ov::Model>;

struct Arguments {
    std::filesystem::path model;  // what OpenVINO can read
    std::filesystem::path data;   // a folder with `calibration` and `validation`
    std::filesystem::path out;    // a folder for the INT8 model
};

/// Calls `task` with the command's arguments; what goes wrong is told as the command `octet` tells it.
template <class Task>
int run(int argc, char** argv, Task task) {
    if (argc != 4) {
        std::cerr << "usage: " << argv[0] << " MODEL DATA OUT\n";
        return 2;
    }
    try {
        task(Arguments{argv[1], argv[2], argv[3]});
        return 0;
    } catch (const octet::Error& error) {
        std::cerr << argv[0] << ": " << error.what() << '\n';
        return error.code() == octet::ErrorCode::InvalidOption ? 2 : 3;
    } catch (const std::exception& error) {
        std::cerr << argv[0] << ": " << error.what() << '\n';
        return 3;
    }
}

class Stopwatch {
public:
    double seconds() const {
        return std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
    }

private:
    std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

/// A model on the CPU, fed with samples of a dataset one by one.
class Inference {
public:
    // In f32: some CPUs would run what is not INT8 in bf16, and the two models would differ by more than INT8.
    explicit Inference(const Model& model)
        : request_(ov::Core()
                       .compile_model(model, "CPU", ov::hint::inference_precision(ov::element::f32))
                       .create_infer_request()) {}

    /// Output number `output` for `sample`; valid until the next call.
    ov::Tensor operator()(const octet::Sample& sample, std::size_t output = 0) {
        for (const auto& [name, tensor] : sample) {
            const auto input =
                name.empty() ? request_.get_compiled_model().input() : request_.get_compiled_model().input(name);
            // A sample may come without the batch of 1.
            const auto shape = input.get_partial_shape().is_static() ? input.get_shape() : tensor.get_shape();
            request_.set_tensor(input, ov::Tensor(tensor.get_element_type(), shape, tensor.data()));
        }
        request_.infer();
        return request_.get_output_tensor(output);
    }

private:
    ov::InferRequest request_;
};

/// A row of run_all's table.
struct Figures {
    std::string variant;  // "CPU", "GNA, 16-bit weights"
    std::string metric;
    double original = 0, quantized = 0;
    double seconds = 0;          // of quantize() and save()
    std::filesystem::path path;  // of a cascade the last model's
};

/// JSON has no infinity.
inline std::string to_json(const std::optional<double>& value) {
    return value && std::isfinite(*value) ? std::to_string(*value) : "null";
}

/// Prints the figures, and keeps them as figures.json beside the model.
inline void write(const Figures& figures, double sqnr, std::optional<double> speed_up) {
    std::cout << figures.variant << ": " << figures.metric << ' ' << figures.original << " in FP32, "
              << figures.quantized << " in INT8; SQNR " << sqnr << " dB; quantized in " << figures.seconds << " s";
    if (speed_up) {
        std::cout << "; " << *speed_up << " times as fast";
    }
    std::cout << '\n' << figures.path.string() << '\n';

    std::ofstream(figures.path.parent_path() / "figures.json")
        << R"({"variant": ")" << figures.variant << R"(", "metric": ")" << figures.metric << R"(", "fp32": )"
        << to_json(figures.original) << R"(, "int8": )" << to_json(figures.quantized) << R"(, "sqnr_db": )"
        << to_json(sqnr) << R"(, "seconds": )" << to_json(figures.seconds) << R"(, "speed_up": )" << to_json(speed_up)
        << ", \"path\": " << figures.path << "}\n";
}

inline double mean_sqnr(const octet::Comparison& near) {
    double sqnr = 0;
    for (const auto& output : near.outputs) {
        sqnr += output.sqnr_db / static_cast<double>(near.outputs.size());
    }
    return sqnr;
}

/// The outputs' SQNR in dB, mean over the outputs.
inline double mean_sqnr(const Model& original, const Model& quantized, const octet::Dataset& data) {
    octet::CompareOptions options;
    options.throughput = false;
    return mean_sqnr(octet::compare(original, quantized, data, options));
}

/// Writes the figures with the outputs' SQNR and the speed-up over `data`. `runs_here`: this machine has the target
/// device, so that there is a speed to measure.
inline void report(const Figures& figures, const Model& original, const Model& quantized, const octet::Dataset& data,
                   bool runs_here = true) {
    octet::CompareOptions options;
    options.throughput = runs_here;
    const auto near = octet::compare(original, quantized, data, options);
    const auto speed_up = near.reference_fps ? std::optional(*near.quantized_fps / *near.reference_fps) : std::nullopt;
    write(figures, mean_sqnr(near), speed_up);
}

}  // namespace example
