#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

/// What a configuration of OpenVINO's accuracy checker says, as values: what is read by its names has its names and its
/// defaults. A zero size, an empty list or an empty path stands for what is not given.
namespace octet::checker {

/// Who reads samples; of pictures it tells the order of their channels.
enum class Reader {
    OpenCv,      ///< opencv_imread: BGR, turned as EXIF says
    Pillow,      ///< pillow_imread: RGB, as stored
    Annotation,  ///< annotation_features_extractor: what the annotation itself holds, as of texts
};

/// How the pixels between pixels come about. OpenCV has no Box, Hamming, Lanczos, Pillow no Area, Lanczos4.
enum class Interpolation { Nearest, Linear, Cubic, Area, Lanczos4, Box, Hamming, Lanczos };

/// What `aspect_ratio_scale` makes of the wanted size.
enum class Proportions {
    Free,  ///< the wanted size itself
    Width,
    Height,
    Greater,
    FitToWindow,
    FasterRcnn,
    MinRatio,
};

/// `resize`, and `auto_resize`, whose size is the input's.
struct Resize {
    int width = 0, height = 0;  ///< zero: the input's
    Proportions proportions = Proportions::Free;
    Interpolation interpolation = Interpolation::Linear;
    bool is_pillow = false;     ///< Pillow's filters, which widen where the picture shrinks
    int factor = 0;             ///< sides become multiples of it (plus 1 with include_boundary); with proportions only
    bool has_boundary = false;  ///< include_boundary
};

/// `crop`: the central part; one of the three is given.
struct Crop {
    int width = 0, height = 0;
    double central_fraction = 0;
    bool is_square = false;  ///< as large as fits
    bool is_pillow = false;  ///< black around a picture that is smaller, where it is enlarged otherwise
};

/// `normalization`: (x - mean) / std, each one value, one per channel, or none.
struct Normalization {
    std::vector<double> mean{}, std{};
};

/// `padding`.
struct Padding {
    enum class Side { Center, LeftTop, RightBottom };

