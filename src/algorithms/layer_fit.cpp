#include "algorithms/layer_fit.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <utility>

#include <Eigen/Cholesky>
#include <Eigen/Core>

#include "base/ordered_pool.hpp"
#include "base/threads.hpp"
#include "numeric/adaround.hpp"
#include "numeric/fake_quantize.hpp"
#include "numeric/grid_rounding.hpp"
#include "numeric/products.hpp"

namespace octet {
namespace {

using Matrix = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
using Vector = Eigen::VectorXd;

// Shares of the mean of the inputs' variances that are added to each.
constexpr double kPulls[] = {1e-3, 1e-2, 1e-1, 1};
constexpr double kLeastPull = 1e-2;                                            // where the weights are only rounded
constexpr double kShares[] = {0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 1.05, 1.1, 1.2};  // of the range of the input
constexpr double kSteps[] = {1, 0.95, 0.9, 0.85, 0.8, 0.7};
constexpr std::size_t kSweeps = 20;
constexpr std::size_t kBlock = 64;      // columns or channels that are one piece of work
constexpr std::size_t kRowBlock = 256;  // rows that are one

Eigen::Index index(std::size_t value) {
    return static_cast<Eigen::Index>(value);
}

std::span<const double> span_of(const Matrix& matrix) {
    return {matrix.data(), static_cast<std::size_t>(matrix.size())};
}

/// Runs independent pieces of work that write to different places.
class Workers {
public:
    Workers(std::size_t threads, const std::function<bool()>& cancelled)
        : threads_(usable_threads(threads)), cancelled_(cancelled) {}

    void run(std::size_t count, const std::function<void(std::size_t)>& work) const {
        run_in_order<bool>(
            count, threads_,
            [&](std::size_t, std::size_t piece) {
                work(piece);
                return true;
            },
            [](std::size_t, bool&&) {}, cancelled_);
    }

    const std::function<bool()>& cancelled() const {
        return cancelled_;
    }

private:
    std::size_t threads_;
    const std::function<bool()>& cancelled_;
};

/// Of one group over the rows: means of its inputs x and wanted outputs y, and the mean products of what deviates.
struct Moments {
    std::vector<double> x_means, y_means;
    Matrix xx, yx;

    double mean_variance() const {
        return xx.trace() / static_cast<double>(std::max<std::size_t>(1, x_means.size()));
    }
};

/// `weights` of mean 1.
std::vector<double> column_means(const Rows& rows, std::span<const double> weights) {
    std::vector<double> means(rows.width, 0);
    add_columns(rows, weights, means);
    for (double& mean : means) {
        mean /= static_cast<double>(rows.count);
    }
    return means;
}

/// Of all groups. Without a bias nothing makes up for the means: they count as 0.
std::vector<Moments> measure(const Rows& x, const Rows& y, std::span<const double> weights, std::size_t groups,
                             bool has_bias, const Workers& workers) {
    const std::size_t width = x.width / groups, outputs = y.width / groups;
    std::vector<Moments> all(groups);
    workers.run(groups, [&](std::size_t g) {
        auto& group = all[g];
        group.x_means = has_bias ? column_means(x.columns(g * width, width), weights) : std::vector<double>(width, 0);
        group.y_means =
            has_bias ? column_means(y.columns(g * outputs, outputs), weights) : std::vector<double>(outputs, 0);
        group.xx = Matrix::Zero(index(width), index(width));
        group.yx = Matrix::Zero(index(outputs), index(width));
    });
    const std::size_t x_blocks = (width + kBlock - 1) / kBlock, y_blocks = (outputs + kBlock - 1) / kBlock;
    workers.run(groups * (x_blocks + y_blocks), [&](std::size_t piece) {
        const std::size_t g = piece / (x_blocks + y_blocks), block = piece % (x_blocks + y_blocks);
        auto& group = all[g];
        const auto x_part = x.columns(g * width, width);
        const bool is_x = block < x_blocks;
        const std::size_t first = (is_x ? block : block - x_blocks) * kBlock;
        const std::size_t height = std::min(kBlock, (is_x ? width : outputs) - first);
        const std::size_t from = is_x ? first : 0;  // the rest is its mirror image
        const auto a = is_x ? x_part.columns(first, height) : y.columns(g * outputs + first, height);
        const auto& means = is_x ? group.x_means : group.y_means;
        std::vector<double> sums(height * (width - from), 0);
        add_products(a, std::span(means).subspan(first, height), x_part.columns(from, width - from),
                     std::span(group.x_means).subspan(from), weights, sums);
        for (std::size_t i = 0; i < height; ++i) {
            for (std::size_t j = from; j < width; ++j) {
                const double mean = sums[i * (width - from) + j - from] / static_cast<double>(x.count);
                if (is_x) {
                    group.xx(index(first + i), index(j)) = mean;
                    group.xx(index(j), index(first + i)) = mean;
                } else {
                    group.yx(index(first + i), index(j)) = mean;
                }
            }
        }
    });
    return all;
}

/// Weights of all groups, [outputs][width] each.
using Weights = std::vector<Matrix>;

class Fitter {
public:
    /// `usual`: the error of a row in whose units errors are told; unset: that of the fitted rows, nothing fitted yet.
    Fitter(const LayerWeights& weights, const SplitRows& rows, const TuningOptions& options, const Workers& workers,
           std::optional<double> usual = {})
        : weights_(weights),
          rows_(rows),
          options_(options),
          workers_(workers),
          given_(by_group(weights.values)),
          rounded_(by_group(rounded_as_given())) {
        usual_ = usual ? *usual : median(row_errors(rows_.fitted, rounded_, weights_.bias));
    }

