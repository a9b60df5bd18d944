// Runs every golden case with its own configuration and compares quantizers, biases, weights and outputs with POT's.
// OCTET_GOLDEN_CASES=FOLDER runs the cases of another folder of the same form.
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <openvino/op/ops.hpp>
#include <openvino/runtime/core.hpp>

#include "octet/octet.hpp"

#include "cases.hpp"
#include "data/feed.hpp"
#include "graph/bodies.hpp"
#include "graph/expand_fake_quantize.hpp"

namespace octet {
namespace {

// ---- The facts of a quantized model, under the names of the given one ----

struct Quantizer {
    std::size_t levels = 0;
    std::vector<float> limits[4];
    std::set<std::string> consumers;
};

struct Facts {
    std::map<std::string, Quantizer> quantizers;        // by producer `name:port`
    std::map<std::string, std::vector<float>> biases;   // by operation
    std::map<std::string, std::vector<float>> weights;  // by operation
};

constexpr const char* kLimits[] = {"input_low", "input_high", "output_low", "output_high"};

std::vector<float> floats(const Json& json) {
    return json.get<std::vector<float>>();
}

std::string port_name(const Json& end) {
    return end.at("name").get<std::string>() + ":" + std::to_string(end.at("port").get<int>());
}

Facts expected_facts(const Json& golden) {
    Facts facts;
    for (const auto& entry : golden.at("fake_quantize")) {
        Quantizer fact;
        fact.levels = entry.at("levels");
        for (std::size_t i = 0; i < 4; ++i) {
            fact.limits[i] = floats(entry.at(kLimits[i]).at("values"));
        }
        for (const auto& consumer : entry.at("consumer")) {
            fact.consumers.insert(port_name(consumer));
        }
        facts.quantizers[port_name(entry.at("producer"))] = fact;
    }
    for (const auto& entry : golden.at("bias")) {
        facts.biases[entry.at("op")] = floats(entry.at("values"));
    }
    for (const auto& entry : golden.at("weights")) {
        facts.weights[entry.at("op")] = floats(entry.at("values"));
    }
    return facts;
}

const ov::op::v0::Constant* constant_behind(ov::Output<ov::Node> value) {
    while (ov::is_type<ov::op::v0::FakeQuantize>(value.get_node()) ||
           ov::is_type<ov::op::v0::Convert>(value.get_node()) || ov::is_type<ov::op::v1::Reshape>(value.get_node())) {
        value = value.get_node()->input_value(0);
    }
    return ov::as_type<ov::op::v0::Constant>(value.get_node());
}

bool is_weighted(const ov::Node& node) {
    static const std::set<std::string> kTypes{"Convolution", "GroupConvolution", "ConvolutionBackpropData",
                                              "GroupConvolutionBackpropData", "MatMul"};
    return kTypes.count(node.get_type_name());
}

/// The Add of a constant that is the only reader of `node`.
const ov::op::v0::Constant* bias_constant(const ov::Node& node) {
    const auto readers = node.output(0).get_target_inputs();
    if (readers.size() != 1 || !ov::is_type<ov::op::v1::Add>(readers.begin()->get_node())) {
        return nullptr;
    }
    return constant_behind(readers.begin()->get_node()->input_value(1 - readers.begin()->get_index()));
}

/// The source of a quantizer, where it stood in the given model: a bias that was inserted counts as its operation.
std::string source_name(ov::Output<ov::Node> source, const std::string& prefix, const std::set<std::string>& given) {
    if (ov::is_type<ov::op::v0::Convert>(source.get_node()) &&
        ov::is_type<ov::op::v0::Constant>(source.get_node()->get_input_node_ptr(0))) {
        source = source.get_node()->input_value(0);
    }
    const std::string name = prefix + source.get_node()->get_friendly_name();
    if (!given.count(name) && ov::is_type<ov::op::v1::Add>(source.get_node())) {
        return source_name(source.get_node()->input_value(0), prefix, given);
    }
    return name + ":" + std::to_string(source.get_index());
}

void add_consumers(const ov::Output<ov::Node>& output, const std::string& prefix, std::set<std::string>& consumers) {
    for (const auto& input : output.get_target_inputs()) {
        if (ov::is_type<ov::op::v0::FakeQuantize>(input.get_node())) {
            add_consumers(input.get_node()->output(0), prefix, consumers);
        } else {
            consumers.insert(prefix + input.get_node()->get_friendly_name() + ":" + std::to_string(input.get_index()));
        }
    }
}

std::set<std::string> names_of(const ov::Model& model) {
    std::set<std::string> names;
    for (const auto& graph : all_graphs(model)) {
        for (const auto& node : graph.model->get_ordered_ops()) {
            names.insert(graph.prefix + node->get_friendly_name());
        }
    }
    return names;
}

Facts actual_facts(const ov::Model& model, const std::set<std::string>& given) {
    Facts facts;
    for (const auto& graph : all_graphs(model)) {
        for (const auto& node : graph.model->get_ordered_ops()) {
            if (const auto quantizer = ov::as_type_ptr<ov::op::v0::FakeQuantize>(node)) {
                Quantizer fact;
                fact.levels = quantizer->get_levels();
                for (std::size_t i = 0; i < 4; ++i) {
                    fact.limits[i] =
                        ov::as_type<ov::op::v0::Constant>(quantizer->get_input_node_ptr(i + 1))->cast_vector<float>();
                }
                add_consumers(quantizer->output(0), graph.prefix, fact.consumers);
                facts.quantizers[source_name(quantizer->input_value(0), graph.prefix, given)] = fact;
            }
            if (is_weighted(*node)) {
                const std::string name = graph.prefix + node->get_friendly_name();
                if (const auto* bias = bias_constant(*node)) {
                    facts.biases[name] = bias->cast_vector<float>();
                }
                const auto* weights = constant_behind(node->input_value(1));
                weights = weights ? weights : constant_behind(node->input_value(0));
                if (weights) {
                    facts.weights[name] = weights->cast_vector<float>();
                }
            }
        }
    }
    return facts;
}

// ---- Comparison ----

/// What is wrong, by its kind.
using Differences = std::map<std::string, std::string>;

void add(Differences& differences, const std::string& kind, const std::string& text) {
    auto& entry = differences[kind];
    if (entry.size() < 2000) {
        entry += (entry.empty() ? "" : "\n    ") + text;
    }
}

float largest_of(const std::vector<float>& values) {
    float largest = 0;
    for (const float value : values) {
        largest = std::max(largest, std::fabs(value));
    }
    return largest;
}

/// Describes the first value that is off by more than `tolerance` times the largest one; empty: none.
std::string first_difference(const std::vector<float>& expected, const std::vector<float>& actual, float tolerance) {
    std::ostringstream text;
    text.precision(9);
    if (expected.size() != actual.size()) {
        text << "expected " << expected.size() << " values, got " << actual.size() << ", first " << expected[0]
             << " and " << (actual.empty() ? 0.0F : actual[0]);
        return text.str();
    }
    const float allowed = tolerance * largest_of(expected);
    std::size_t count = 0;
    for (std::size_t i = 0; i < expected.size(); ++i) {
        if (!(std::fabs(expected[i] - actual[i]) <= allowed) && count++ < 8) {
            text << "[" << i << "] " << expected[i] << " got " << actual[i] << "; ";
        }
    }
    if (count > 8) {
        text << "and " << count - 8 << " more of " << expected.size();
    }
    return text.str();
}

std::string join(const std::set<std::string>& words) {
    std::string text;
    for (const auto& word : words) {
        text += (text.empty() ? "" : " ") + word;
    }
    return text;
}

void compare_quantizers(const Facts& expected, const Facts& actual, Differences& differences) {
    for (const auto& [name, fact] : expected.quantizers) {
        const auto found = actual.quantizers.find(name);
        if (found == actual.quantizers.end()) {
            add(differences, "quantizers", "none on " + name + " for " + join(fact.consumers));
            continue;
        }
        if (found->second.levels != fact.levels) {
            add(differences, "levels",
                name + ": expected " + std::to_string(fact.levels) + ", got " + std::to_string(found->second.levels));
        }
        if (found->second.consumers != fact.consumers) {
            add(differences, "quantizers",
                name + ": expected for " + join(fact.consumers) + ", got " + join(found->second.consumers));
        }
        for (std::size_t i = 0; i < 4; ++i) {
            const auto text = first_difference(fact.limits[i], found->second.limits[i], 1e-5F);
            if (!text.empty()) {
                add(differences, "limits", std::string(kLimits[i]) + " on " + name + ": " + text);
            }
        }
    }
    for (const auto& [name, fact] : actual.quantizers) {
        if (!expected.quantizers.count(name)) {
            add(differences, "quantizers", "one too many on " + name + " for " + join(fact.consumers));
        }
    }
}

/// Operations with weights halved for saturation, and with full bias correction all: their rounding ties fall as they
/// may in POT's int8 inference.
bool has_ties(const Json& golden, const std::string& operation, bool is_full_correction) {
    bool any = false;
    for (const auto& entry : golden.at("weights")) {
        const bool is_halved = entry.value("scaling_factor", 1.0) != 1.0;
        any = any || is_halved;
        if (is_halved && entry.at("op") == operation) {
            return true;
        }
    }
    return any && is_full_correction;
}

void compare_biases(const Json& golden, const Facts& expected, const Facts& actual, bool is_full_correction,
                    Differences& differences) {
    for (const auto& [name, values] : expected.biases) {
        const auto found = actual.biases.find(name);
        // No bias is as good as one of zeros.
        const auto bias = found == actual.biases.end() ? std::vector<float>(values.size()) : found->second;
        const auto text = first_difference(values, bias, has_ties(golden, name, is_full_correction) ? 1e-2F : 1e-5F);
        if (!text.empty()) {
            add(differences, "biases", name + ": " + text);
        }
    }
    for (const auto& [name, values] : actual.biases) {
        if (!expected.biases.count(name)) {
            add(differences, "biases", "one too many on " + name);
        }
    }
}

void compare_weights(const Facts& expected, const Facts& actual, Differences& differences) {
    for (const auto& [name, values] : expected.weights) {
        const auto found = actual.weights.find(name);
        const auto text =
            found == actual.weights.end() ? "no constant" : first_difference(values, found->second, 1e-5F);
        if (!text.empty()) {
            add(differences, "weights", name + ": " + text);
        }
    }
}

double rms(const std::vector<float>& a, const std::vector<float>& b) {
    double sum = 0;
    for (std::size_t i = 0; i < a.size(); ++i) {
        const double d = double(a[i]) - b[i];
        sum += d * d;
    }
    return a.empty() ? 0 : std::sqrt(sum / double(a.size()));
}

std::vector<std::vector<float>> run(const std::shared_ptr<const ov::Model>& model, const Dataset& dataset) {
    static ov::Core core;
    auto compiled = core.compile_model(model, "CPU", ov::hint::inference_precision(ov::element::f32));
    auto request = compiled.create_infer_request();
    std::vector<std::vector<float>> outputs(model->outputs().size());
    const Feed feed(*model, dataset);
    for (std::size_t i = 0; i < dataset.size(); ++i) {
        const auto sample = feed(i);
        for (std::size_t input = 0; input < sample.size(); ++input) {
            request.set_input_tensor(input, sample[input]);
        }
        request.infer();
        for (std::size_t o = 0; o < outputs.size(); ++o) {
            const auto values = ov::op::v0::Constant(request.get_output_tensor(o)).cast_vector<float>();
            outputs[o].insert(outputs[o].end(), values.begin(), values.end());
        }
    }
    return outputs;
}

std::vector<float> every(const std::vector<float>& values, std::size_t stride) {
    std::vector<float> chosen;
    for (std::size_t i = 0; i < values.size(); i += stride) {
        chosen.push_back(values[i]);
    }
    return chosen;
}

/// The names of a model's outputs in POT's facts.
std::vector<std::string> output_keys(const ov::Model& model) {
    std::vector<std::string> keys;
    for (const auto& result : model.get_results()) {
        const auto source = result->input_value(0);
        keys.push_back(source.get_node()->get_friendly_name() + ":" + std::to_string(source.get_index()));
    }
    return keys;
}

/// POT's values of an output, which it may name after the zero bias that it inserts behind a convolution.
const Json& find_output(const Json& outputs, const std::string& key) {
    const auto found = outputs.find(key);
    return found != outputs.end() ? *found : outputs.at(key.substr(0, key.rfind(':')) + "/add_:0");
}

void compare_outputs(const Json& golden, const ov::Model& original, const std::shared_ptr<const ov::Model>& model,
                     const Dataset& dataset, Differences& differences) {
    const auto outputs = run(runnable_copy(model), dataset);
    const auto keys = output_keys(original);
    const Json& pot = golden.at("output");
    const Json& simulated = golden.contains("output_sim") ? golden.at("output_sim") : pot;
    for (std::size_t o = 0; o < outputs.size(); ++o) {
        const auto& key = keys.at(o);
        const auto& pots = find_output(pot, key);
        const auto theirs = floats(pots.at("values")), exact = floats(find_output(simulated, key).at("values"));
        const auto plain = floats(find_output(golden.at("output_fp32"), key).at("values"));
        auto ours = every(outputs[o], pots.at("stride"));
        ours.resize(std::min(ours.size(), theirs.size()));
        const double scale = std::max(rms(plain, std::vector<float>(plain.size())), 1e-6);
        const double off = rms(ours, exact) / scale, tie = rms(theirs, exact) / scale;
        const double error = rms(ours, plain) / scale, their_error = rms(theirs, plain) / scale;
        if (ours.size() != theirs.size() || (!(off <= 2 * tie + 1e-3) && !(error <= 1.1 * their_error + 1e-6))) {
            std::ostringstream text;
            text << key << ": " << off << " from POT's (its own paths are " << tie << " apart), error " << error
                 << ", POT's " << their_error;
            add(differences, "outputs", text.str());
        }
    }
}

Differences difference(const Case& given, const Json& golden) {
    Differences differences;
    try {
        const auto result = given.quantized();
        const auto expected = expected_facts(golden);
        const auto actual = actual_facts(*result.model, names_of(*given.model));
        const bool is_full_correction = !result.options.use_fast_bias;
        compare_quantizers(expected, actual, differences);
        compare_biases(golden, expected, actual, is_full_correction, differences);
        compare_weights(expected, actual, differences);
        compare_outputs(golden, *given.model, result.model, *given.dataset, differences);
    } catch (const std::exception& error) {
        differences["error"] = error.what();
    }
    return differences;
}

void expect_finite_outputs(const Case& given) {
    const auto result = given.quantized();
    for (const auto& output : run(runnable_copy(result.model), *given.dataset)) {
        for (const float value : output) {
            ASSERT_TRUE(std::isfinite(value));
        }
    }
}

/// A clear refusal names what was expected; anything else that is thrown is a failure.
void expect_refusal(const Case& given) {
    try {
        given.quantized();
        FAIL() << "was not refused";
    } catch (const Error& error) {
        EXPECT_EQ(error.code(), ErrorCode::InvalidOption) << error.what();
    }
}

class Golden : public testing::TestWithParam<std::string> {};

TEST_P(Golden, EqualsPot) {
    const std::string name = GetParam();
    const Case given(root() / name);
    const std::string errors = error_class(name);
    if (errors == "refuse") {
        return expect_refusal(given);
    }
    if (errors == "works") {
        return expect_finite_outputs(given);
    }
    const Json golden = read_json(given.folder / "golden.json");
    if (errors == "either" || golden.contains("error")) {
        try {
            expect_finite_outputs(given);
        } catch (const Error& error) {
            EXPECT_EQ(error.code(), ErrorCode::InvalidOption) << error.what();
        }
        return;
    }
    static const Json deliberate = read_json(fs::path(OCTET_TEST_SOURCE_DIR) / "golden/deliberate_differences.json");
    std::set<std::string> expected;
    if (deliberate.contains(name)) {
        for (const std::string kind : deliberate.at(name).at("differs")) {
            expected.insert(kind);
        }
    }
    const auto found = difference(given, golden);
    for (const auto& [kind, text] : found) {
        if (!expected.count(kind)) {
            ADD_FAILURE() << name << ": " << kind << " differ from POT's:\n    " << text;
        }
    }
    for (const auto& kind : expected) {
        EXPECT_TRUE(found.count(kind)) << name << ": " << kind
                                       << " are listed as a deliberate difference but equal POT's";
    }
}

INSTANTIATE_TEST_SUITE_P(Cases, Golden, testing::ValuesIn(case_names()), test_name);

TEST(GoldenCases, AreAllThere) {
    if (std::getenv("OCTET_GOLDEN_CASES")) {
        GTEST_SKIP() << "another folder of cases";
    }
    EXPECT_GT(case_names().size(), 400U);
}

}  // namespace
}  // namespace octet
