#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include <openvino/core/model.hpp>

#include "octet/checker_rules.hpp"
#include "octet/dataset.hpp"
#include "octet/export.hpp"
#include "octet/observer.hpp"
#include "octet/options.hpp"
#include "octet/preprocessing.hpp"

namespace octet {

/// Classification: the true class of each sample.
struct ClassLabels {
    std::vector<std::size_t> of_sample;  ///< class numbers as the model counts them
    std::vector<std::string> names{};    ///< of the class numbers from 0; may be shorter, or empty
    std::size_t expected_classes = 0;    ///< how many classes the model must have; 0: any. Set where folders in sorted
                                         ///< order were numbered, which is right only if none is missing
};

/// A rectangle in pixels of the original picture, as COCO's `bbox`.
struct Box {
    double left = 0, top = 0, width = 0, height = 0;
};

/// A true object.
struct TrueBox {
    Box box;
    double area = 0;            ///< as annotated; above 1e10 it is ignored, as in COCO
    std::size_t category = 0;   ///< position among BoxLabels::categories
    bool is_crowd = false;      ///< a region where boxes count neither way
    bool is_difficult = false;  ///< as PASCAL VOC has it; read by accuracy checker's metrics only
};

struct BoxCategory {
    std::int64_t id = 0;  ///< as in the annotations
    std::string name;
    std::int64_t class_number = 0;  ///< what the model calls it
};

/// The true objects of one sample; pictures are compared in ascending order of `id`.
struct LabelledPicture {
    std::int64_t id = 0;
    std::size_t width = 0, height = 0;  ///< of the original, in pixels; at least 1
    std::vector<TrueBox> boxes{};
};

/// Detection: the true objects of each sample.
struct BoxLabels {
    std::vector<BoxCategory> categories;
    std::vector<LabelledPicture> of_sample;
};

/// Segmentation: a file for each sample whose values are the true classes of its pixels. A PNG (grey of 1 to 16 bits,
/// or a palette, whose indices are the classes), or an .npy of integers [H,W].
struct MaskLabels {
    std::vector<std::filesystem::path> of_sample;
    std::int64_t offset = 0;           ///< added to each value that is not ignored
    std::vector<std::string> names{};  ///< of the class numbers from 0; may be shorter, or empty
};

/// What the samples of a dataset truly show, in the dataset's order.
using Labels = std::variant<ClassLabels, BoxLabels, MaskLabels>;

struct LabelOptions {
    std::filesystem::path classes{};  ///< a file with a class's name a line, the first is class 0; empty: the model's
                                      ///< rt_info `model_info/labels` where it has that
    std::int64_t offset = 0;          ///< added to each label: 1 for a model whose class 0 is the background
};

/// Reads the labels of `dataset` from `source`, which is
/// - a text file: `NAME LABEL` a line, NAME as Dataset::label() gives it or its last part; or one LABEL a line in
///   sample order; blank lines and those that begin with `#` do not count;
/// - an .npy of integers [N] or [N,1] in sample order;
/// - the word "folders": the first part of Dataset::label() is the class;
/// - a .json: COCO's annotations of boxes (`segmentation` and `keypoints` are not read);
/// - a folder of masks: the sample's name with another extension.
/// A LABEL is a class's number, or its name where LabelOptions or the model tell the names. Names of sub-folders that
/// all are whole numbers are these numbers; where nothing tells the names, sub-folders count in bytewise order.
/// The classes of a COCO file are its categories in ascending order of id, the first is 0 + offset; or those of the
/// same name where names are given. Throws Error(InvalidData) where a sample has no label (naming some, with the
/// nearest), a name means two samples or the source is malformed (naming the place), Error(Io) where it cannot be read.
OCTET_API Labels open_labels(const ov::Model& model, const Dataset& dataset, const std::string& source,
                             const LabelOptions& options = {}, Observer* observer = nullptr);

/// The labels at `indices`, as select_samples() does with samples.
OCTET_API Labels select_labels(const Labels& labels, const std::vector<std::size_t>& indices);

/// How a model's outputs are to be read as boxes. B, N, C: batch of 1, boxes, classes; pixels are the input's.
enum class BoxFormat {
    Auto,             ///< by the outputs' shapes and rt_info `model_info/model_type`
    DetectionOutput,  ///< [1,1,N,7]: picture (below 0 ends the list), class, score, xmin, ymin, xmax, ymax in 0..1
    Boxes,   ///< [..,N,4] xmin, ymin, xmax, ymax in pixels, or [..,N,5] with the score; classes [..,N]; scores [..,N]
    YoloV5,  ///< [1,N,5+C]: centre x, y, width, height in pixels, objectness, scores
    YoloV8,  ///< [1,4+C,N]: centre x, y, width, height in pixels, scores
    YoloX,   ///< [1,N,5+C] before decoding: offsets in cells of 8, 16, 32 pixels, logarithms of sizes, objectness,
             ///< scores
};

struct EvaluateOptions {
    std::vector<std::size_t> top{1, 5};  ///< accuracy@topK for each K >= 1; left out where K is all classes or more
    BoxFormat boxes = BoxFormat::Auto;
    double nms_iou = 0.65;            ///< of YoloV5, YoloV8, YoloX: the most that two boxes of a class may overlap
    double score_threshold = 0.001;   ///< of the same: boxes with a score up to this do not count
    std::int64_t ignore_label = 255;  ///< pixels of this value in a mask do not count
    std::string output{};             ///< name of the output with scores or classes; empty: the one that fits
    bool skip_bad = false;            ///< go on without samples that cannot be read
    std::map<std::string, ov::PartialShape> shapes{};
    /// How pictures became samples where the dataset does not say (arrays); only what moves pixels is used.
    Preprocessing preparation{};
    /// Outputs are read and measured as accuracy checker does it; what is above but for `skip_bad`, `shapes` and
    /// `output` is then not read, and the metrics are those that it names.
    std::optional<checker::Measurement> checker{};
};

/// A figure for each model: the original's first. From 0 to 1.
struct MetricValues {
    std::string name;  ///< accuracy@topK; mAP@[.5:.95], AP@.5, AP@.75; mean IoU, pixel accuracy
    std::vector<double> values;
};

/// One class.
struct ClassEvaluation {
    std::int64_t number = 0;                    ///< class number; a COCO category's id
    std::string name;                           ///< empty where not known
    std::uint64_t count = 0;                    ///< samples, boxes (without crowds) or pixels of truth
    std::vector<std::optional<double>> values;  ///< of each model; unset where there is neither truth nor prediction
};

struct ScoredClass {
    std::size_t number = 0;
    double score = 0;
};

/// One model on one sample.
struct SampleFigures {
    std::vector<ScoredClass> top{};    ///< classification: the best five, highest first
    std::size_t boxes = 0;             ///< detection: boxes of known categories
    std::size_t matched = 0;           ///< of these: matched with a true one at IoU 0.5
    std::optional<double> mean_iou{};  ///< segmentation: over the classes in the sample's truth or prediction
};

struct SampleEvaluation {
    std::string name;
    std::optional<std::size_t> label{};       ///< classification: the true class
    std::optional<std::size_t> true_boxes{};  ///< detection: without crowds
    std::vector<SampleFigures> models{};
};

struct Evaluation {
    std::string task;  ///< classification, detection or segmentation
    std::size_t samples = 0;
    std::vector<MetricValues> metrics;
    std::string class_metric;              ///< what ClassEvaluation::values are, by a name of `metrics`, or IoU
    std::vector<ClassEvaluation> classes;  ///< those with truth or prediction, ascending
    std::vector<SampleEvaluation> of_sample;
    std::vector<std::string> skipped;  ///< samples that cannot be read, with the reason (only with skip_bad)
};

/// Runs each of `models` (one or more, with the same inputs and outputs) on every sample and compares its outputs with
/// `labels`. The result is the same whatever RunOptions say. Phase "evaluate".
///
/// Classification: the output with a score per class, e.g. [1,C]; the share of samples whose label is among the K
/// highest scores, the first of equals ranking first. Detection: average precision as COCO's own evaluation
/// (cocoeval.py, bbox) defines it: IoU .5 to .95, 101 recall points, 100 boxes of a category a picture, all areas,
/// categories without truth left out; boxes are not clipped to the picture. Segmentation: scores [1,C,H,W] or
/// [1,H,W,C], the first of the highest wins; one channel in 0..1, class 1 above 0.5; or integer classes. The prediction
/// is taken back to the mask by nearest pixels; intersection over union of all pixels of a class, its mean over the
/// classes in truth or prediction, and the share of right pixels. Pixels that a central crop cut off do not count.
///
/// Throws Error(InvalidOption) for options out of range or labels of another number than samples, Error(InvalidData)
/// for a label that the model has no class for or a sample that cannot be used, Error(UnsupportedModel) where models do
/// not belong together or outputs cannot be read as the task needs, Error(Cancelled).
OCTET_API Evaluation evaluate(const std::vector<std::shared_ptr<const ov::Model>>& models, const Dataset& dataset,
                              const Labels& labels, const EvaluateOptions& options = {}, const RunOptions& run = {},
                              Observer* observer = nullptr);

}  // namespace octet
