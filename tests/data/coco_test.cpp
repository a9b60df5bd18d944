#include <nlohmann/json.hpp>

#include "data/coco.hpp"
#include "support.hpp"

namespace octet {
namespace {

using namespace test;
using nlohmann::json;

json small_file() {
    return {{"images", {{{"id", 7}, {"file_name", "a.jpg"}, {"width", 40}, {"height", 30}}}},
            {"categories", {{{"id", 5}, {"name", "cat"}}, {{"id", 2}, {"name", "dog"}}}},
            {"annotations",
             {{{"id", 1},
               {"image_id", 7},
               {"category_id", 5},
               {"bbox", {1, 2.5, 3, 4}},
               {"area", 9},
               {"iscrowd", 1},
               {"segmentation", {{"counts", "abc"}, {"size", {30, 40}}}},
               {"keypoints", {1, 2, 3}}},
              {{"id", 2}, {"image_id", 7}, {"category_id", 2}, {"bbox", {0, 0, 2, 3}}}}}};
}

TEST(Coco, ReadsBoxesAndSkipsOutlines) {
    const auto coco = parse_coco(small_file().dump(), "f.json");
    ASSERT_EQ(coco.pictures.size(), 1u);
    EXPECT_EQ(coco.names[0], "a.jpg");
    EXPECT_EQ(coco.pictures[0].id, 7);
    EXPECT_EQ(coco.pictures[0].width, 40u);
    EXPECT_EQ(coco.categories[0].id, 2);
    EXPECT_EQ(coco.categories[1].class_number, 1);
    const auto& boxes = coco.pictures[0].boxes;
    ASSERT_EQ(boxes.size(), 2u);
    EXPECT_EQ(boxes[0].category, 1u);
    EXPECT_EQ(boxes[0].box.top, 2.5);
    EXPECT_EQ(boxes[0].area, 9);
    EXPECT_TRUE(boxes[0].is_crowd);
    EXPECT_EQ(boxes[1].area, 6) << "its box's, where none is given";
    EXPECT_FALSE(boxes[1].is_crowd);
}

TEST(Coco, TellsTheFieldThatIsWrong) {
    struct Case {
        const char* pointer;
        json value;
        std::vector<std::string> says;
    };
    const std::vector<Case> cases{
        {"/images/0/id", "7", {"images[0].id", "whole number"}},
        {"/images/0/id", 7.5, {"images[0].id"}},
        {"/images/0/id", 18446744073709551615U, {"images[0].id"}},
        {"/images/0/width", 0, {"images[0].width", "pixels from 1"}},
        {"/images/0/height", 1e9, {"images[0].height"}},
        {"/images/0/file_name", nullptr, {"images[0].file_name", "text"}},
        {"/images/0", 3, {"images[0]", "an object"}},
        {"/images", json::object(), {"list \"images\""}},
        {"/categories/1/id", 5, {"categories[1].id", "twice"}},
        {"/categories/1/name", 5, {"categories[1].name"}},
        {"/annotations/1/image_id", 8, {"annotations[1].image_id", "no image"}},
        {"/annotations/1/category_id", 8, {"annotations[1].category_id", "no category"}},
        {"/annotations/1/bbox", {1, 2, 3}, {"annotations[1].bbox"}},
        {"/annotations/1/bbox", {1, 2, -3, 4}, {"annotations[1].bbox", "[1,2,-3,4]"}},
        {"/annotations/1/bbox", {1, 2, 3e300, 4}, {"annotations[1].bbox"}},
        {"/annotations/1/area", -1, {"annotations[1].area"}},
        {"/annotations/1/iscrowd", 2, {"annotations[1].iscrowd", "0 or 1"}},
    };
    for (const auto& test : cases) {
        SCOPED_TRACE(test.pointer);
        json file = small_file();
        file[json::json_pointer(test.pointer)] = test.value;
        auto says = test.says;
        says.emplace_back("f.json");
        expect_error([&] { parse_coco(file.dump(), "f.json"); }, ErrorCode::InvalidData, says);
    }
}

TEST(Coco, RefusesWhatIsNoAnnotationFile) {
    for (const std::string text : {"", "[", "[]", "3", "{}", "{\"images\": []}"}) {
        expect_error([&] { parse_coco(text, "f.json"); }, ErrorCode::InvalidData, {"f.json"});
    }
    json file = small_file();
    file["annotations"][0].erase("bbox");
    expect_error([&] { parse_coco(file.dump(), "f.json"); }, ErrorCode::InvalidData, {"bbox", "is missing"});
}

}  // namespace
}  // namespace octet
