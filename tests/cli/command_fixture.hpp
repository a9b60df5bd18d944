#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <openvino/core/model.hpp>

#include "process.hpp"

namespace octet {

/// image[1,3,16,16] -> convolution -> ReLU -> mean -> scores[1,classes]
std::shared_ptr<ov::Model> small_classifier(std::size_t classes = 5);

bool has(const std::string& text, const std::string& part);

std::size_t lines(const std::string& text);

std::set<std::string> files_in(const std::filesystem::path& folder);

/// A folder of its own with small.xml and pictures/, where the command runs.
class Command : public testing::Test {
protected:
    static constexpr std::size_t kPictures = 12;

    Command();
    ~Command() override;

    std::string path(const std::string& name) const {
        return (root_ / name).string();
    }

    static void write_picture(const std::filesystem::path& file, std::size_t seed);

    Finished quantize(std::vector<std::string> more, const RunSettings& settings = {}) const;

    std::filesystem::path root_;
};

}  // namespace octet
