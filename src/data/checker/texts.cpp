#include "data/checker/texts.hpp"

#include <algorithm>
#include <map>
#include <string>
#include <utility>

#include <re2/re2.h>

#include "octet/error.hpp"

#include "base/text.hpp"
#include "base/text_file.hpp"
#include "data/unicode.hpp"

namespace octet {
namespace {

using checker::Feature;

/// The tool's names of what [CLS], padding and the texts are of.
constexpr std::int64_t kFirstText = 0, kSecondText = 1, kClassFirst = 1, kClassLast = 2, kPaddingFirst = 4;

std::string name_of(Feature feature) {
    switch (feature) {
        case Feature::InputIds:
            return "input_ids";
        case Feature::InputMask:
            return "input_mask";
        case Feature::SegmentIds:
            break;
    }
    return "segment_ids";
}

std::vector<std::string> names_of(const std::vector<Feature>& features) {
    std::vector<std::string> names;
    std::transform(features.begin(), features.end(), std::back_inserter(names), name_of);
    return names;
}

/// The first feature whose name with the sample's begins as the pattern says.
Feature matching_feature(const checker::InputRules& input, const std::vector<Feature>& features,
                         const std::string& sample, const std::string& where) {
    if (input.pattern.empty() && features.size() == 1) {
        return features.front();
    }
    const re2::RE2 pattern(input.pattern, re2::RE2::Quiet);
    for (const Feature feature : features) {
        const std::string name = name_of(feature) + "_" + sample;
        if (!input.pattern.empty() && pattern.Match(name, 0, name.size(), re2::RE2::ANCHOR_START, nullptr, 0)) {
            return feature;
        }
    }
    throw Error(ErrorCode::InvalidOption, where,
                "value of the launcher's inputs: " +
                    (input.pattern.empty() ? "is missing" : "\"" + input.pattern + "\" fits no feature") +
                    "; expected what fits one of " + quoted(names_of(features)));
}

/// What each input is fed, by its name.
std::map<std::string, Feature> features_of(const std::vector<ModelInput>& inputs, const checker::Rules& rules,
                                           const checker::DatasetRules& part, const std::string& sample) {
    std::map<std::string, Feature> fed;
    if (rules.inputs.empty() && inputs.size() == 1 && part.features.size() == 1) {
        fed[inputs.front().name()] = part.features.front();
    }
    for (const auto& each : rules.inputs) {
        const std::string& name = inputs[find_input(inputs, each.name, "inputs of the launcher")].name();
        fed[name] = matching_feature(each, part.features, sample, "input \"" + name + "\"");
    }
    if (fed.size() != inputs.size()) {
        throw Error(ErrorCode::InvalidOption, part.name,
                    "the model has " + list_names(inputs) +
                        "; expected each of them in the launcher's inputs, with a value that fits one of " +
                        quoted(names_of(part.features)));
    }
    return fed;
}

void check_length(const ModelInput& input, const checker::Tokenization& how) {
    const auto& shape = input.shape;
    const bool is_open = shape.rank().is_dynamic() || shape.size() != 2 || shape[1].is_dynamic();
    if (how.is_padded && !is_open && shape[1].get_length() != how.length) {
        throw Error(ErrorCode::InvalidOption, "input \"" + input.name() + "\"",
                    "takes " + describe(input.type, shape) + ", but max_seq_length is " + std::to_string(how.length) +
                        "; expected equal lengths");
    }
}

class CheckedTexts : public Dataset {
public:
    CheckedTexts(std::map<std::string, Feature> fed, const checker::Tokenization& how, Annotations annotations)
        : fed_(std::move(fed)),
          how_(how),
          annotations_(std::move(annotations)),
          pieces_(unicode_text(read_text_file(how.vocabulary), how.vocabulary.string()), how.vocabulary.string(),
                  how.is_lower_case) {}

    std::size_t size() const override {
        return annotations_.texts.size();
    }

    Sample sample(std::size_t index) const override {
        const TokenArrays tokens = arrange_tokens(annotations_.texts.at(index), pieces_, how_);
        Sample out;
        for (const auto& [name, feature] : fed_) {
            const auto& values = feature == Feature::InputIds    ? tokens.ids
                                 : feature == Feature::InputMask ? tokens.mask
                                                                 : tokens.segments;
            ov::Tensor tensor(ov::element::i64, {1, values.size()});
            std::copy(values.begin(), values.end(), tensor.data<std::int64_t>());
            out[name] = tensor;
        }
        return out;
    }

    std::string label(std::size_t index) const override {
        return annotations_.names.at(index);
    }

private:
    std::map<std::string, Feature> fed_;
    checker::Tokenization how_;
    Annotations annotations_;
    WordPiece pieces_;
};

}  // namespace

TokenArrays arrange_tokens(const TextPair& text, const WordPiece& pieces, const checker::Tokenization& how) {
    auto first = pieces(text.first), second = pieces(text.second);
    const auto length = static_cast<std::size_t>(how.length);
    const std::size_t most = length - (second.empty() ? 2 : 3);
    while (first.size() + second.size() > most) {
        (first.size() > second.size() ? first : second).pop_back();
    }
    TokenArrays out;
    const auto add = [&](const std::vector<std::int64_t>& ids, std::int64_t segment) {
        out.ids.insert(out.ids.end(), ids.begin(), ids.end());
        out.segments.insert(out.segments.end(), ids.size(), segment);
    };
    if (how.is_class_first) {
        add({pieces.class_token()}, kClassFirst);
    }
    add(first, kFirstText);
    add({pieces.separator()}, kFirstText);
    if (!second.empty()) {
        add(second, kSecondText);
        add({pieces.separator()}, kSecondText);
    }
    if (!how.is_class_first) {
        add({pieces.class_token()}, kClassLast);
    }
    out.mask.assign(out.ids.size(), how.is_class_first ? 1 : 0);
    const auto pad = [&](std::vector<std::int64_t>& values, std::int64_t value) {
        const std::size_t missing = how.is_padded ? length - values.size() : 0;
        values.insert(how.is_class_first ? values.end() : values.begin(), missing, value);
    };
    // With [CLS] last the mask marks what is not text, as XLNet's does.
    pad(out.ids, 0);
    pad(out.mask, how.is_class_first ? 0 : 1);
    pad(out.segments, how.is_class_first ? 0 : kPaddingFirst);
    return out;
}

std::unique_ptr<Dataset> open_texts(const std::vector<ModelInput>& inputs, const checker::Rules& rules,
                                    const checker::DatasetRules& part, Annotations annotations) {
    const checker::Tokenization& how = *checker::tokenization_of(part.annotation);
    for (const auto& input : inputs) {
        check_length(input, how);
    }
    auto fed = features_of(inputs, rules, part, annotations.names.front());
    return std::make_unique<CheckedTexts>(std::move(fed), how, std::move(annotations));
}

}  // namespace octet
