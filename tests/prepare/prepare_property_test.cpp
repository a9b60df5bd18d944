#include <random>

#include <gtest/gtest.h>

#include "graph/operations.hpp"
#include "support.hpp"

namespace octet::test {
namespace {

using ov::op::v1::Add;
using ov::op::v1::Divide;
using ov::op::v1::Multiply;
using ov::op::v1::Subtract;

// A random chain of convolutions, scales, shifts, normalizations and activations on [1,C,6,6], some of its tensors read
// twice or being outputs.
class RandomChain {
public:
    explicit RandomChain(unsigned seed) : random_(seed) {}

    std::shared_ptr<ov::Model> build() {
        value_ = parameter(ov::Shape{1, channels_, 6, 6});
        ov::OutputVector outputs;
        const int length = pick(3, 14);
        for (int i = 0; i < length; ++i) {
            append();
            value_.get_node()->set_friendly_name("node" + std::to_string(i));
            if (pick(0, 9) == 0 && i + 1 < length) {
                outputs.push_back(value_);
            }
        }
        outputs.push_back(value_);
        return model_of(outputs);
    }

private:
    int pick(int low, int high) {
        return std::uniform_int_distribution<int>(low, high)(random_);
    }
    std::shared_ptr<Constant> positive(const ov::Shape& shape) {
        return numbers(shape, static_cast<unsigned>(random_()), 0.3F, 1.7F);
    }
    ov::Shape some_shape() {
        const ov::Shape shapes[] = {{}, {1}, {1, channels_, 1, 1}, {channels_, 1, 1}, {1, 1, 1, 1}};
        return shapes[pick(0, 4)];
    }
    void convolve() {
        const auto out = static_cast<std::size_t>(pick(1, 5));
        const std::size_t kernel = pick(0, 1) == 0 ? 1 : 3;
        auto weights = numbers({out, channels_, kernel, kernel}, static_cast<unsigned>(random_()));
        value_ = convolution(value_, pick(0, 2) == 0 ? compressed(weights) : Value(weights), kernel == 3 ? 1 : 0);
        channels_ = out;
    }
    void append() {
        switch (pick(0, 9)) {
            case 0:
            case 1:
                return convolve();
            case 2:
                value_ = std::make_shared<Multiply>(value_, positive(some_shape()));
                return;
            case 3:
                value_ = std::make_shared<Add>(positive(some_shape()), value_);
                return;
            case 4:
                value_ = std::make_shared<Subtract>(value_, positive(some_shape()));
                return;
            case 5:
                value_ = std::make_shared<Divide>(value_, positive(some_shape()));
                return;
            case 6:
                value_ = std::make_shared<ov::op::v0::Relu>(value_);
                return;
            case 7:
                value_ = std::make_shared<Add>(value_, std::make_shared<ov::op::v0::Tanh>(value_));
                return;
            case 8:
                value_ = std::make_shared<ov::op::v1::Minimum>(
                    std::make_shared<ov::op::v1::Maximum>(value_, scalar(-2)), scalar(2));
                return;
            default:
                value_ = std::make_shared<ov::op::v5::BatchNormInference>(
                    value_, positive({channels_}), numbers({channels_}, static_cast<unsigned>(random_())),
                    numbers({channels_}, static_cast<unsigned>(random_())), positive({channels_}), 1e-4);
        }
    }

    std::mt19937 random_;
    std::size_t channels_ = 3;
    Value value_;
};

TEST(PrepareProperty, RandomChainsKeepTheirOutputsAndLoseTheirBatchNorms) {
    for (unsigned seed = 0; seed < 40; ++seed) {
        SCOPED_TRACE(seed);
        const auto result = prepared(RandomChain(seed).build());
        EXPECT_EQ(result.count("BatchNormInference"), 0U);
        EXPECT_EQ(result.count("Subtract"), 0U);
        EXPECT_EQ(result.count("Divide"), 0U);
        EXPECT_TRUE(has_unique_names(*result.after));
        EXPECT_SAME_MODEL(result, 1e-4);
        if (HasFailure()) {
            break;
        }
    }
}

TEST(PrepareProperty, PreparingTwiceChangesNothingMore) {
    for (unsigned seed = 0; seed < 60; ++seed) {
        const auto first = prepared(RandomChain(seed).build());
        const auto second = prepared(first.after);
        EXPECT_TRUE(second.changes.empty())
            << seed << ": " << second.changes.front().operation << " " << second.changes.front().what;
    }
}

TEST(PrepareProperty, TheSameModelGivesTheSameNamesAndChanges) {
    for (unsigned seed = 0; seed < 10; ++seed) {
        const auto model = RandomChain(seed).build();
        const auto first = prepared(model->clone());
        const auto second = prepared(model->clone());
        ASSERT_EQ(first.changes.size(), second.changes.size());
        for (std::size_t i = 0; i < first.changes.size(); ++i) {
            EXPECT_EQ(first.changes[i].operation, second.changes[i].operation);
            EXPECT_EQ(first.changes[i].what, second.changes[i].what);
        }
        const auto left = first.after->get_ordered_ops();
        const auto right = second.after->get_ordered_ops();
        ASSERT_EQ(left.size(), right.size());
        for (std::size_t i = 0; i < left.size(); ++i) {
            EXPECT_EQ(left[i]->get_friendly_name(), right[i]->get_friendly_name());
        }
    }
}

}  // namespace
}  // namespace octet::test
