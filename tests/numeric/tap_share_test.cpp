#include <vector>

#include <gtest/gtest.h>

#include "numeric/tap_share.hpp"

namespace octet {
namespace {

TEST(ConvolutionShares, AreOneWithoutPadding) {
    EXPECT_EQ(convolution_shares({.input = 5, .output = 3, .kernel = 3}), std::vector<double>(3, 1));
}

TEST(ConvolutionShares, CountThePositionsAtWhichATapReadsInside) {
    // 4 outputs over 4 inputs, one position of padding at each end: the outer taps miss once.
    EXPECT_EQ(convolution_shares({.input = 4, .output = 4, .kernel = 3, .pad_begin = 1}),
              (std::vector<double>{0.75, 1, 0.75}));
    // Stride 2 and dilation 2: outputs start at -2, 0, 2; taps at +0, +2, +4.
    EXPECT_EQ(convolution_shares({.input = 4, .output = 3, .kernel = 3, .stride = 2, .dilation = 2, .pad_begin = 2}),
              (std::vector<double>{2.0 / 3, 2.0 / 3, 1.0 / 3}));
}

TEST(TransposedConvolutionShares, CountTheInputsWhoseTapLandsInside) {
    // Input i lands at 2*i + tap - 1 in an output of 6: the first tap of input 0 falls out.
    EXPECT_EQ(transposed_convolution_shares({.input = 3, .output = 6, .kernel = 3, .stride = 2, .pad_begin = 1}),
              (std::vector<double>{2.0 / 6, 3.0 / 6, 3.0 / 6}));
}

TEST(Shares, OfAnEmptyOutputAreZero) {
    EXPECT_EQ(convolution_shares({.input = 1, .output = 0, .kernel = 2}), std::vector<double>(2, 0));
}

}  // namespace
}  // namespace octet
