#include "algorithms/gradient_fit.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>
#include <utility>
#include <vector>

#include <Eigen/Core>

#include "base/ordered_pool.hpp"
#include "base/threads.hpp"

namespace octet {
namespace {

using Matrix = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

constexpr std::size_t kMostRows = 512;
constexpr double kOutside = 0.01;  // of the gradient, where a value is cut off

Eigen::Index index(std::size_t value) {
    return static_cast<Eigen::Index>(value);
}

/// What changes one set of parameters by their gradients.
class Updater {
public:
    Updater(const TuningOptions& options, double rate, Eigen::Index rows, Eigen::Index columns)
        : optimizer_(options.optimizer),
          decay_(options.weight_decay),
          rate_(rate),
          first_(Matrix::Zero(rows, columns)),
          second_(Matrix::Zero(rows, columns)) {}

    void step(Matrix& values, const Matrix& slope, std::size_t number) {
        constexpr double kFirst = 0.9, kSecond = 0.999, kTiny = 1e-8;
        const Matrix gradient = slope + decay_ * values;
        if (optimizer_ == Optimizer::Sgd) {
            values -= rate_ * gradient;
            return;
        }
        first_ = kFirst * first_ + (1 - kFirst) * gradient;
        second_ = kSecond * second_ + (1 - kSecond) * gradient.cwiseAbs2();
        const double count = static_cast<double>(number + 1);
        const double first_share = 1 - std::pow(kFirst, count), second_share = 1 - std::pow(kSecond, count);
        values.array() -= rate_ * (first_.array() / first_share) / ((second_.array() / second_share).sqrt() + kTiny);
    }

private:
    Optimizer optimizer_;
    double decay_, rate_;
    Matrix first_, second_;
};

/// A tensor on its grid, and what its gradient is by.
struct Quantized {
    Matrix values;
    Matrix inside;    ///< d values / d input: 1, or kOutside where cut off
    Matrix by_scale;  ///< d values / d log(step)
};

Quantized quantize(const Matrix& from, const Matrix& steps, double low, double high) {
    Quantized to{from, from, from};
    for (Eigen::Index r = 0; r < from.rows(); ++r) {
        const double step = steps(steps.rows() == 1 ? 0 : r, 0);
        for (Eigen::Index c = 0; c < from.cols(); ++c) {
            const double place = from(r, c) / step;
            const double value = std::clamp(std::nearbyint(place), low, high) * step;
            const bool is_inside = place >= low && place <= high;
            to.values(r, c) = value;
            to.inside(r, c) = is_inside ? 1 : kOutside;
            to.by_scale(r, c) = is_inside ? value - from(r, c) : value;
        }
    }
    return to;
}

/// Of one group of a layer.
class GroupTuner {
public:
    struct Input {
        double step, low, high;  ///< of the quantizer: multiples of `step`
    };

    GroupTuner(const LayerWeights& weights, std::size_t group, const std::optional<Input>& input,
               const TuningOptions& options)
        : low_(weights.low), high_(weights.high), has_bias_(weights.has_bias), group_(group), input_(input) {
        const auto outputs = index(weights.outputs), width = index(weights.width);
        values_.resize(outputs, width);
        scales_.resize(outputs, 1);
        bias_.resize(outputs, 1);
        for (std::size_t o = 0; o < weights.outputs; ++o) {
            const std::size_t channel = group * weights.outputs + o;
            const auto first = weights.values.begin() + static_cast<std::ptrdiff_t>(channel * weights.width);
            std::copy(first, first + width, &values_(index(o), 0));
            scales_(index(o), 0) = std::log(weights.steps[channel]);
            bias_(index(o), 0) = weights.bias[channel];
        }
        range_ = Matrix::Constant(1, 1, input ? std::log(input->step) : 0);
        const double scale_lr = options.weight_fq.scale_lr.value_or(options.scale_lr);
        updaters_.emplace_back(options, options.weights_lr, outputs, width);
        updaters_.emplace_back(options, weights.may_change_steps ? scale_lr : 0, outputs, 1);
        updaters_.emplace_back(options, weights.has_bias ? options.bias_lr : 0, outputs, 1);
        updaters_.emplace_back(options, options.input_fq.scale_lr.value_or(options.scale_lr), 1, 1);
    }

    /// Mean squared error over the chosen rows; one step down its gradient, unless the loss is no larger than
    /// `step_above`.
    double step(const LayerRows& rows, const std::vector<std::size_t>& chosen, std::size_t number, double step_above) {
        const auto state = run(rows, chosen);
        const double loss = state.off.squaredNorm() / static_cast<double>(state.off.size());
        if (!(loss > step_above)) {
            return loss;
        }
        const Matrix slope = state.off * (2 / static_cast<double>(state.off.size()));
        const Matrix by_weights = slope.transpose() * state.read.values;
        const Matrix by_scales = by_weights.cwiseProduct(state.weights.by_scale).rowwise().sum();
        const Matrix by_values = by_weights.cwiseProduct(state.weights.inside);
        const Matrix by_bias = slope.colwise().sum().transpose();
        if (input_) {
            const Matrix by_read = slope * state.weights.values;
            updaters_[3].step(range_, Matrix::Constant(1, 1, by_read.cwiseProduct(state.read.by_scale).sum()), number);
        }
        updaters_[0].step(values_, by_values, number);
        updaters_[1].step(scales_, by_scales, number);
        if (has_bias_) {
            updaters_[2].step(bias_, by_bias, number);
        }
        return loss;
    }