    double usual() const {
        return usual_;
    }

    /// The error on the rows held out as long as nothing is fitted.
    double error_as_given() const {
        return error(rounded_, weights_.bias);
    }

    LayerFit run() {
        const auto targets = reachable_targets(rounded_);
        const auto x = rows_.fitted.inputs();
        moments_ = measure(x, {targets.data(), x.count, rows_.fitted.outputs, rows_.fitted.outputs},
                           row_weights(rounded_), weights_.groups, weights_.has_bias, workers_);
        choose_wanted();
        LayerFit fit;
        fit.values.resize(weights_.values.size());
        fit.steps = weights_.steps;
        fit.bias.resize(weights_.bias.size());
        round(fit);
        fit.before = error_as_given();
        fit.after = error(by_group(fit.values), fit.bias);
        return fit;
    }

private:
    const LayerWeights& weights_;
    const SplitRows& rows_;
    const TuningOptions& options_;
    const Workers& workers_;
    Weights given_, rounded_;
    std::vector<Moments> moments_;  // of the fitted rows
    Weights wanted_;
    double pull_ = kLeastPull;
    double usual_ = 1;  // squared error of a row

    Weights by_group(const std::vector<float>& values) const {
        Weights all;
        for (std::size_t g = 0; g < weights_.groups; ++g) {
            auto& group = all.emplace_back(index(weights_.outputs), index(weights_.width));
            const auto first = values.begin() + static_cast<std::ptrdiff_t>(g * weights_.outputs * weights_.width);
            std::copy(first, first + group.size(), group.data());
        }
        return all;
    }

    std::vector<float> rounded_as_given() const {
        std::vector<float> rounded(weights_.values.size());
        for (std::size_t i = 0; i < rounded.size(); ++i) {
            const WeightGrid grid{weights_.steps[i / weights_.width], weights_.low, weights_.high};
            rounded[i] = static_cast<float>(grid.nearest(weights_.values[i]));
        }
        return rounded;
    }

    /// The bias that suits the fitted rows best.
    double bias(std::size_t g, std::size_t o, std::span<const double> row) const {
        double made = 0;
        for (std::size_t i = 0; i < row.size(); ++i) {
            made += row[i] * moments_[g].x_means[i];
        }
        return moments_[g].y_means[o] - made;
    }

    std::vector<double> biases(const Weights& weights) const {
        std::vector<double> all;
        for (std::size_t g = 0; g < weights_.groups; ++g) {
            for (std::size_t o = 0; o < weights_.outputs; ++o) {
                all.push_back(bias(g, o, {&weights[g](index(o), 0), weights_.width}));
            }
        }
        return all;
    }

    /// Calls take(group, row, output channel, what is made), for several groups and rows at once.
    template <class Take>
    void predict(const LayerRows& rows, const Weights& weights, const std::vector<double>& bias,
                 const Take& take) const {
        const auto x = rows.inputs();
        workers_.run((x.count + kRowBlock - 1) / kRowBlock * weights_.groups, [&](std::size_t piece) {
            const std::size_t g = piece % weights_.groups, first = piece / weights_.groups * kRowBlock;
            const std::size_t count = std::min(kRowBlock, x.count - first);
            Matrix block(index(count), index(weights_.width));
            for (std::size_t r = 0; r < count; ++r) {
                const float* row = x[first + r] + g * weights_.width;
                std::copy(row, row + weights_.width, &block(index(r), 0));
            }
            const Matrix made = block * weights[g].transpose();
            for (std::size_t r = 0; r < count; ++r) {
                for (std::size_t o = 0; o < weights_.outputs; ++o) {
                    const std::size_t channel = g * weights_.outputs + o;
                    take(g, first + r, channel, made(index(r), index(o)) + bias[channel]);
                }
            }
        });
    }

    double cut(double value) const {
        return std::clamp(value, weights_.least, weights_.most);
    }

