#include "data/delimited.hpp"

#include <utility>

#include "octet/error.hpp"

namespace octet {
namespace {

constexpr std::size_t kMostCharacters = 131072;

class Parser {
public:
    Parser(char separator, bool is_quoted, const std::string& where)
        : separator_(separator), is_quoted_(is_quoted), where_(where) {}

    std::vector<TableRow> operator()(std::string_view text) {
        for (const char each : text) {
            take(each);
            line_ += each == '\n' ? 1 : 0;
        }
        if (state_ != State::RowBegin) {
            end_row();
        }
        return std::move(rows_);
    }

private:
    enum class State { RowBegin, AfterSeparator, Plain, Quoted, QuoteInQuoted };

    void take(char each) {
        if (state_ == State::RowBegin) {
            row_.line = line_;
        }
        const bool is_begin = state_ == State::RowBegin || state_ == State::AfterSeparator;
        const bool is_quote = is_quoted_ && each == '"';
        if (is_quote && is_begin) {
            state_ = State::Quoted;
        } else if (is_quote && state_ == State::Quoted) {
            state_ = State::QuoteInQuoted;
        } else if (state_ == State::Quoted || (is_quote && state_ == State::QuoteInQuoted)) {
            add(each, State::Quoted);
        } else if (each == separator_) {
            end_cell();
            state_ = State::AfterSeparator;
        } else if (each == '\n' && state_ == State::RowBegin) {
            rows_.push_back(std::exchange(row_, {}));
        } else if (each == '\n') {
            end_row();
        } else {
            add(each, State::Plain);
        }
    }

    void add(char each, State next) {
        // Bytes that go on with a character do not count.
        characters_ += (static_cast<unsigned char>(each) & 0xC0U) != 0x80U ? 1 : 0;
        if (characters_ > kMostCharacters) {
            throw Error(ErrorCode::InvalidData, where_ + ":" + std::to_string(row_.line),
                        "has a cell of more than 131072 characters; is a \" there that does not end?");
        }
        cell_ += each;
        state_ = next;
    }

    void end_cell() {
        row_.cells.push_back(std::exchange(cell_, {}));
        characters_ = 0;
    }

    void end_row() {
        end_cell();
        rows_.push_back(std::exchange(row_, {}));
        state_ = State::RowBegin;
    }

    char separator_;
    bool is_quoted_;
    const std::string& where_;
    State state_ = State::RowBegin;
    std::size_t line_ = 1, characters_ = 0;
    std::string cell_;
    TableRow row_;
    std::vector<TableRow> rows_;
};

}  // namespace

std::vector<TableRow> parse_delimited(std::string_view text, char separator, bool is_quoted, const std::string& where) {
    return Parser(separator, is_quoted, where)(text);
}

}  // namespace octet
