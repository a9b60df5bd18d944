#include "config/accuracy.hpp"

#include "config/schema.hpp"

namespace octet {
namespace {

template <class Value>
void take(const Json& params, const char* name, Value& value) {
    if (params.contains(name)) {
        value = params.at(name).get<Value>();
    }
}

template <class Value>
void take(const Json& params, const char* name, std::optional<Value>& value) {
    if (params.contains(name)) {
        value = params.at(name).get<Value>();
    }
}

AccuracyMetric read_metric(const Json& json) {
    AccuracyMetric metric;
    take(json, "name", metric.name);
    take(json, "type", metric.type);
    take(json, "baseline_value", metric.baseline_value);
    return metric;
}

}  // namespace

bool is_accuracy_parameter(const std::string& name) {
    return !known_path(name, "accuracy").empty();
}

void take_accuracy(AccuracyOptions& accuracy, const Json& params) {
    take(params, "maximal_drop", accuracy.maximal_drop);
    take(params, "ranking_subset_size", accuracy.ranking_subset_size);
    take(params, "max_iter_num", accuracy.max_iter_num);
    take(params, "metric_subset_ratio", accuracy.metric_subset_ratio);
    take(params, "use_prev_if_drop_increase", accuracy.use_prev_if_drop_increase);
    take(params, "base_algorithm", accuracy.base_algorithm);
    take(params, "convert_to_mixed_preset", accuracy.convert_to_mixed_preset);
    take(params, "tune_hyperparams", accuracy.tune_hyperparams);
    take(params, "annotation_free", accuracy.annotation_free);
    take(params, "annotation_conf_threshold", accuracy.annotation_conf_threshold);
    if (params.contains("drop_type")) {
        accuracy.drop_type = params.at("drop_type") == Json("relative") ? DropType::Relative : DropType::Absolute;
    }
    if (params.contains("metrics")) {
        accuracy.metrics.clear();
    }
    for (const auto& metric : params.value("metrics", Json::array())) {
        if (metric.is_object()) {
            accuracy.metrics.push_back(read_metric(metric));
        }
    }
}

}  // namespace octet