    /// Sum of squared errors over all rows.
    double error(const LayerRows& rows) const {
        double total = 0;
        std::vector<std::size_t> chosen;
        for (std::size_t row = 0, count = rows.inputs().count; row < count; ++row) {
            chosen.push_back(row);
            if (chosen.size() == kMostRows || row + 1 == count) {
                total += run(rows, chosen).off.squaredNorm();
                chosen.clear();
            }
        }
        return total;
    }

    void write(LayerFit& fit) const {
        const auto weights = quantized_weights();
        const std::size_t outputs = static_cast<std::size_t>(values_.rows()), first = group_ * outputs;
        for (std::size_t o = 0; o < outputs; ++o) {
            fit.steps[first + o] = std::exp(scales_(index(o), 0));
            fit.bias[first + o] = bias_(index(o), 0);
            for (Eigen::Index i = 0; i < values_.cols(); ++i) {
                fit.values[(first + o) * static_cast<std::size_t>(values_.cols()) + static_cast<std::size_t>(i)] =
                    static_cast<float>(weights.values(index(o), i));
            }
        }
    }

    double input_step() const {
        return std::exp(range_(0, 0));
    }

private:
    struct State {
        Quantized weights, read;
        Matrix off;
    };

    Quantized quantized_weights() const {
        return quantize(values_, scales_.array().exp().matrix(), low_, high_);
    }

    State run(const LayerRows& rows, const std::vector<std::size_t>& chosen) const {
        const auto x = rows.inputs(), y = rows.targets();
        State state;
        Matrix read(index(chosen.size()), values_.cols()), wanted(index(chosen.size()), values_.rows());
        for (std::size_t r = 0; r < chosen.size(); ++r) {
            const float* from = x[chosen[r]] + group_ * static_cast<std::size_t>(values_.cols());
            std::copy(from, from + values_.cols(), &read(index(r), 0));
            const float* target = y[chosen[r]] + group_ * static_cast<std::size_t>(values_.rows());
            std::copy(target, target + values_.rows(), &wanted(index(r), 0));
        }
        if (input_) {
            state.read = quantize(read, range_.array().exp().matrix(), input_->low, input_->high);
        } else {
            state.read.values = std::move(read);
        }
        state.weights = quantized_weights();
        state.off = state.read.values * state.weights.values.transpose() - wanted;
        state.off.rowwise() += bias_.col(0).transpose();
        return state;
    }

    double low_, high_;
    bool has_bias_;
    std::size_t group_;
    std::optional<Input> input_;
    Matrix values_, scales_, bias_, range_;  // scales, range: logarithms of steps
    std::vector<Updater> updaters_;          // in this order
};

/// The rows of a step.
std::vector<std::size_t> draw_rows(std::mt19937& generator, std::size_t samples, std::size_t rows_of_sample,
                                   std::size_t batch) {
    const auto below = [&](std::size_t count) { return static_cast<std::size_t>(generator()) % count; };
    std::vector<std::size_t> rows;
    const std::size_t taken = std::min(batch, samples);
    const std::size_t of_each = std::clamp<std::size_t>(kMostRows / taken, 1, rows_of_sample);
    for (std::size_t s = 0; s < taken; ++s) {
        const std::size_t sample = below(samples);
        for (std::size_t r = 0; r < of_each; ++r) {
            rows.push_back(sample * rows_of_sample + (of_each == rows_of_sample ? r : below(rows_of_sample)));
        }
    }
    return rows;
}

}  // namespace

std::optional<LayerFit> fit_by_gradient(const LayerWeights& weights, const std::optional<InputQuantizer>& input,
                                        const SplitRows& rows, std::size_t samples, const TuningOptions& options,
                                        std::uint64_t seed, std::size_t threads,
                                        const std::function<bool()>& cancelled) {
    std::optional<GroupTuner::Input> input_grid;
    if (input) {
        const auto last = static_cast<double>(input->levels - 1);
        const double step = (input->range.high - input->range.low) / last,
                     low = std::nearbyint(input->range.low / step);
        input_grid = GroupTuner::Input{step, low, low + last};
    }
    const std::size_t rows_of_sample = rows.fitted.inputs().count / samples;
    const std::size_t steps = count_steps(options);
    std::vector<std::optional<GroupTuner>> tuners(weights.groups);
    std::vector<double> before(weights.groups), after(weights.groups);
    run_in_order<bool>(
        weights.groups, usable_threads(threads),
        [&](std::size_t, std::size_t g) {
            auto& tuner = tuners[g].emplace(weights, g, input_grid, options);
            before[g] = tuner.error(rows.held_out);
            std::mt19937 generator(static_cast<std::uint32_t>(seed));
            auto chosen = draw_rows(generator, samples, rows_of_sample, options.batch_size);
            double last = -1;
            for (std::size_t step = 0; step < steps && !cancelled(); ++step) {
                last = tuner.step(rows.fitted, chosen, step, options.only_on_loss_increase ? last : -1);
                if (options.update_every_batch) {
                    chosen = draw_rows(generator, samples, rows_of_sample, options.batch_size);
                }
            }
            after[g] = tuner.error(rows.held_out);
            return true;
        },
        [](std::size_t, bool&&) {}, cancelled);
    LayerFit fit{.values = weights.values, .steps = weights.steps, .bias = weights.bias};
    for (std::size_t g = 0; g < weights.groups; ++g) {
        tuners[g]->write(fit);
        fit.before += before[g];
        fit.after += after[g];
    }
    if (input_grid) {
        fit.input_share = tuners[0]->input_step() / input_grid->step;
    }
    return fit.after < fit.before ? std::optional(std::move(fit)) : std::nullopt;
}

}  // namespace octet
