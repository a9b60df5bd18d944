// Times the plain FP32 pass over a dataset: the floor under any quantizer's calibration.
// Prints one JSON line; the samples are prepared beforehand and held in memory (data_bytes), so that inference alone is
// timed.
#include <atomic>
#include <chrono>
#include <iostream>
#include <string>
#include <thread>
#include <vector>

#include <openvino/openvino.hpp>

#include "octet/octet.hpp"

namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) {
    return std::chrono::duration<double>(Clock::now() - start).count();
}

/// The sample's tensors in the order of the model's inputs, a missing batch axis added.
std::vector<ov::Tensor> ordered(const ov::Model& model, const octet::Sample& sample) {
    std::vector<ov::Tensor> tensors;
    for (const auto& input : model.inputs()) {
        auto found = sample.find("");
        for (const auto& name : input.get_names()) {
            found = found == sample.end() ? sample.find(name) : found;
        }
        found = found == sample.end() ? sample.find(input.get_node()->get_friendly_name()) : found;
        ov::Shape shape = found->second.get_shape();
        if (static_cast<int64_t>(shape.size()) < input.get_partial_shape().rank().get_length()) {
            shape.insert(shape.begin(), 1);
        }
        ov::Tensor tensor(found->second.get_element_type(), shape);
        std::copy_n(static_cast<const char*>(found->second.data()), tensor.get_byte_size(),
                    static_cast<char*>(tensor.data()));
        tensors.push_back(tensor);
    }
    return tensors;
}

}  // namespace

int main(int count, char** arguments) {
    if (count < 3) {
        std::cerr
            << "usage: octet_bench_plain_pass MODEL DATA|NAME=DATA... (pictures need their preparation in the model)\n";
        return 2;
    }
    const auto begin = Clock::now();
    ov::Core core;
    const auto model = core.read_model(arguments[1]);
    std::vector<octet::DataSource> sources;
    for (int i = 2; i < count; ++i) {
        const std::string text = arguments[i];
        const auto equals = text.find('=');
        sources.push_back(equals == std::string::npos
                              ? octet::DataSource{"", text}
                              : octet::DataSource{text.substr(0, equals), text.substr(equals + 1)});
    }
    const auto dataset = octet::open_dataset(*model, sources);
    std::vector<std::vector<ov::Tensor>> samples;
    for (std::size_t i = 0; i < dataset->size(); ++i) {
        samples.push_back(ordered(*model, dataset->sample(i)));
    }
    std::size_t bytes = 0;
    for (const auto& sample : samples) {
        for (const auto& tensor : sample) {
            bytes += tensor.get_byte_size();
        }
    }
    const double load = seconds_since(begin);

    auto start = Clock::now();
    auto compiled = core.compile_model(model, "CPU", ov::hint::inference_precision(ov::element::f32),
                                       ov::hint::performance_mode(ov::hint::PerformanceMode::THROUGHPUT));
    std::vector<ov::InferRequest> requests;
    for (uint32_t i = 0; i < compiled.get_property(ov::optimal_number_of_infer_requests); ++i) {
        requests.push_back(compiled.create_infer_request());
    }
    const double compile = seconds_since(start);

    start = Clock::now();
    std::atomic<std::size_t> next{0};
    std::vector<std::thread> threads;
    for (auto& request : requests) {
        threads.emplace_back([&] {
            for (std::size_t i = next++; i < samples.size(); i = next++) {
                for (std::size_t k = 0; k < samples[i].size(); ++k) {
                    request.set_input_tensor(k, samples[i][k]);
                }
                request.infer();
            }
        });
    }
    for (auto& thread : threads) {
        thread.join();
    }
    std::cout << "{\"samples\": " << samples.size() << ", \"data_bytes\": " << bytes << ", \"load_s\": " << load
              << ", \"compile_s\": " << compile << ", \"infer_s\": " << seconds_since(start) << "}\n";
}