    int width = 0, height = 0;  ///< zero: what the last resize aimed at
    int stride = 1;
    std::array<double, 3> value{};
    Side side = Side::Center;           ///< where the border comes
    bool is_left_top_extended = false;  ///< of an odd border one more at the left and top, not right and bottom
    bool is_resized = false;            ///< enable_resize: a picture that is larger is stretched
};

/// `bgr_to_rgb` and `rgb_to_bgr`, `bgr_to_gray`, `rgb_to_gray`.
enum class Colour { Swap, GrayOfBgr, GrayOfRgb };

using Step = std::variant<Resize, Crop, Normalization, Padding, Colour>;

/// `imagenet`: NAME CLASS a line.
struct ImagenetAnnotation {
    std::filesystem::path file{}, labels{};
    bool has_background = false;
};

/// `cls_dataset_folder`: a folder a class, in sorted order.
struct FolderAnnotation {
    std::filesystem::path folder{};
};

/// `cifar`: a batch as it is distributed, pickled.
struct CifarAnnotation {
    std::filesystem::path batch{};
    int classes = 10;  ///< 10 or 100
    bool has_background = false;
    bool has_pictures = false;  ///< convert_images: the samples are the batch's pictures, not files
};

/// `mscoco_detection`.
struct CocoAnnotation {
    std::filesystem::path file{};
    bool has_background = false;
    bool has_full_labels = false;  ///< use_full_label_map: classes are the categories' ids
    bool is_sorted = true;         ///< by picture id
};

/// `voc_detection`.
struct VocAnnotation {
    std::filesystem::path imageset{}, annotations{};
    bool has_background = true;
};

/// Who reads masks.
enum class MaskReader {
    Pillow,      ///< numbers, a palette's indices, or RGB
    Scipy,       ///< the same, but a palette's colours
    OpenCv,      ///< BGR
    OpenCvGray,  ///< grey
    Numpy,
};

/// `common_semantic_segmentation`.
struct MaskAnnotation {
    std::filesystem::path images{}, masks{};
    std::string image_prefix{}, image_postfix = ".png", mask_prefix{}, mask_postfix = ".png";
    MaskReader reader = MaskReader::Pillow;
};

/// `voc_segmentation`.
struct VocMaskAnnotation {
    std::filesystem::path imageset{}, images{}, masks{};
};

/// How texts become tokens: pieces of words by a vocabulary, between [CLS] and [SEP], as BERT takes them.
struct Tokenization {
    std::filesystem::path vocabulary{};  ///< vocab_file: a piece a line, UTF-8
    int length = 128;                    ///< max_seq_length: at most so many, of which up to 3 are special
    bool is_lower_case = false;          ///< also without accents
    bool is_class_first = true;          ///< class_token_first; else [CLS] ends the tokens and padding begins them
    bool is_padded = true;               ///< enable_padding: to `length`
};

/// `mnli`, `xnli`, `custom_text_classification` and others: a table with a header, a text or a pair of texts a row.
struct TextTable {
    std::filesystem::path file{};
    char separator = '\t';
    bool is_quoted = true;  ///< "" around a cell may hold separators and ends of lines
    int label = 1;          ///< columns are from 0; negative: from the last, which is -1
    int text = 0;
    std::optional<int> second{};           ///< column of the second text of a pair; rows without it have one
    std::vector<std::string> labels{};     ///< what stands there for class 0, 1, ...; empty: what `meta` says
    std::vector<std::string> languages{};  ///< language_filter, by the first column; empty: all
    Tokenization tokens{};
};

/// `imdb`: folders neg and pos with a text a file.
struct TextFolders {
    std::filesystem::path folder{};
    Tokenization tokens{};
};

using AnnotationSource = std::variant<ImagenetAnnotation, FolderAnnotation, CifarAnnotation, CocoAnnotation,
                                      VocAnnotation, MaskAnnotation, VocMaskAnnotation, TextTable, TextFolders>;

/// How a source of texts makes tokens of them; null for other sources.
inline const Tokenization* tokenization_of(const AnnotationSource& source) {
    const auto* table = std::get_if<TextTable>(&source);
    const auto* folders = std::get_if<TextFolders>(&source);
    return table != nullptr ? &table->tokens : folders != nullptr ? &folders->tokens : nullptr;
}

/// What a text is fed as, by the tool's names: an array of i64[1,length].
enum class Feature { InputIds, InputMask, SegmentIds };

/// What the classes of a dataset are called, by number.
struct ClassMap {
    std::map<std::int64_t, std::string> names{};
    std::optional<std::int64_t> background{};
    std::vector<std::array<int, 3>> colours{};  ///< segmentation_colors: of the classes from 0, RGB
};

/// Whom a postprocessing step is for.
enum class Target { Annotation, Prediction, Both };

/// `resize_prediction_boxes`: from shares of the input, or with `rescale` from its pixels, to the picture's pixels.
struct ResizeBoxes {
    bool is_rescaled = false, is_unpadded = false;
};

/// `clip_boxes`: to the picture, or a size.
struct ClipBoxes {
    Target target = Target::Both;
    int width = 0, height = 0;
    bool is_normalized = false;
};

/// `nms`: over all classes.
struct Nms {
    double overlap = 0.5;
    bool has_boundaries = true;
    int most = 0;  ///< keep_top_k; zero: all
    bool is_min_area = false;
};

/// `cast_to_int`.
enum class Rounding { Nearest, NearestToZero, Lower, Greater };

/// From `low` up to below `high`.
struct Range {
    double low = 0;
    std::optional<double> high{};
};

/// `filter`: which boxes do not count, or with `is_removed` are not there.
struct FilterBoxes {
    Target target = Target::Both;
    bool is_removed = false;
    std::vector<std::int64_t> labels{};
    std::optional<double> min_confidence{};
    std::optional<int> top_k{};
    std::optional<Range> height{}, width{}, aspect_ratio{};
    bool is_empty = false, is_invalid = false;
};

/// `resize_segmentation_mask`: by nearest pixels.
struct ResizeMask {
    Target target = Target::Both;
    int width = 0, height = 0;  ///< zero: the picture's
    bool is_to_input = false;   ///< to_dst_image_size: the size after the last resize
};

/// `encode_segmentation_mask` of the true masks: colours to classes.
struct EncodeMask {};

/// `crop_or_pad` of the true masks.
struct CropOrPadMask {
    int width = 0, height = 0;
};

using PostStep =
    std::variant<ResizeBoxes, ClipBoxes, Nms, Rounding, FilterBoxes, ResizeMask, EncodeMask, CropOrPadMask>;

/// `accuracy`.
struct Accuracy {
    std::size_t top_k = 1;
};

/// `classification_f1-score`.
struct ClassificationF1 {
    std::optional<std::size_t> positive{};  ///< pos_label
};

/// `accuracy_per_class`: their mean.
struct AccuracyPerClass {
    std::size_t top_k = 1;
};

/// `metthews_correlation_coef`, of two classes.
struct MatthewsCorrelation {};

/// `map`.
struct MeanAp {
    double overlap = 0.5;
    bool is_11_point = false;  ///< integral
    bool is_ioa = false;       ///< overlap_method
    bool ignores_difficult = true, has_boundaries = true, has_distinct_scores = false,
         allows_matches_per_ignored = false, counts_filtered = false;
};

/// `coco_precision`.
struct CocoPrecision {
    std::size_t most = 20;  ///< max_detections
    std::vector<double> thresholds{};
};

/// `mean_iou`, `segmentation_accuracy`.
struct MaskMetric {
    enum class Kind { MeanIou, Accuracy };

