#include <algorithm>

#include "config/checker_parts.hpp"

namespace octet {
namespace {

using namespace checker;

const Words<MaskReader> kMaskReaders{{"pillow", MaskReader::Pillow},
                                     {"scipy", MaskReader::Scipy},
                                     {"opencv", MaskReader::OpenCv},
                                     {"opencv_gray", MaskReader::OpenCvGray},
                                     {"numpy", MaskReader::Numpy}};

std::filesystem::path needed_path(SectionReader& section, const std::string& name) {
    return section.needed_text(name, "a path");
}

AnnotationSource read_imagenet(SectionReader& section) {
    return ImagenetAnnotation{needed_path(section, "annotation_file"), section.text("labels_file"),
                              section.flag("has_background", false)};
}

AnnotationSource read_folder(SectionReader& section) {
    return FolderAnnotation{needed_path(section, "data_dir")};
}

AnnotationSource read_cifar(SectionReader& section) {
    CifarAnnotation source;
    source.batch = needed_path(section, "data_batch_file");
    source.classes = section.whole("num_classes", 1).value_or(10);
    if (source.classes != 10 && source.classes != 100) {
        section.problems().add(section.path_of("num_classes"),
                               "expected 10 or 100; got " + std::to_string(source.classes));
    }
    source.has_background = section.flag("has_background", false);
    source.has_pictures = section.flag("convert_images", false);
    section.skip({"converted_images_dir"});
    section.refuse("batch_meta_file", nullptr, "is not available");
    return source;
}

AnnotationSource read_coco_annotation(SectionReader& section) {
    CocoAnnotation source;
    source.file = needed_path(section, "annotation_file");
    source.has_background = section.flag("has_background", false);
    source.has_full_labels = section.flag("use_full_label_map", false);
    source.is_sorted = section.flag("sort_annotations", true);
    section.refuse("sort_key", "image_id", "expected image_id");
    section.refuse("convert_COCO_to_VOC_labels", false, "is not available; expected false");
    return source;
}

AnnotationSource read_voc(SectionReader& section) {
    return VocAnnotation{needed_path(section, "imageset_file"), needed_path(section, "annotations_dir"),
                         section.flag("has_background", true)};
}

AnnotationSource read_masks(SectionReader& section) {
    MaskAnnotation source;
    source.images = needed_path(section, "images_dir");
    source.masks = needed_path(section, "masks_dir");
    source.image_prefix = section.text("image_prefix");
    source.mask_prefix = section.text("mask_prefix");
    source.image_postfix = section.has("image_postfix") ? section.text("image_postfix") : source.image_postfix;
    source.mask_postfix = section.has("mask_postfix") ? section.text("mask_postfix") : source.mask_postfix;
    source.reader = section.choice("mask_loader", kMaskReaders, MaskReader::Pillow);
    section.skip({"image_postfix", "mask_postfix"});
    return source;
}

AnnotationSource read_voc_masks(SectionReader& section) {
    section.refuse("labelmap_file", nullptr, "is not available");
    return VocMaskAnnotation{needed_path(section, "imageset_file"), needed_path(section, "images_dir"),
                             needed_path(section, "mask_dir")};
}

Tokenization read_tokenization(SectionReader& section) {
    for (const char* name : {"sentence_piece_model_file", "tokenizer_dir", "model_id"}) {
        section.refuse(name, nullptr, "is not available; expected vocab_file, of WordPiece");
    }
    Tokenization tokens;
    tokens.vocabulary = needed_path(section, "vocab_file");
    tokens.length = section.whole("max_seq_length", 3, 100000).value_or(tokens.length);
    tokens.is_lower_case = section.flag("lower_case", false);
    tokens.is_class_first = section.flag("class_token_first", true);
    tokens.is_padded = section.flag("enable_padding", true);
    return tokens;
}

char separator_of(SectionReader& section, const std::filesystem::path& file) {
    const char given = section.choice<char>("column_separator", {{"tab", '\t'}, {"comma", ','}}, '\0');
    if (given != '\0') {
        return given;
    }
    if (file.extension() != ".csv" && file.extension() != ".tsv") {
        section.problems().add(
            section.path_of("column_separator"),
            "is missing; expected tab or comma, as annotation_file ends neither in .tsv nor in .csv");
    }
    return file.extension() == ".csv" ? ',' : '\t';
}

TextTable read_table(SectionReader& section) {
    TextTable table;
    table.file = needed_path(section, "annotation_file");
    table.separator = separator_of(section, table.file);
    table.tokens = read_tokenization(section);
    return table;
}

const std::vector<std::string> kBinary{"0", "1"}, kEntailment{"entailment", "not_entailment"},
    kInference{"contradiction", "entailment", "neutral"};

/// Tables whose columns and labels the converter's name tells.
AnnotationSource read_table_of(SectionReader& section, const std::vector<std::string>& labels, int label, int text,
                               std::optional<int> second = {}) {
    TextTable table = read_table(section);
    section.refuse("dataset_meta_file", nullptr, "the converter knows its labels");
    table.labels = labels;
    table.label = label;
    table.text = text;
    table.second = second;
    return table;
}

AnnotationSource read_xnli(SectionReader& section) {
    auto table = std::get<TextTable>(read_table_of(section, kInference, 1, 6, 7));
    table.separator = '\t';
    table.is_quoted = false;
    std::string filter = section.text("language_filter");
    std::erase_if(filter, [](char c) { return c == ' ' || c == '[' || c == ']'; });
    for (std::size_t from = 0; from < filter.size();) {
        const std::size_t to = std::min(filter.find(',', from), filter.size());
        table.languages.push_back(filter.substr(from, to - from));
        from = to + 1;
    }
    return table;
}

AnnotationSource read_text_folders(SectionReader& section) {
    section.refuse("dataset_meta_file", nullptr, "the converter knows its labels");
    section.skip({"column_separator"});
    return TextFolders{needed_path(section, "data_dir"), read_tokenization(section)};
}

AnnotationSource read_custom_texts(SectionReader& section) {
    TextTable table = read_table(section);
    table.text = section.whole("text_1", 0, 10000).value_or(0);
    table.second = section.whole("text_2", 0, 10000);
    table.label = section.whole("label", 0, 10000).value_or(1);
    if (section.has("labels_list")) {
        table.labels = read_texts(section, "labels_list", "the classes' labels");
    } else if (!section.has("dataset_meta_file")) {
        section.problems().add(section.path_of("labels_list"),
                               "is missing; expected the classes' labels, or dataset_meta_file");
    }
    section.skip({"labels_list"});
    return table;
}

const Words<AnnotationSource (*)(SectionReader&)> kConverters{
    {"imagenet", read_imagenet},
    {"cls_dataset_folder", read_folder},
    {"cifar", read_cifar},
    {"mscoco_detection", read_coco_annotation},
    {"voc_detection", read_voc},
    {"common_semantic_segmentation", read_masks},
    {"voc_segmentation", read_voc_masks},
    {"cola", [](SectionReader& s) { return read_table_of(s, kBinary, 1, 3); }},
    {"sst-2", [](SectionReader& s) { return read_table_of(s, kBinary, 1, 0); }},
    {"mrpc", [](SectionReader& s) { return read_table_of(s, kBinary, 0, 3, 4); }},
    {"qqp", [](SectionReader& s) { return read_table_of(s, kBinary, 5, 3, 4); }},
    {"wnli", [](SectionReader& s) { return read_table_of(s, kBinary, 3, 1, 2); }},
    {"rte", [](SectionReader& s) { return read_table_of(s, kEntailment, 3, 1, 2); }},
    {"qnli", [](SectionReader& s) { return read_table_of(s, kEntailment, 3, 1, 2); }},
    {"mnli", [](SectionReader& s) { return read_table_of(s, kInference, -1, 6, 7); }},
    {"xnli", read_xnli},
    {"imdb", read_text_folders},
    {"custom_text_classification", read_custom_texts}};

}  // namespace

std::vector<std::string> read_texts(SectionReader& section, const std::string& name, const std::string& expected) {
    const Json& json = section.value(name);
    const Json list = json.is_array() ? json : Json::array({json});
    if (list.empty() || !std::all_of(list.begin(), list.end(), [](const Json& each) { return each.is_string(); })) {
        section.problems().add(section.path_of(name), "expected a list of " + expected + "; got " + in_short(json));
        return {};
    }
    return list.get<std::vector<std::string>>();
}

AnnotationSource read_annotation(SectionReader section, DatasetRules& rules) {
    rules.meta = section.text("dataset_meta_file");
    section.skip({"images_dir"});  // but for masks, what the pictures' being there is checked by
    return read_kind<AnnotationSource>(section, "converter", kConverters).value_or(AnnotationSource{});
}

}  // namespace octet
