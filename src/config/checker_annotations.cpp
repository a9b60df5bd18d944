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

const Words<AnnotationSource (*)(SectionReader&)> kConverters{{"imagenet", read_imagenet},
                                                              {"cls_dataset_folder", read_folder},
                                                              {"cifar", read_cifar},
                                                              {"mscoco_detection", read_coco_annotation},
                                                              {"voc_detection", read_voc},
                                                              {"common_semantic_segmentation", read_masks},
                                                              {"voc_segmentation", read_voc_masks}};

}  // namespace

AnnotationSource read_annotation(SectionReader section, DatasetRules& rules) {
    rules.meta = section.text("dataset_meta_file");
    section.skip({"images_dir"});  // but for masks, what the pictures' being there is checked by
    return read_kind<AnnotationSource>(section, "converter", kConverters).value_or(AnnotationSource{});
}

}  // namespace octet
