#include "numeric/adaround.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include "numeric/products.hpp"

namespace octet {
namespace {

constexpr double kStretch = 1.2, kBelow = 0.1;  // of the sigmoid, so that it reaches 0 and 1
constexpr double kRate = 0.05, kFirst = 0.9, kSecond = 0.999, kTiny = 1e-8;  // of Adam
constexpr double kWarmUp = 0.2;                                              // share of the steps without a price
constexpr double kPrice = 16;  // in expected squared errors of a rounded weight
constexpr double kFirstPower = 20, kLastPower = 2;
constexpr double kEdge = 0.01;  // a share nearer to a place starts here: further out the sigmoid is flat

/// What a step of Adam needs of its number.
struct Step {
    double power = 0, price = 0;
    double first_left = 1, second_left = 1;  // by how much the means are short

    Step(std::size_t number, std::size_t count) {
        const double time = static_cast<double>(number) / static_cast<double>(count),
                     taken = static_cast<double>(number + 1);
        const double progress = (time - kWarmUp) / (1 - kWarmUp);
        price = progress < 0 ? 0 : kPrice;
        power = kFirstPower + (kLastPower - kFirstPower) * std::max(0.0, progress);
        first_left = 1 - std::pow(kFirst, taken);
        second_left = 1 - std::pow(kSecond, taken);
    }
};

/// How far a weight is on its way from the lower place to the upper.
class Share {
public:
    explicit Share(double start) : logit_(-std::log(kStretch / (std::clamp(start, kEdge, 1 - kEdge) + kBelow) - 1)) {
        update();
    }

    double value() const {
        return value_;
    }

    /// `slope`: derivative of the error.
    void move(double slope, const Step& step) {
        if (by_logit_ > 0) {
            const double side = 2 * value_ - 1;  // the price is 1 - |side|^power
            const double by_price = -2 * step.power * std::copysign(std::pow(std::fabs(side), step.power - 1), side);
            slope = (slope + step.price * by_price) * by_logit_;
        } else {
            slope = 0;
        }
        first_ = kFirst * first_ + (1 - kFirst) * slope;
        second_ = kSecond * second_ + (1 - kSecond) * slope * slope;
        logit_ -= kRate * (first_ / step.first_left) / (std::sqrt(second_ / step.second_left) + kTiny);
        update();
    }

private:
    void update() {
        const double sigmoid = 1 / (1 + std::exp(-logit_)), stretched = kStretch * sigmoid - kBelow;
        value_ = std::clamp(stretched, 0.0, 1.0);
        by_logit_ = value_ == stretched ? kStretch * sigmoid * (1 - sigmoid) : 0;
    }

    double logit_, value_ = 0, by_logit_ = 0;
    double first_ = 0, second_ = 0;  // means of slopes and their squares
};

/// Mean over the weights of what rounding each at random costs.
double expected_error(std::span<const double> products, std::size_t size, double step) {
    double trace = 0;
    for (std::size_t i = 0; i < size; ++i) {
        trace += products[i * size + i];
    }
    return std::max(trace / static_cast<double>(size) * step * step / 12, 1e-300);
}

}  // namespace

void round_as_learned(std::span<const double> products, std::span<const double> wanted,
                      std::span<const WeightGrid> grids, std::size_t steps, const std::function<bool()>& cancelled,
                      std::span<double> weights) {
    const std::size_t channels = grids.size(), size = wanted.size() / channels;
    std::vector<double> lower, slope_units;
    std::vector<Share> shares;
    for (std::size_t c = 0; c < channels; ++c) {
        const auto& grid = grids[c];
        slope_units.push_back(2 * grid.step / expected_error(products, size, grid.step));
        for (const double value : wanted.subspan(c * size, size)) {
            const double place = std::clamp(value / grid.step, grid.low, grid.high);
            lower.push_back(std::min(std::floor(place), grid.high - 1));
            shares.emplace_back(place - lower.back());
        }
    }
    const std::vector<float> narrow(products.begin(), products.end());
    std::vector<float> off(wanted.size());  // [n][channels]
    std::vector<double> slopes(wanted.size());
    const std::vector<double> zeros(std::max(size, channels), 0);
    for (std::size_t number = 0; number < steps && !cancelled(); ++number) {
        for (std::size_t at = 0, c = 0; c < channels; ++c) {
            for (std::size_t i = 0; i < size; ++i, ++at) {
                off[i * channels + c] =
                    static_cast<float>((lower[at] + shares[at].value()) * grids[c].step - wanted[at]);
            }
        }
        std::fill(slopes.begin(), slopes.end(), 0.0);
        add_products({off.data(), size, channels, channels}, std::span(zeros).first(channels),
                     {narrow.data(), size, size, size}, std::span(zeros).first(size), {}, slopes);
        const Step step(number, steps);
        for (std::size_t at = 0, c = 0; c < channels; ++c) {
            for (std::size_t i = 0; i < size; ++i, ++at) {
                shares[at].move(slopes[at] * slope_units[c], step);
            }
        }
    }
    for (std::size_t at = 0, c = 0; c < channels; ++c) {
        for (std::size_t i = 0; i < size; ++i, ++at) {
            weights[at] = grids[c].nearest((lower[at] + (shares[at].value() >= 0.5 ? 1 : 0)) * grids[c].step);
        }
    }
}

}  // namespace octet