    /// What is wanted, but what is made where both are cut off alike.
    std::vector<float> reachable_targets(const Weights& current) const {
        auto targets = rows_.fitted.wanted;
        predict(rows_.fitted, current, weights_.bias,
                [&](std::size_t, std::size_t row, std::size_t channel, double made) {
                    auto& target = targets[row * rows_.fitted.outputs + channel];
                    if (cut(target) == cut(made)) {
                        target = static_cast<float>(made);
                    }
                });
        return targets;
    }

    /// Squares of what is off behind the activation, of each row.
    std::vector<double> row_errors(const LayerRows& rows, const Weights& weights,
                                   const std::vector<double>& bias) const {
        const auto targets = rows.targets();
        std::vector<double> errors(targets.count * weights_.groups, 0), of_row(targets.count, 0);
        predict(rows, weights, bias, [&](std::size_t group, std::size_t row, std::size_t channel, double made) {
            const double off = cut(made) - cut(targets[row][channel]);
            errors[row * weights_.groups + group] += off * off;
        });
        for (std::size_t i = 0; i < errors.size(); ++i) {
            of_row[i / weights_.groups] += errors[i];
        }
        return of_row;
    }

    static double median(std::vector<double> values) {
        const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
        std::nth_element(values.begin(), middle, values.end());
        return *middle > 0 ? *middle : 1;
    }

    /// A few rows that are far off, as where a range cuts off, must not decide: squares count by 1 / (usual + square),
    /// which lowers the sum of log(1 + square / usual).
    std::vector<double> row_weights(const Weights& current) const {
        auto weights = row_errors(rows_.fitted, current, weights_.bias);
        double total = 0;
        for (double& weight : weights) {
            weight = 1 / (usual_ + weight);
            total += weight;
        }
        for (double& weight : weights) {
            weight *= static_cast<double>(weights.size()) / total;
        }
        return weights;
    }

    /// Mean of log(1 + square / usual) over the rows held out.
    double error(const Weights& weights, const std::vector<double>& bias) const {
        double total = 0;
        const auto errors = row_errors(rows_.held_out, weights, bias);
        for (const double square : errors) {
            total += std::log1p(square / usual_);
        }
        return total / static_cast<double>(errors.size());
    }

    double error(const Weights& weights) const {
        return error(weights, biases(weights));
    }

    double added(const Moments& moments, double pull) const {
        const double variance = moments.mean_variance();
        return variance > 0 ? pull * variance : 1;
    }

    /// The weights that come nearest on the fitted rows when each is pulled to what is given.
    Weights solve(double pull) const {
        Weights solved(weights_.groups);
        workers_.run(weights_.groups, [&](std::size_t g) {
            const auto& moments = moments_[g];
            Matrix products = moments.xx;
            products.diagonal().array() += added(moments, pull);
            const Eigen::LLT<Eigen::MatrixXd> factored(products);
            const Matrix missing = moments.yx - given_[g] * moments.xx;
            solved[g] = given_[g] + Matrix(factored.solve(missing.transpose()).transpose());
        });
        return solved;
    }

    void choose_wanted() {
        wanted_ = given_;
        double best = error(wanted_);
        for (const double pull : kPulls) {
            auto solved = solve(pull);
            if (const double reached = error(solved); reached < best) {
                best = reached;
                wanted_ = std::move(solved);
                pull_ = pull;
            }
        }
    }

    void round(LayerFit& fit) const {
        std::vector<Matrix> products(weights_.groups), factors(weights_.groups);
        workers_.run(weights_.groups, [&](std::size_t g) {
            products[g] = moments_[g].xx;
            products[g].diagonal().array() += added(moments_[g], pull_);
            factors[g] = Eigen::LLT<Eigen::MatrixXd>(products[g]).matrixU();
        });
        const std::size_t blocks = (weights_.outputs + kBlock - 1) / kBlock;
        workers_.run(weights_.groups * blocks, [&](std::size_t piece) {
            const std::size_t g = piece / blocks, first = piece % blocks * kBlock;
            round_block(g, first, std::min(kBlock, weights_.outputs - first), span_of(products[g]), span_of(factors[g]),
                        fit);
        });
    }

