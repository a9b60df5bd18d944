#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace octet {

/// Tokens of texts by a vocabulary of pieces of words, as BERT's are made and accuracy checker makes them: words are
/// apart by blanks, each punctuation mark and each Chinese character is one; a word is cut into the longest pieces
/// there are, from its beginning, of which those within a word stand as `##PIECE`. What cannot be cut so, or is longer
/// than 200 characters, is [UNK]. Control characters are left out.
class WordPiece {
public:
    /// `vocabulary`: a piece a line, whose number it is, from 0, as unicode_text() gives it. `is_lower_case`: words are
    /// turned to lower case and lose their accents. Throws Error(InvalidData) at `where` where [UNK], [CLS] or [SEP] is
    /// missing.
    WordPiece(std::string_view vocabulary, const std::string& where, bool is_lower_case);

    /// The pieces' numbers of a text of UTF-8.
    std::vector<std::int64_t> operator()(std::string_view text) const;

    std::int64_t class_token() const {
        return class_token_;
    }
    std::int64_t separator() const {
        return separator_;
    }

private:
    struct Hash : std::hash<std::u32string_view> {
        using is_transparent = void;
    };
    using Pieces = std::unordered_map<std::u32string, std::int64_t, Hash, std::equal_to<>>;

    std::int64_t special(std::u32string_view name, const std::string& where) const;
    /// Adds the pieces of a word between blanks.
    void add_word(const std::u32string& word, std::vector<std::int64_t>& out) const;
    /// Adds those of a word without punctuation marks.
    void add_pieces(std::u32string_view word, std::vector<std::int64_t>& out) const;

    bool is_lower_case_;
    Pieces first_, later_;  // later_: those with ## in front, without it
    std::size_t longest_ = 0;
    std::int64_t unknown_, class_token_, separator_;
};

}  // namespace octet
