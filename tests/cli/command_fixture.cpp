#include "command_fixture.hpp"

#include <algorithm>
#include <cmath>
#include <fstream>
#include <random>

#include <openvino/core/graph_util.hpp>
#include <openvino/op/ops.hpp>

namespace octet {
namespace fs = std::filesystem;
namespace op = ov::op;
using ov::element::f32;

namespace {

std::vector<float> wave(std::size_t size) {
    std::vector<float> values(size);
    for (std::size_t i = 0; i < size; ++i) {
        values[i] = static_cast<float>(std::sin(0.7 * static_cast<double>(i) + 0.3));
    }
    return values;
}

}  // namespace

std::shared_ptr<ov::Model> small_classifier(std::size_t classes) {
    auto image = std::make_shared<op::v0::Parameter>(f32, ov::Shape{1, 3, 16, 16});
    image->output(0).set_names({"image"});
    image->set_friendly_name("image");
    auto kernel = op::v0::Constant::create(f32, {8, 3, 3, 3}, wave(8 * 27));
    auto features = std::make_shared<op::v1::Convolution>(image, kernel, ov::Strides{1, 1}, ov::CoordinateDiff{1, 1},
                                                          ov::CoordinateDiff{1, 1}, ov::Strides{1, 1});
    features->set_friendly_name("features");
    auto active = std::make_shared<op::v0::Relu>(features);
    auto mean =
        std::make_shared<op::v1::ReduceMean>(active, op::v0::Constant::create(ov::element::i64, {2}, {2, 3}), false);
    auto head = op::v0::Constant::create(f32, {8, classes}, wave(8 * classes));
    auto scores = std::make_shared<op::v0::MatMul>(mean, head);
    scores->output(0).set_names({"scores"});
    return std::make_shared<ov::Model>(ov::OutputVector{scores}, ov::ParameterVector{image}, "small");
}

bool has(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

std::size_t lines(const std::string& text) {
    return static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
}

std::set<std::string> files_in(const fs::path& folder) {
    std::set<std::string> names;
    if (fs::exists(folder)) {
        for (const auto& entry : fs::directory_iterator(folder)) {
            names.insert(entry.path().filename());
        }
    }
    return names;
}

Command::Command()
    : root_(fs::path(testing::TempDir()) /
            ("octet_cli_" + std::string(testing::UnitTest::GetInstance()->current_test_info()->test_suite_name()) +
             "_" + testing::UnitTest::GetInstance()->current_test_info()->name())) {
    fs::remove_all(root_);
    fs::create_directories(root_ / "pictures");
    ov::serialize(small_classifier(), path("small.xml"), path("small.bin"));
    for (std::size_t i = 0; i < kPictures; ++i) {
        write_picture(root_ / "pictures" / ("p" + std::to_string(10 + i) + ".ppm"), i);
    }
}

Command::~Command() {
    fs::remove_all(root_);
}

void Command::write_picture(const fs::path& file, std::size_t seed) {
    std::ofstream out(file, std::ios::binary);
    out << "P6 20 18 255\n";
    std::minstd_rand noise(static_cast<unsigned>(seed + 1));
    for (std::size_t i = 0; i < 20 * 18 * 3; ++i) {
        out.put(static_cast<char>(noise() % 256));
    }
}

Finished Command::quantize(std::vector<std::string> more, const RunSettings& settings) const {
    std::vector<std::string> words{"quantize", "-m",  path("small.xml"), "--data", path("pictures"), "-o", path("out"),
                                   "--mean",   "120", "--scale",         "60"};
    words.insert(words.end(), more.begin(), more.end());
    return run_octet(words, settings);
}

}  // namespace octet
