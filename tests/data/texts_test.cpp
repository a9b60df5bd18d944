// Tables, vocabularies and datasets of texts as users of accuracy checker have them: what tests/accuracy_checker, which
// holds them against the tool, does not show.
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "octet/accuracy_checker.hpp"

#include "data/delimited.hpp"
#include "data/unicode.hpp"
#include "data/wordpiece.hpp"
#include "support.hpp"

namespace octet {
namespace {

using test::expect_error;

std::vector<std::vector<std::string>> cells(const std::string& text) {
    std::vector<std::vector<std::string>> out;
    for (const auto& row : parse_delimited(text, ',', true, "t.csv")) {
        out.push_back(row.cells);
    }
    return out;
}

using Rows = std::vector<std::vector<std::string>>;

TEST(Delimited, EndsOfRowsAndCells) {
    EXPECT_EQ(cells(""), Rows{});
    EXPECT_EQ(cells("a,b"), (Rows{{"a", "b"}}));
    EXPECT_EQ(cells("a,\n,b\n"), (Rows{{"a", ""}, {"", "b"}}));
    EXPECT_EQ(cells("a\n\nb"), (Rows{{"a"}, {}, {"b"}}));
    EXPECT_EQ(cells("\"\""), (Rows{{""}}));
    EXPECT_EQ(cells("\"a\"b,c\"d"), (Rows{{"ab", "c\"d"}}));
    EXPECT_EQ(cells("\"a\nb\",\"c"), (Rows{{"a\nb", "c"}}));
}

TEST(Delimited, RowsKnowTheirLines) {
    const auto rows = parse_delimited("a\n\"b\nc\"\nd", ',', true, "t.csv");
    ASSERT_EQ(rows.size(), 3U);
    EXPECT_EQ(rows[1].line, 2U);
    EXPECT_EQ(rows[2].line, 4U);
}

TEST(Delimited, AQuoteThatDoesNotEndIsRefusedWhereItBegins) {
    const std::string limit(131072, 'x');
    EXPECT_EQ(cells("\"" + limit).size(), 1U);
    expect_error([&] { cells("a\n\"" + limit + "\ny"); }, ErrorCode::InvalidData,
                 {"t.csv:2: has a cell of more than 131072"});
}

TEST(UnicodeText, OtherBytesAreRefusedAtTheirLine) {
    EXPECT_EQ(unicode_text("a\r\nb\rc\n", "t"), "a\nb\nc\n");
    expect_error([] { unicode_text("a\r\nb\xE4", "t.txt"); }, ErrorCode::InvalidData, {"t.txt:2: is not UTF-8"});
    expect_error([] { unicode_text("\xED\xA0\x80", "t.txt"); }, ErrorCode::InvalidData, {"t.txt:1: is not UTF-8"});
}

TEST(WordPieceVocabulary, NeedsItsSpecialPieces) {
    expect_error([] { WordPiece("[UNK]\n[CLS]\nword\n", "v.txt", false); }, ErrorCode::InvalidData,
                 {"v.txt: has no [SEP]"});
    expect_error([] { WordPiece("", "v.txt", false); }, ErrorCode::InvalidData, {"v.txt: has no [UNK]"});
}

TEST(WordPieceVocabulary, TheLongestPiecesCount) {
    const WordPiece pieces("[UNK]\n[CLS]\n[SEP]\nab\na\n##b\n##bc\n", "v.txt", false);
    EXPECT_EQ(pieces("abc ab a abb"), (std::vector<std::int64_t>{0, 3, 4, 3, 5}));
}

/// A folder with a vocabulary and a table, and what is to be read of it.
class TextFiles : public testing::Test {
protected:
    void SetUp() override {
        test::write(folder_ / "vocab.txt", std::string("[PAD]\n[UNK]\n[CLS]\n[SEP]\ngood\nbad\n"));
        write_table("good\tyes\nbad\tno\n");
        rules_.inputs = {{"ids", "input_ids"}, {"mask", "input_mask"}};
        part_.name = "texts";
        part_.reader = checker::Reader::Annotation;
        part_.features = {checker::Feature::InputIds, checker::Feature::InputMask};
        table_.file = folder_ / "t.tsv";
        table_.labels = {"no", "yes"};
        table_.tokens.vocabulary = folder_ / "vocab.txt";
        table_.tokens.length = 8;
    }

    void write_table(const std::string& rows) const {
        test::write(folder_ / "t.tsv", "text\tlabel\n" + rows);
    }

    CheckedSamples open(std::int64_t length = 8) {
        part_.annotation = table_;
        const auto model =
            test::make_model({{"ids", ov::element::i64, {1, length}}, {"mask", ov::element::i64, {1, length}}});
        return open_checked(*model, rules_, part_);
    }

    void expect_refusal(ErrorCode code, const std::string& text, std::int64_t length = 8) {
        expect_error([&] { open(length); }, code, {text});
    }

    test::TempFolder folder_;
    checker::Rules rules_;
    checker::DatasetRules part_;
    checker::TextTable table_;
};

TEST_F(TextFiles, AreSamples) {
    const auto samples = open();
    ASSERT_EQ(samples.dataset->size(), 2U);
    EXPECT_EQ(samples.dataset->label(1), "dev-2");
    EXPECT_EQ(test::values<std::int64_t>(samples.dataset->sample(1).at("ids")),
              (std::vector<std::int64_t>{2, 5, 3, 0, 0, 0, 0, 0}));
}

TEST_F(TextFiles, LabelsAreThoseOfTheDataset) {
    write_table("good\tyes\nbad\tnoo\n");
    expect_refusal(ErrorCode::InvalidData,
                   "t.tsv:3: \"noo\" is no label of this dataset (did you mean \"no\"?); there are \"no\", \"yes\"");
}

TEST_F(TextFiles, RowsHaveTheColumns) {
    write_table("good\tyes\n\n");
    expect_refusal(ErrorCode::InvalidData, "t.tsv:3: has 0 cells; expected one in column 1, counted from 0");
}

TEST_F(TextFiles, OfOtherBytesAreRefused) {
    write_table("good\tyes\n\xFF\tyes\n");
    expect_refusal(ErrorCode::InvalidData, "t.tsv:3: is not UTF-8");
}

TEST_F(TextFiles, InputsAreAsLongAsTheTexts) {
    expect_refusal(ErrorCode::InvalidOption,
                   "input \"ids\": takes i64[1,9], but max_seq_length is 8; expected equal lengths", 9);
}

TEST_F(TextFiles, EachInputIsFed) {
    const struct {
        std::vector<checker::InputRules> inputs;
        const char* message;
    } kCases[] = {
        {{}, "texts: the model has \"ids\", \"mask\"; expected each of them in the launcher's inputs"},
        {{{"ids", "input_ids"}},
         "texts: the model has \"ids\", \"mask\"; expected each of them in the launcher's inputs"},
        {{{"ids", "input_ids"}, {"msk", "input_mask"}}, "\"msk\""},
        {{{"ids", "input_ids"}, {"mask", "segment_ids"}},
         "\"segment_ids\" fits no feature; expected what fits one of \"input_ids\", \"input_mask\""},
        {{{"ids", "input_ids"}, {"mask", ""}}, "input \"mask\": value of the launcher's inputs: is missing"},
    };
    for (const auto& [inputs, message] : kCases) {
        rules_.inputs = inputs;
        expect_refusal(ErrorCode::InvalidOption, message);
    }
}

}  // namespace
}  // namespace octet
