#include "data/wordpiece.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

#include <unicode/locid.h>
#include <unicode/normalizer2.h>
#include <unicode/uchar.h>
#include <unicode/unistr.h>

#include "octet/error.hpp"

#include "data/unicode.hpp"

namespace octet {
namespace {

constexpr std::size_t kLongestWord = 200;
constexpr std::u32string_view kInWord = U"##";

bool is_of(char32_t character, std::uint32_t categories) {
    return (U_GET_GC_MASK(static_cast<UChar32>(character)) & categories) != 0;
}

bool is_left_out(char32_t character) {
    return character == 0xFFFD ||
           (is_of(character, U_GC_C_MASK) && character != '\t' && character != '\n' && character != '\r');
}

bool is_between_words(char32_t character) {
    return character == '\t' || character == '\n' || character == '\r' || is_of(character, U_GC_Z_MASK);
}

/// Of the blocks of CJK ideographs, not of kana or hangul, whose texts have blanks or are cut as others are.
bool is_chinese(char32_t character) {
    constexpr std::pair<char32_t, char32_t> kBlocks[] = {{0x4E00, 0x9FFF},   {0x3400, 0x4DBF},   {0x20000, 0x2A6DF},
                                                         {0x2A700, 0x2B73F}, {0x2B740, 0x2B81F}, {0x2B820, 0x2CEAF},
                                                         {0xF900, 0xFAFF},   {0x2F800, 0x2FA1F}};
    return std::any_of(std::begin(kBlocks), std::end(kBlocks),
                       [&](const auto& block) { return character >= block.first && character <= block.second; });
}

/// Also ASCII's signs, which Unicode takes for symbols.
bool is_punctuation(char32_t character) {
    return is_of(character, U_GC_P_MASK) ||
           (character > ' ' && character < 0x7F && !u_isalnum(static_cast<UChar32>(character)));
}

/// In lower case, by the rules for whole words, and without what Unicode puts over and under letters.
std::u32string lowered(const std::u32string& word) {
    UErrorCode status = U_ZERO_ERROR;
    const auto* canonical = icu::Normalizer2::getNFDInstance(status);
    auto text = icu::UnicodeString::fromUTF32(reinterpret_cast<const UChar32*>(word.data()),
                                              static_cast<std::int32_t>(word.size()));
    text.toLower(icu::Locale::getRoot());
    text = canonical->normalize(text, status);
    if (U_FAILURE(status)) {
        throw Error(ErrorCode::Internal, "", std::string("a text cannot be normalized: ") + u_errorName(status));
    }
    std::u32string out;
    for (std::int32_t i = 0; i < text.length(); i = text.moveIndex32(i, 1)) {
        const auto character = static_cast<char32_t>(text.char32At(i));
        if (!is_of(character, U_GC_MN_MASK)) {
            out += character;
        }
    }
    return out;
}

std::u32string_view without_blanks(std::u32string_view line) {
    while (!line.empty() && is_blank(line.front())) {
        line.remove_prefix(1);
    }
    while (!line.empty() && is_blank(line.back())) {
        line.remove_suffix(1);
    }
    return line;
}

}  // namespace

WordPiece::WordPiece(std::string_view vocabulary, const std::string& where, bool is_lower_case)
    : is_lower_case_(is_lower_case) {
    std::int64_t number = 0;
    for (std::size_t from = 0; from < vocabulary.size(); ++number) {
        const std::size_t to = std::min(vocabulary.find('\n', from), vocabulary.size());
        const std::u32string line = characters(vocabulary.substr(from, to - from));
        const std::u32string_view piece = without_blanks(line);
        first_[std::u32string(piece)] = number;
        if (piece.starts_with(kInWord)) {
            later_[std::u32string(piece.substr(kInWord.size()))] = number;
        }
        longest_ = std::max(longest_, piece.size());
        from = to + 1;
    }
    unknown_ = special(U"[UNK]", where);
    class_token_ = special(U"[CLS]", where);
    separator_ = special(U"[SEP]", where);
}

std::int64_t WordPiece::special(std::u32string_view name, const std::string& where) const {
    const auto found = first_.find(name);
    if (found == first_.end()) {
        throw Error(
            ErrorCode::InvalidData, where,
            "has no " + std::string(name.begin(), name.end()) + "; expected a vocabulary of WordPiece, a piece a line");
    }
    return found->second;
}

std::vector<std::int64_t> WordPiece::operator()(std::string_view text) const {
    std::vector<std::int64_t> out;
    std::u32string word;
    const auto end_word = [&] {
        add_word(word, out);
        word.clear();
    };
    for (const char32_t character : characters(text)) {
        if (is_left_out(character)) {
            continue;
        }
        if (is_between_words(character)) {
            end_word();
        } else if (is_chinese(character)) {
            end_word();
            word = character;
            end_word();
        } else {
            word += character;
        }
    }
    end_word();
    return out;
}

void WordPiece::add_word(const std::u32string& word, std::vector<std::int64_t>& out) const {
    const std::u32string held = is_lower_case_ && !word.empty() ? lowered(word) : word;
    const std::u32string_view rest = held;
    for (std::size_t from = 0, to = 0; from < rest.size(); from = to) {
        while (to < rest.size() && !is_punctuation(rest[to])) {
            ++to;
        }
        to = std::max(to, from + 1);
        add_pieces(rest.substr(from, to - from), out);
    }
}

void WordPiece::add_pieces(std::u32string_view word, std::vector<std::int64_t>& out) const {
    std::vector<std::int64_t> numbers;
    for (std::size_t from = 0, count = 0; from < word.size(); from += count) {
        const Pieces& pieces = from == 0 ? first_ : later_;
        count = std::min(longest_, word.size() - from);
        auto found = pieces.find(word.substr(from, count));
        while (found == pieces.end() && count > 1) {
            found = pieces.find(word.substr(from, --count));
        }
        if (found == pieces.end() || word.size() > kLongestWord) {
            numbers = {unknown_};
            break;
        }
        numbers.push_back(found->second);
    }
    out.insert(out.end(), numbers.begin(), numbers.end());
}

}  // namespace octet