    /// `count` channels of the group from `first` on.
    void round_block(std::size_t g, std::size_t first, std::size_t count, std::span<const double> products,
                     std::span<const double> factor, LayerFit& fit) const {
        const std::size_t width = weights_.width, channel = g * weights_.outputs + first;
        const std::span wanted(&wanted_[g](index(first), 0), count * width);
        std::vector<double> rounded(wanted.size());
        std::vector<WeightGrid> grids;
        for (std::size_t c = 0; c < count; ++c) {
            grids.push_back(round_channel(channel + c, products, factor, wanted.subspan(c * width, width),
                                          std::span(rounded).subspan(c * width, width)));
        }
        std::vector<double> learned(options_.method == TuningMethod::AdaRound ? rounded.size() : 0);
        if (!learned.empty()) {
            round_as_learned(products, wanted, grids, count_steps(options_), workers_.cancelled(), learned);
        }
        for (std::size_t c = 0; c < count; ++c) {
            const auto row = std::span(rounded).subspan(c * width, width);
            if (!learned.empty()) {
                take_nearer(products, wanted.subspan(c * width, width), grids[c],
                            std::span(learned).subspan(c * width, width), row);
            }
            fit.steps[channel + c] = grids[c].step;
            fit.bias[channel + c] = bias(g, first + c, row);
        }
        std::transform(rounded.begin(), rounded.end(),
                       fit.values.begin() + static_cast<std::ptrdiff_t>(channel * width),
                       [](double value) { return static_cast<float>(value); });
    }

    /// Writes `weights` and returns their grid, which has the step that suits best.
    WeightGrid round_channel(std::size_t channel, std::span<const double> products, std::span<const double> factor,
                             std::span<const double> wanted, std::span<double> weights) const {
        WeightGrid grid{weights_.steps[channel], weights_.low, weights_.high};
        std::vector<double> tried(wanted.size());
        double least = std::numeric_limits<double>::infinity();
        double best_step = grid.step;
        for (const double share : kSteps) {
            grid.step = weights_.steps[channel] * share;
            if (const double error = round_in_turn(factor, wanted, grid, tried); error < least) {
                least = error;
                best_step = grid.step;
                std::copy(tried.begin(), tried.end(), weights.begin());
            }
            if (!weights_.may_change_steps) {
                break;
            }
        }
        grid.step = best_step;
        descend(products, wanted, grid, kSweeps, weights);
        // In turn, what one weight cannot make up for at the end of the grid may add up: then the nearest are better.
        std::transform(wanted.begin(), wanted.end(), tried.begin(), [&](double value) { return grid.nearest(value); });
        take_nearer(products, wanted, grid, tried, weights);
        return grid;
    }

    /// Descends from `tried` and takes that for `weights` where it is nearer.
    static void take_nearer(std::span<const double> products, std::span<const double> wanted, const WeightGrid& grid,
                            std::span<double> tried, std::span<double> weights) {
        descend(products, wanted, grid, kSweeps, tried);
        if (error_of(products, wanted, tried) < error_of(products, wanted, weights)) {
            std::copy(tried.begin(), tried.end(), weights.begin());
        }
    }
};

/// What comes out of the layer's input quantizer when its range is `share` times as wide.
LayerRows quantized(LayerRows rows, const InputQuantizer& input, double share) {
    const double low = static_cast<float>(input.range.low * share), high = static_cast<float>(input.range.high * share);
    for (float& value : rows.read) {
        value = static_cast<float>(fake_quantize(value, low, high, low, high, input.levels));
    }
    return rows;
}

SplitRows quantized(const SplitRows& rows, const InputQuantizer& input, double share) {
    return {quantized(rows.fitted, input, share), quantized(rows.held_out, input, share)};
}

std::optional<LayerFit> where_nearer(LayerFit&& fit) {
    return fit.after < fit.before ? std::optional(std::move(fit)) : std::nullopt;
}

}  // namespace

std::optional<LayerFit> fit_layer(const LayerWeights& weights, const SplitRows& rows, const TuningOptions& options,
                                  std::size_t threads, const std::function<bool()>& cancelled) {
    const Workers workers(threads, cancelled);
    return where_nearer(Fitter(weights, rows, options, workers).run());
}

std::optional<LayerFit> fit_layer(const LayerWeights& weights, const InputQuantizer& input, const SplitRows& rows,
                                  const TuningOptions& options, std::size_t threads,
                                  const std::function<bool()>& cancelled) {
    const Workers workers(threads, cancelled);
    const auto usual_rows = quantized(rows, input, 1);
    Fitter usual(weights, usual_rows, options, workers);
    double best_share = 1, least = usual.error_as_given();
    for (const double share : kShares) {
        const SplitRows other_rows{{}, quantized(rows.held_out, input, share)};
        const Fitter other(weights, other_rows, options, workers, usual.usual());
        if (const double error = other.error_as_given(); error < least) {
            least = error;
            best_share = share;
        }
    }
    auto fit = usual.run();
    if (best_share != 1) {
        const auto other_rows = quantized(rows, input, best_share);
        auto with_share = Fitter(weights, other_rows, options, workers, usual.usual()).run();
        if (with_share.after < fit.after) {
            with_share.input_share = best_share;
            with_share.before = fit.before;
            fit = std::move(with_share);
        }
    }
    return where_nearer(std::move(fit));
}

}  // namespace octet
