#include <fstream>
#include <iterator>
#include <string>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "octet/error.hpp"

#include "data/coco.hpp"
#include "metrics/average_precision.hpp"

namespace octet {
namespace {

/// Pictures, boxes and what pycocotools 2.0.11 says of them: `expected`.
class CocoCase : public testing::TestWithParam<const char*> {};

std::vector<FoundBox> found_in(const nlohmann::json& results, std::int64_t picture, const CocoFile& coco) {
    std::vector<FoundBox> found;
    for (const auto& result : results) {
        if (result["image_id"] != picture) {
            continue;
        }
        const auto category = std::find_if(coco.categories.begin(), coco.categories.end(),
                                           [&](const BoxCategory& each) { return each.id == result["category_id"]; });
        const auto& box = result["bbox"];
        found.push_back({{box[0], box[1], box[2], box[3]}, result["score"], category - coco.categories.begin()});
    }
    return found;
}

TEST_P(CocoCase, EqualsCocosOwnEvaluation) {
    std::ifstream file(std::string(OCTET_COCO_CASES) + "/" + GetParam());
    const std::string text{std::istreambuf_iterator<char>(file), {}};
    const CocoFile coco = parse_coco(text, GetParam());
    const auto json = nlohmann::json::parse(text);
    AveragePrecision precision;
    for (const auto& picture : coco.pictures) {
        precision.add(picture.id, match_boxes(found_in(json["results"], picture.id, coco), picture.boxes));
    }
    const auto figures = precision.figures(coco.categories.size());
    const auto& expected = json["expected"];
    EXPECT_NEAR(figures.ap, expected["ap"], 1e-12);
    EXPECT_NEAR(figures.ap50, expected["ap50"], 1e-12);
    EXPECT_NEAR(figures.ap75, expected["ap75"], 1e-12);
    for (std::size_t c = 0; c < coco.categories.size(); ++c) {
        ASSERT_EQ(figures.of_category[c].has_value(), !expected["of_category"][c].is_null()) << c;
        if (figures.of_category[c]) {
            EXPECT_NEAR(*figures.of_category[c], expected["of_category"][c], 1e-12) << c;
        }
    }
}

INSTANTIATE_TEST_SUITE_P(Files, CocoCase, testing::Values("ties_and_crowds.json", "more_than_100_boxes.json"));

constexpr Box kBox{10, 10, 20, 20};

AveragePrecision::Figures figures_of(const std::vector<FoundBox>& found, const std::vector<TrueBox>& truth) {
    AveragePrecision precision;
    precision.add(1, match_boxes(found, truth));
    return precision.figures(1);
}

TEST(AveragePrecision, ABoxFoundTwiceCountsOnceRight) {
    EXPECT_DOUBLE_EQ(figures_of({{kBox, .9, 0}}, {{kBox, 400, 0}}).ap, 1);
    EXPECT_DOUBLE_EQ(figures_of({{kBox, .9, 0}, {kBox, .8, 0}}, {{kBox, 400, 0}}).ap, 1);
    const auto half = figures_of({{{50, 50, 5, 5}, .9, 0}, {kBox, .8, 0}}, {{kBox, 400, 0}});
    EXPECT_NEAR(half.ap, .5, 1e-12) << "the wrong one ranks first";
    EXPECT_EQ(figures_of({}, {{kBox, 400, 0}}).ap, 0);
}

TEST(AveragePrecision, ACrowdTakesAnyNumberOfBoxes) {
    const std::vector<TrueBox> truth{{kBox, 400, 0}, {{100, 100, 50, 50}, 2500, 0, true}};
    const auto figures = figures_of({{{100, 100, 9, 9}, .9, 0}, {{120, 120, 9, 9}, .8, 0}, {kBox, .7, 0}}, truth);
    EXPECT_DOUBLE_EQ(figures.ap, 1);
}

TEST(AveragePrecision, WithoutAnyTruthThereIsNoFigure) {
    EXPECT_THROW(figures_of({{kBox, .9, 0}}, {}), Error);
    EXPECT_THROW(figures_of({{kBox, .9, 0}}, {{kBox, 400, 0, true}}), Error);
}

TEST(Suppress, TheBestOfOverlappingBoxesOfAClassStays) {
    const std::vector<FoundBox> boxes{
        {{0, 0, 10, 10}, .5, 0}, {{1, 0, 10, 10}, .9, 0}, {{1, 0, 10, 10}, .4, 1}, {{50, 0, 10, 10}, .5, 0}};
    const auto kept = suppress(boxes, .65, 100);
    ASSERT_EQ(kept.size(), 3u);
    EXPECT_EQ(kept[0].score, .9);
    EXPECT_EQ(kept[1].box.left, 50);
    EXPECT_EQ(kept[2].label, 1);
    EXPECT_EQ(suppress(boxes, .65, 2).size(), 2u);
    EXPECT_EQ(suppress(boxes, 1, 100).size(), 4u);
    // 9 of 11 columns are shared: 0.818...
    EXPECT_EQ(suppress(boxes, 9. / 11, 100).size(), 4u) << "only what overlaps more goes";
}

}  // namespace
}  // namespace octet
