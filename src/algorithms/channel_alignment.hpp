#pragma once

#include "algorithms/algorithm.hpp"

namespace octet {

/// Lays the channels between two convolutions onto each other, so that one range fits all of them, after POT's
/// ActivationChannelAlignment. Of a convolution (or group convolution) whose output, behind its bias, is read by
/// nothing but a convolution of one group without padding, strides and dilations, channel c becomes (x - m_c) / s_c:
///
///     W1[c] / s_c, (b1[c] - m_c) / s_c        W2[:,c] * s_c, b2 + sum_c,k W2[:,c,k] * m_c
///
/// with m_c the middle and R_c the width of what lies between the quantiles 1e-4 and 1 - 1e-4 of channel c (medians
/// over samples), and s_c = R_c over the median of the R_c above zero, within [0.01, 100]. What the model computes
/// stays. Operations without a bias get one where it would not be zero. Pairs with a constant behind them that is no
/// bias are left. As in POT the ignored scope is not asked, and zeros at the border of a convolution with `auto_pad`
/// same_upper or same_lower are not taken into account.
///
/// The statistics of the tensors between follow; the second convolutions are noted in the plan.
class ChannelAlignment final : public Algorithm {
public:
    std::string name() const override {
        return "ActivationChannelAlignment";
    }
    void request(const ov::Model& model, const Context& context, StatisticPlan& statistics) const override;
    std::vector<Change> apply(ov::Model& model, Context& context) const override;
};

}  // namespace octet
