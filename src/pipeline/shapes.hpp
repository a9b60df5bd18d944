#pragma once

#include <map>
#include <string>

#include <openvino/core/model.hpp>
#include <openvino/core/partial_shape.hpp>

#include "octet/options.hpp"

namespace octet {

/// Throws Error(InvalidOption) for a shape whose input is not there (with the nearest), or that the input or the model
/// cannot take, and for --reshape without shapes.
void check_shapes(const ov::Model& model, const Options& options);

/// Gives a model the shapes to calibrate at, for as long as this object lives; then its own again, unless
/// Options::reshape asks to keep them.
class CalibrationShapes {
public:
    CalibrationShapes(ov::Model& model, const Options& options);
    ~CalibrationShapes();
    CalibrationShapes(const CalibrationShapes&) = delete;
    CalibrationShapes& operator=(const CalibrationShapes&) = delete;

private:
    ov::Model& model_;
    std::map<ov::Output<ov::Node>, ov::PartialShape> original_;
};

/// Lets a model take the items of its batches one by one, for as long as this object lives: gives it batch 1, where it
/// can be had.
///
/// The first axis of an input is a batch where its layout says so; without a layout, where the input has at least four
/// axes or is of a fixed size there, and each output's first axis becomes 1 with that of the inputs. All inputs must
/// have the same batch. A model with a state keeps its batch, which the state has, too.
class ItemShapes {
public:
    ItemShapes(ov::Model& model, const Options& options);
    ~ItemShapes();
    ItemShapes(const ItemShapes&) = delete;
    ItemShapes& operator=(const ItemShapes&) = delete;

    /// Are samples to be taken apart along their first axis?
    bool is_split() const {
        return is_split_;
    }
    /// Why a fixed batch larger than 1 is not taken apart; else empty.
    const std::string& obstacle() const {
        return obstacle_;
    }

private:
    ov::Model& model_;
    std::map<ov::Output<ov::Node>, ov::PartialShape> original_;
    bool is_split_ = false;
    std::string obstacle_;
};

}  // namespace octet
