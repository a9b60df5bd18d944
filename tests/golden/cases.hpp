#pragma once

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "octet/octet.hpp"

// The golden cases as files. OCTET_GOLDEN_CASES=FOLDER names another folder of the same form.
namespace octet {

using Json = nlohmann::ordered_json;
namespace fs = std::filesystem;

inline Json read_json(const fs::path& path) {
    std::ifstream file(path);
    return Json::parse(file);
}

inline fs::path root() {
    const char* other = std::getenv("OCTET_GOLDEN_CASES");
    return other ? fs::path(other) : fs::path(OCTET_GOLDEN_DIR);
}

/// What POT did with a case where it failed: `refuse`, `works`, `either`; empty where there are facts to compare with.
inline std::string error_class(const std::string& name) {
    static const Json classes = read_json(root() / "errors.json");
    for (const auto& [key, names] : classes.items()) {
        if (std::find(names.begin(), names.end(), name) != names.end()) {
            return key;
        }
    }
    return "";
}

inline std::vector<std::string> case_names() {
    std::set<std::string> names;
    for (const auto& entry : fs::directory_iterator(root())) {
        if (fs::exists(entry.path() / "golden.json")) {
            names.insert(entry.path().filename());
        }
    }
    return {names.begin(), names.end()};
}

struct Case {
    fs::path folder;
    std::shared_ptr<ov::Model> model;
    std::vector<DataSource> sources;
    std::unique_ptr<Dataset> dataset;

    explicit Case(const fs::path& where) : folder(where), model(read_model(where / "model.xml")) {
        for (const auto& parameter : model->get_parameters()) {
            const std::string name = parameter->get_friendly_name();
            sources.push_back({name, folder / ("input_" + name + ".npy")});
        }
        dataset = open_dataset(*model, sources);
    }

    Options options() const {
        return read_configuration(folder / "config.json").options;
    }

    /// With weights in floating point under their FakeQuantize.
    QuantizedModel quantized() const {
        auto given = options();
        given.keep_uncompressed_weights = true;
        return quantize(model, *dataset, given);
    }
};

/// gtest takes letters, digits and underscores only.
inline std::string test_name(const testing::TestParamInfo<std::string>& test) {
    std::string name = test.param;
    std::replace_if(
        name.begin(), name.end(), [](char c) { return !std::isalnum(static_cast<unsigned char>(c)); }, '_');
    return name;
}

}  // namespace octet
