#pragma once

#include <memory>
#include <vector>

#include "octet/checker_rules.hpp"
#include "octet/dataset.hpp"

#include "data/checker/annotations.hpp"
#include "data/model_inputs.hpp"
#include "data/wordpiece.hpp"

namespace octet {

/// What a model is fed of a text; equally long.
struct TokenArrays {
    std::vector<std::int64_t> ids, mask, segments;
};

/// The tokens of a text as `how` says, with [CLS], [SEP] and padding.
TokenArrays arrange_tokens(const TextPair& text, const WordPiece& pieces, const checker::Tokenization& how);

/// The samples of texts that `annotations` hold; each input gets the feature that the launcher's `inputs` say.
/// Throws Error(Io) or Error(InvalidData) for the vocabulary, Error(InvalidOption) where the inputs are not told, or
/// are of another length.
std::unique_ptr<Dataset> open_texts(const std::vector<ModelInput>& inputs, const checker::Rules& rules,
                                    const checker::DatasetRules& part, Annotations annotations);

}  // namespace octet
