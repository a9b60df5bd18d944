#include <charconv>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "octet/model_io.hpp"

namespace octet {
namespace {

using Json = nlohmann::json;  // sorts its keys

/// The double whose shortest text is the float's shortest text: 0.1F becomes 0.1, not 0.10000000149011612.
/// Reading the text as a float gives the same float again.
double shortest(float value) {
    char text[64];
    const auto end = std::to_chars(text, text + sizeof(text), value).ptr;
    double out = value;
    std::from_chars(text, end, out);
    return out;
}

Json values_json(const std::vector<float>& values) {
    Json out = Json::array();
    for (const float value : values) {
        out.push_back(shortest(value));
    }
    return out;
}

Json quantizer_json(const QuantizerInfo& quantizer) {
    return {
        {"name", quantizer.name},
        {"kind", quantizer.kind},
        {"tensor", quantizer.tensor},
        {"consumers", quantizer.consumers},
        {"scheme",
         {{"bits", quantizer.bits},
          {"mode", quantizer.mode},
          {"granularity", quantizer.granularity},
          {"levels", quantizer.levels}}},
        {"range", {{"low", values_json(quantizer.low)}, {"high", values_json(quantizer.high)}}},
        {"samples", quantizer.samples},
    };
}

/// Lays each array of numbers out in one line; the printer gives every number its own, thousands for a model's
/// channels.
std::string with_short_arrays(const std::string& text) {
    std::string out;
    out.reserve(text.size());
    bool is_in_string = false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        out += c;
        if (is_in_string) {
            if (c == '\\') {
                out += text[++i];
            }
            is_in_string = c != '"';
            continue;
        }
        is_in_string = c == '"';
        const std::size_t end = c == '[' ? text.find_first_not_of(" \n,.+-eE0123456789", i + 1) : std::string::npos;
        if (end == std::string::npos || text[end] != ']') {
            continue;
        }
        for (++i; i < end; ++i) {
            if (text[i] != ' ' && text[i] != '\n') {
                out += text[i];
                out += text[i] == ',' ? " " : "";
            }
        }
        out += ']';
    }
    return out;
}

}  // namespace

std::string to_json(const Report& report) {
    Json quantizers = Json::array();
    for (const auto& quantizer : report.quantizers) {
        quantizers.push_back(quantizer_json(quantizer));
    }
    Json left = Json::array();
    for (const auto& remark : report.left) {
        left.push_back({{"operation", remark.operation}, {"type", remark.type}, {"reason", remark.reason}});
    }
    Json changes = Json::array();
    for (const auto& change : report.changes) {
        changes.push_back({{"algorithm", change.algorithm}, {"operation", change.operation}, {"what", change.what}});
    }
    Json tried = Json::array();
    for (const auto& attempt : report.tried) {
        tried.push_back({{"what", attempt.what},
                         {"sqnr_db", attempt.failure.empty() ? Json(attempt.sqnr_db) : Json()},
                         {"kept", attempt.is_kept},
                         {"failure", attempt.failure}});
    }
    // The seconds of the phases differ from run to run and stay out, so that the same run gives the same bytes.
    Json all = {
        {"model_type", report.model_type},
        {"samples", report.samples},
        {"samples_given", report.samples_given},
        {"converged", report.has_converged},
        {"bad_samples", report.bad_samples},
        {"quantizers", quantizers},
        {"quantized", report.quantized},
        {"left", left},
        {"changes", changes},
    };
    if (!tried.empty()) {
        all["tried"] = tried;
    }
    return with_short_arrays(all.dump(2, ' ', false, Json::error_handler_t::replace)) + "\n";
}

}  // namespace octet
