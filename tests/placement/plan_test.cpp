#include <algorithm>
#include <limits>
#include <map>
#include <set>

#include <gtest/gtest.h>

#include "octet/error.hpp"

#include "graph/operations.hpp"
#include "placement/plan.hpp"
#include "placement/schemes.hpp"
#include "support/builders.hpp"

namespace octet {
namespace {

using namespace testing;

/// tensor -> the inputs that read its quantizer
using Placed = std::map<std::string, std::set<std::string>>;

Placed placed(const QuantizerPlan& plan) {
    Placed result;
    for (const auto& quantizer : plan.quantizers) {
        if (quantizer.kind == TensorKind::Activations) {
            for (const auto& input : quantizer.inputs) {
                result[tensor_name(quantizer.tensor)].insert(input.node->get_friendly_name() + ":" +
                                                             std::to_string(input.port));
            }
        }
    }
    return result;
}

const Quantizer& find(const QuantizerPlan& plan, const std::string& tensor) {
    const auto found = std::find_if(plan.quantizers.begin(), plan.quantizers.end(), [&](const Quantizer& quantizer) {
        return tensor_name(quantizer.tensor) == tensor;
    });
    if (found == plan.quantizers.end()) {
        throw std::runtime_error("no quantizer on " + tensor);
    }
    return *found;
}

TEST(PlaceQuantizers, PutsThemOnInputsAndWeightsOfConvolutions) {
    const auto x = parameter({1, 3, 8, 8});
    const auto model = model_of({convolution(relu(convolution(x, "a", 1), "r"), "b", 3)}, {x});
    const auto plan = place_quantizers(*model, {});
    EXPECT_EQ(placed(plan), (Placed{{"x", {"a:0"}}, {"r", {"b:0"}}}));
    EXPECT_EQ(plan.quantizers.size(), 4U);
    const auto& weights = find(plan, "a/weights");
    EXPECT_EQ(weights.name, "a/fq_weights_1");
    EXPECT_EQ(weights.scheme.levels(), 255U);
    EXPECT_EQ(weights.scheme.granularity, Granularity::PerChannel);
    EXPECT_EQ(find(plan, "x").name, "a/fq_input_0");
    EXPECT_EQ(find(plan, "x").scheme.levels(), 256U);
}

TEST(PlaceQuantizers, MoveAboveOperationsThatKeepValues) {
    const auto x = parameter({1, 3, 8, 8});
    const auto a = relu(convolution(x, "a", 1), "r");
    const auto pool =
        make<ov::op::v1::MaxPool>("pool", a, ov::Strides{2, 2}, ov::Shape{0, 0}, ov::Shape{0, 0}, ov::Shape{2, 2});
    const auto model =
        model_of({convolution(pool, "b", 3, {.kernel = 1}), convolution(pool, "c", 5, {.kernel = 1})}, {x});
    EXPECT_EQ(placed(place_quantizers(*model, {})), (Placed{{"x", {"a:0"}}, {"r", {"pool:0"}}}));
}

TEST(PlaceQuantizers, StayBelowWhereTheTensorIsAlsoReadInFloat) {
    const auto x = parameter({1, 3, 8, 8});
    const auto pool = make<ov::op::v1::MaxPool>("pool", relu(convolution(x, "a", 1), "r"), ov::Strides{2, 2},
                                                ov::Shape{0, 0}, ov::Shape{0, 0}, ov::Shape{2, 2});
    const auto model = model_of({convolution(pool, "b", 3, {.kernel = 1}), make<ov::op::v0::Exp>("exp", pool)}, {x});
    EXPECT_EQ(placed(place_quantizers(*model, {})), (Placed{{"x", {"a:0"}}, {"pool", {"b:0"}}}));
}

TEST(PlaceQuantizers, AConcatInFrontOfAConvolutionSharesOneRange) {
    const auto x = parameter({1, 3, 8, 8});
    const auto a = relu(convolution(x, "a", 1), "ra");
    const auto b = convolution(x, "b", 3);
    const auto concat = make<ov::op::v0::Concat>("concat", ov::OutputVector{a, b}, 1);
    const auto model = model_of({convolution(concat, "c", 5)}, {x});
    const auto plan = place_quantizers(*model, {});
    EXPECT_EQ(placed(plan), (Placed{{"x", {"a:0", "b:0"}}, {"ra", {"concat:0"}}, {"b/add", {"concat:1"}}}));
    ASSERT_TRUE(find(plan, "ra").group.has_value());
    EXPECT_EQ(find(plan, "ra").group, find(plan, "b/add").group);
    EXPECT_FALSE(find(plan, "x").group.has_value());
}

TEST(PlaceQuantizers, ConcatOfTheSameTensorTwiceWorks) {
    const auto x = parameter({1, 3, 8, 8});
    const auto a = relu(convolution(x, "a", 1), "r");
    const auto model =
        model_of({convolution(make<ov::op::v0::Concat>("concat", ov::OutputVector{a, a}, 1), "c", 5)}, {x});
    EXPECT_EQ(placed(place_quantizers(*model, {})), (Placed{{"x", {"a:0"}}, {"r", {"concat:0", "concat:1"}}}));
}

TEST(PlaceQuantizers, DepthwiseInputsArePerChannelUnlessSomethingElseReadsThem) {
    const auto x = parameter({1, 4, 8, 8});
    const auto a = relu(convolution(x, "a", 1), "r");
    const auto alone = model_of({depthwise(a, "d", 3)}, {x});
    EXPECT_EQ(find(place_quantizers(*alone, {}), "r").scheme.granularity, Granularity::PerChannel);
    const auto shared = model_of({depthwise(a, "d", 3), convolution(a, "c", 5)}, {x});
    EXPECT_EQ(find(place_quantizers(*shared, {}), "r").scheme.granularity, Granularity::PerTensor);
}

TEST(PlaceQuantizers, PresetChoosesTheActivationsMode) {
    const auto x = parameter({1, 3, 8, 8});
    const auto model = model_of({convolution(x, "a", 1)}, {x});
    Options options;
    EXPECT_EQ(find(place_quantizers(*model, options), "x").scheme.mode, Mode::Symmetric);
    options.preset = Preset::Mixed;
    const auto mixed = place_quantizers(*model, options);
    EXPECT_EQ(find(mixed, "x").scheme.mode, Mode::Asymmetric);
    EXPECT_EQ(find(mixed, "a/weights").scheme.mode, Mode::Symmetric);
}

TEST(PlaceQuantizers, ResidualAdditionsAreQuantizedButBiasesAreNot) {
    const auto x = parameter({1, 4, 8, 8});
    const auto a = relu(convolution(x, "a", 1, {.pad = 1}), "r");
    const auto sum = make<ov::op::v1::Add>("sum", convolution(a, "b", 3, {.pad = 1}), a);
    const auto model = model_of({convolution(relu(sum, "r2"), "c", 5)}, {x});
    EXPECT_EQ(placed(place_quantizers(*model, {})),
              (Placed{{"x", {"a:0"}}, {"r", {"b:0", "sum:1"}}, {"b/add", {"sum:0"}}, {"r2", {"c:0"}}}));
}

TEST(PlaceQuantizers, LeaveShapesAndIntegersAlone) {
    const auto x = parameter({1, 3, -1, 8});
    const auto shape = make<ov::op::v3::ShapeOf>("shape", x);
    const auto doubled = make<ov::op::v1::Multiply>("double", shape, integers({1, 1, 1, 1}));
    const auto model = model_of(
        {make<ov::op::v1::Reshape>("reshape", convolution(x, "a", 1, {.outputs = 3, .kernel = 1}), doubled, false)},
        {x});
    EXPECT_EQ(placed(place_quantizers(*model, {})), (Placed{{"x", {"a:0"}}}));
}

TEST(PlaceQuantizers, AnUnknownDeviceIsRefusedWithTheNearest) {
    const auto x = parameter({1, 3, 8, 8});
    const auto model = model_of({convolution(x, "a", 1)}, {x});
    Options options;
    options.target_device = "cpu";
    EXPECT_NO_THROW(place_quantizers(*model, options));
    options.target_device = "CPV";
    try {
        place_quantizers(*model, options);
        FAIL();
    } catch (const Error& error) {
        EXPECT_EQ(error.code(), ErrorCode::InvalidOption);
        EXPECT_NE(std::string(error.what()).find("did you mean \"CPU\""), std::string::npos) << error.what();
    }
}

TEST(RemoveQuantizer, TakesTheOperationsOtherQuantizersAlong) {
    const auto x = parameter({1, 4, 8, 8});
    const auto a = relu(convolution(x, "a", 1, {.pad = 1}), "r");
    const auto sum = make<ov::op::v1::Add>("sum", convolution(a, "b", 3, {.pad = 1}), a);
    const auto model = model_of({sum}, {x});
    auto plan = place_quantizers(*model, {});
    const auto at = std::find_if(plan.quantizers.begin(), plan.quantizers.end(),
                                 [](const Quantizer& quantizer) { return tensor_name(quantizer.tensor) == "b/add"; });
    remove_quantizer(plan, static_cast<std::size_t>(at - plan.quantizers.begin()), "because");
    // The Add is left; the tensor that the convolution reads as well keeps its quantizer for that one.
    EXPECT_EQ(placed(plan), (Placed{{"x", {"a:0"}}, {"r", {"b:0"}}}));
    ASSERT_FALSE(plan.left.empty());
    EXPECT_EQ(plan.left.back().operation, "sum");
    EXPECT_EQ(plan.left.back().reason, "because");
}

TEST(PlaceQuantizers, WhatTheDeviceComputesInFloatingPointIsQuantizedAsByPotOnly) {
    const auto x = parameter({1, 4, 8, 8}), y = parameter({1, 4, 8, 8}, "y");
    const auto quotient = make<ov::op::v1::Divide>("quotient", x, y);
    const auto power = make<ov::op::v1::Power>("power", quotient, constant({}, {2}));
    const auto model = model_of({power}, {x, y});
    EXPECT_EQ(placed(place_quantizers(*model, {})), Placed{});
    EXPECT_EQ(placed(place_quantizers(*model, {.quantize_unaccelerated = true})),
              (Placed{{"x", {"quotient:0"}}, {"y", {"quotient:1"}}, {"quotient", {"power:0"}}}));
}

/// Names of the operations that stay in floating point for `reason`.
std::set<std::string> left_for(const QuantizerPlan& plan, const std::string& reason) {
    std::set<std::string> names;
    for (const auto& remark : plan.left) {
        if (remark.reason.find(reason) != std::string::npos) {
            names.insert(remark.operation);
        }
    }
    return names;
}

TEST(PlaceQuantizers, AnAdditionWithoutANeighbourInInt8IsQuantizedAsByPotOnly) {
    const auto x = parameter({1, 3, 8, 8});  // the magnitude of two parts of a spectrum
    const auto real = make<ov::op::v1::Power>("real", convolution(x, "a", 1), constant({}, {2}));
    const auto imaginary = make<ov::op::v1::Power>("imaginary", convolution(x, "b", 2), constant({}, {2}));
    const auto magnitude = make<ov::op::v0::Sqrt>("root", make<ov::op::v1::Add>("sum", real, imaginary));
    const auto model = model_of({convolution(magnitude, "c", 3)}, {x});
    const auto plan = place_quantizers(*model, {});
    EXPECT_EQ(placed(plan), (Placed{{"x", {"a:0", "b:0"}}, {"root", {"c:0"}}}));
    EXPECT_EQ(left_for(plan, "no neighbour"), (std::set<std::string>{"sum"}));
    EXPECT_EQ(placed(place_quantizers(*model, {.quantize_unaccelerated = true})).count("real"), 1U);
}

TEST(PlaceQuantizers, AShapeMakesNoNeighbours) {
    const auto x = parameter({-1, 3, 8, 8});
    const auto a = convolution(x, "a", 1, {.pad = 1});
    const auto power = make<ov::op::v1::Power>("power", a, constant({}, {2}));
    const auto other = make<ov::op::v1::Power>("other", power, constant({}, {2}));
    const auto sum = make<ov::op::v1::Add>("sum", power, other);
    const auto shape = make<ov::op::v3::ShapeOf>("shape", a);
    const auto turned = make<ov::op::v1::Reshape>("turned", sum, shape, false);
    const auto model = model_of({convolution(make<ov::op::v0::Sqrt>("root", turned), "b", 2)}, {x});
    EXPECT_EQ(placed(place_quantizers(*model, {})), (Placed{{"x", {"a:0"}}, {"root", {"b:0"}}}));
}

TEST(PlaceQuantizers, TablesSayWhereInt8Gains) {
    const auto x = parameter({1, 3, 8, 8});
    const auto sum = make<ov::op::v1::Add>("sum", make<ov::op::v0::Exp>("e", x), make<ov::op::v0::Sqrt>("s", x));
    const auto model = model_of({sum}, {x});
    const auto places = [&](const std::string& accelerated) {
        const auto table = R"({"based_on": "cpu", "targets": ["MINE"], "operations": [{"types": ["Add"],
            "activations": "q8_a", "weights": "q8_w", "accelerated": )" +
                           accelerated + "}]}";
        return placed(place_quantizers(*model, {.hardware_rules = table})).size();
    };
    EXPECT_EQ(places("true"), 2U);
    EXPECT_EQ(places("\"beside\""), 0U);
    EXPECT_EQ(places("\"before\""), 0U);
    EXPECT_EQ(places("false"), 0U);
    EXPECT_THROW(places("\"always\""), Error);
    for (const auto& [device, count] : std::map<std::string, std::size_t>{{"GPU", 0}, {"CPU_SPR", 0}, {"NPU", 2}}) {
        EXPECT_EQ(placed(place_quantizers(*model, {.target_device = device})).size(), count) << device;
    }
}

TEST(PlaceQuantizers, AnAdditionBesideAConvolutionGainsByInt8) {
    const auto x = parameter({1, 4, 8, 8});
    const auto behind = make<ov::op::v1::Add>("behind", relu(convolution(x, "a", 1, {.pad = 1}), "r"), x);
    EXPECT_EQ(placed(place_quantizers(*model_of({behind}, {x}), {})),
              (Placed{{"x", {"a:0", "behind:1"}}, {"r", {"behind:0"}}}));
    const auto y = parameter({1, 4, 8, 8}, "y");
    const auto before = make<ov::op::v1::Add>("before", x, y);
    EXPECT_EQ(placed(place_quantizers(*model_of({convolution(relu(before, "s"), "b", 1)}, {x, y}), {})),
              (Placed{{"x", {"before:0"}}, {"y", {"before:1"}}, {"s", {"b:0"}}}));
}

TEST(PlaceQuantizers, AMeanGainsByInt8OnlyBeforeAnotherOperation) {
    const auto x = parameter({1, 4, 8, 8});
    const auto mean = make<ov::op::v1::ReduceMean>("mean", relu(convolution(x, "a", 1), "r"), integers({2, 3}), true);
    const auto last = place_quantizers(*model_of({mean}, {x}), {});
    EXPECT_EQ(placed(last), (Placed{{"x", {"a:0"}}}));
    EXPECT_EQ(left_for(last, "nothing that reads it"), (std::set<std::string>{"mean"}));
    const auto model = model_of({convolution(relu(mean, "s"), "b", 3, {.kernel = 1})}, {x});
    EXPECT_EQ(placed(place_quantizers(*model, {})), (Placed{{"x", {"a:0"}}, {"r", {"mean:0"}}, {"s", {"b:0"}}}));
}

TEST(PlaceQuantizers, MoveAboveWhatPicksAPartWhoseRestIsReadInFloatAsByPotOnly) {
    const auto x = parameter({2, 3, 8, 8});
    const auto part = [&](const std::string& name, std::int64_t index) {
        return make<ov::op::v8::Gather>(name, x, integers({index}), integers({0}));
    };
    const auto model =
        model_of({convolution(part("first", 0), "a", 1), make<ov::op::v0::Exp>("exp", part("second", 1))}, {x});
    EXPECT_EQ(placed(place_quantizers(*model, {})), (Placed{{"first", {"a:0"}}}));
    EXPECT_EQ(placed(place_quantizers(*model, {.careful_propagation = false})), (Placed{{"x", {"first:0"}}}));
    const auto both = model_of({convolution(part("first", 0), "a", 1), convolution(part("second", 1), "b", 2)}, {x});
    EXPECT_EQ(placed(place_quantizers(*both, {})), (Placed{{"x", {"first:0", "second:0"}}}));
}

TEST(PlaceQuantizers, ARecurrentOperationThatCarriesAStateIsQuantizedAsByPotOnly) {
    const auto model = [](bool carries) {
        const auto x = parameter({1, 5, 4}), state = parameter({1, 2, 1, 8}, "state");
        const auto part = [&](const std::string& name, std::int64_t index) -> ov::Output<ov::Node> {
            const auto picked = make<ov::op::v8::Gather>(name, state, integers({index}), integers({1}));
            return carries ? make<ov::op::v0::Squeeze>(name + "_squeezed", picked, integers({1}))
                           : Output(constant({1, 1, 8}, std::vector<float>(8, 0)));
        };
        const auto lstm = std::make_shared<ov::op::v5::LSTMSequence>(
            x, part("h", 0), part("c", 1), integers({5}), random_constant({1, 32, 4}, 1),
            random_constant({1, 32, 8}, 2), random_constant({1, 32}, 3), 8,
            ov::op::RecurrentSequenceDirection::FORWARD);
        lstm->set_friendly_name("lstm");
        return carries ? model_of(lstm->outputs(), {x, state}) : model_of(lstm->outputs(), {x});
    };
    const auto plan = place_quantizers(*model(true), {});
    EXPECT_EQ(placed(plan), Placed{});
    EXPECT_EQ(left_for(plan, "add up"), (std::set<std::string>{"lstm"}));
    EXPECT_EQ(placed(place_quantizers(*model(true), {.careful_propagation = false})).count("x"), 1U);
    EXPECT_EQ(placed(place_quantizers(*model(false), {})).count("x"), 1U);
}

TEST(PlaceQuantizers, MoveAboveALimitAsByPotOnly) {
    const auto x = parameter({1, 3, 8, 8});
    const auto limit = make<ov::op::v1::Minimum>("limit", x, constant({}, {6}));
    const auto model = model_of({convolution(limit, "b", 3)}, {x});
    EXPECT_EQ(placed(place_quantizers(*model, {})), (Placed{{"limit", {"b:0"}}}));
    EXPECT_EQ(placed(place_quantizers(*model, {.careful_propagation = false})), (Placed{{"x", {"limit:0"}}}));
}

TEST(PlaceQuantizers, RangesPerChannelPassWhatMovesChannelsAsByPotOnly) {
    const auto x = parameter({1, 4, 8, 4});
    const auto turned = make<ov::op::v1::Transpose>("turned", x, integers({0, 3, 1, 2}));
    const auto model = model_of({depthwise(turned, "depthwise", 3)}, {x});
    EXPECT_EQ(find(place_quantizers(*model, {}), "x").scheme.granularity, Granularity::PerTensor);
    EXPECT_EQ(find(place_quantizers(*model, {.careful_propagation = false}), "x").scheme.granularity,
              Granularity::PerChannel);
}

TEST(PlaceQuantizers, NamedOperationsGet16Bits) {
    const auto x = parameter({1, 3, 8, 8});
    const auto a = convolution(x, "a", 1), b = convolution(x, "b", 2);
    const auto model = model_of({a, b}, {x});
    Options options{.target_device = "GNA3"};
    options.weights.level_low = -100;  // holds for the others
    options.weights.level_high = 100;
    options.weights.int16_scope = {"re:a|nothing"};
    const auto plan = place_quantizers(*model, options);
    EXPECT_EQ(find(plan, "a/weights").scheme.levels(), 65535U);
    EXPECT_EQ(find(plan, "a/weights").scheme.bits, 16);
    EXPECT_EQ(find(plan, "b/weights").scheme.levels(), 201U);

    const Options on_cpu{.activations = {.int16_scope = {"b"}}};
    const auto shared = place_quantizers(*model, on_cpu);
    EXPECT_EQ(find(shared, "x").scheme.levels(), 65536U) << "also where another operation shares the tensor";
    EXPECT_EQ(find(shared, "a/weights").scheme.bits, 8);
}

TEST(PlaceQuantizers, ScopesWithoutEffectAreTold) {
    const auto x = parameter({1, 3, 8, 8});
    const auto model = model_of({relu(convolution(x, "a", 1), "r")}, {x});
    const Options options{.weights = {.int16_scope = {"a", "r"}}, .activations = {.int16_scope = {"re:a|r"}}};
    EXPECT_EQ(unused_scopes(place_quantizers(*model, options), options),
              std::vector<std::string>{"weights.int16_scope: r"});
}

TEST(PlaceQuantizers, OneOf16BitsWidensAllThatShareARange) {
    const auto x = parameter({1, 3, 8, 8}), y = parameter({1, 3, 8, 8});
    const auto left = convolution(x, "left", 1), right = convolution(y, "right", 2);
    const auto joined = make<ov::op::v0::Concat>("joined", ov::OutputVector{left, right}, 1);
    const auto model = model_of({convolution(joined, "after", 3), convolution(left, "beside", 4)}, {x, y});
    const auto plan = place_quantizers(*model, {.activations = {.int16_scope = {"beside"}}});
    ASSERT_EQ(find(plan, "left/add").group, find(plan, "right/add").group);
    EXPECT_EQ(find(plan, "left/add").scheme.bits, 16);
    EXPECT_EQ(find(plan, "right/add").scheme.bits, 16);
}

TEST(RemoveQuantizer, TakesOneThatServesNoOperation) {
    const auto x = parameter({1, 4});
    const auto sum = make<ov::op::v1::Add>("sum", make<ov::op::v0::Sin>("sin", x), constant({1, 4}, {1, 2, 3, 4}));
    const auto model = model_of({make<ov::op::v8::Softmax>("softmax", sum, 1)}, {x});
    auto plan = place_quantizers(*model, {.target_device = "GNA"});
    while (!plan.quantizers.empty()) {
        const auto before = plan.quantizers.size();
        remove_quantizer(plan, before - 1, "test");
        ASSERT_LT(plan.quantizers.size(), before);
    }
}

TEST(PlaceQuantizers, RefuseLevelsThatAreNoGrid) {
    const auto x = parameter({1, 3, 8, 8});
    const auto model = model_of({convolution(x, "a", 1)}, {x});
    const TensorOptions grids[] = {{.level_low = 200},
                                   {.level_low = 0, .level_high = 1},
                                   {.level_low = std::numeric_limits<std::int64_t>::min(),
                                    .level_high = std::numeric_limits<std::int64_t>::max()}};
    for (const auto& grid : grids) {
        try {
            place_quantizers(*model, {.activations = grid});
            ADD_FAILURE() << *grid.level_low;
        } catch (const Error& error) {
            EXPECT_EQ(error.code(), ErrorCode::InvalidOption);
        }
    }
}

TEST(PlaceQuantizers, AUsersTableMayLeaveOutTheAddBehindAnOutput) {
    const auto x = parameter({1, 3, 8, 8});
    const auto model = model_of({relu(convolution(x, "a", 1), "r")}, {x});
    const Options options{.hardware_rules = R"({"based_on": "gna", "targets": ["MINE"], "without": ["Add"]})"};
    EXPECT_FALSE(place_quantizers(*model, options).quantizers.empty());
}

}  // namespace
}  // namespace octet