    Kind kind = Kind::MeanIou;
    bool is_argmax = true;
    std::optional<std::int64_t> ignored{};  ///< ignore_label
};

struct Metric {
    std::string name{};  ///< its own, else its type's
    std::variant<Accuracy, ClassificationF1, AccuracyPerClass, MatthewsCorrelation, MeanAp, CocoPrecision, MaskMetric>
        kind{};
};

/// Does it measure classes, not boxes or masks?
inline bool is_of_classes(const Metric& metric) {
    return std::holds_alternative<Accuracy>(metric.kind) || std::holds_alternative<AccuracyPerClass>(metric.kind) ||
           std::holds_alternative<ClassificationF1>(metric.kind) ||
           std::holds_alternative<MatthewsCorrelation>(metric.kind);
}

/// `classification`.
struct ClassificationAdapter {
    std::string output{};  ///< empty: the only one that fits
};

/// `bert_classification`.
struct BertClassificationAdapter {
    std::string output{};          ///< empty: the first
    std::size_t classes = 2;       ///< num_classes
    bool is_single_score = false;  ///< the output is one value: of two classes the second's probability, else the class
};

/// `ssd`.
struct SsdAdapter {};

/// `yolo_v3`, `yolo_v5`: grids with anchors.
struct YoloGridAdapter {
    bool is_v5 = false;
    std::vector<std::string> outputs{};
    std::vector<std::vector<double>> anchors{};  ///< widths and heights, of each output, or one list for all
    int classes = 80, boxes = 3;                 ///< boxes of a cell where there is one list for all
    double threshold = 0.001;
    std::vector<int> cells{13, 26, 52};
    bool is_reshaped = false, is_raw = false, is_channels_last = false, has_several_labels = false;
};

/// `yolox` before its decoding, `yolor` after it.
struct YoloxAdapter {
    bool is_decoded = false;
    double threshold = 0.001;
    std::string output{};
};

/// `yolov8_detection`.
struct YoloV8Adapter {
    double threshold = 0.25;
    bool has_several_labels = true;
};

/// `segmentation`.
struct SegmentationAdapter {
    bool is_argmax = false;
};

using Adapter = std::variant<ClassificationAdapter, BertClassificationAdapter, SsdAdapter, YoloGridAdapter,
                             YoloxAdapter, YoloV8Adapter, SegmentationAdapter>;

/// `subsample_size`: as many, or as many of a hundred; shuffled as numpy does it with `seed`.
struct Subsample {
    std::size_t size = 0;
    double percent = 0;  ///< instead of `size`
    std::uint32_t seed = 666;
    bool is_shuffled = true;
};

/// One entry of `datasets`.
struct DatasetRules {
    std::string name{};
    std::filesystem::path data_source{}, masks_source{}, meta{};  ///< meta: dataset_meta_file of the annotation
    AnnotationSource annotation{};
    Reader reader = Reader::OpenCv;
    std::vector<Feature> features{};  ///< of Reader::Annotation
    std::vector<Step> preprocessing{};
    std::vector<PostStep> postprocessing{};
    std::vector<Metric> metrics{};
    std::optional<Subsample> subsample{};
};

/// An input in the launcher's `inputs`.
struct InputRules {
    std::string name{};
    std::string pattern{};  ///< `value`: what the start of FEATURE_SAMPLE fits, as `input_ids` does; may be empty
};

/// A model's launcher and its samples.
struct Rules {
    Adapter adapter{};
    std::vector<InputRules> inputs{};
    std::string layout{};                       ///< of the input with pictures; empty: the model's own
    DatasetRules optimization{}, evaluation{};  ///< equal where only one is given
};

/// How samples are to be measured: what an evaluation needs to know of Rules, and of the classes.
struct Measurement {
    Adapter adapter{};
    std::vector<Step> preprocessing{};
    std::vector<PostStep> postprocessing{};
    std::vector<Metric> metrics{};
    MaskReader mask_reader = MaskReader::Pillow;
    ClassMap classes{};
};

}  // namespace octet::checker
