#include "data/cifar.hpp"

#include <algorithm>
#include <cstring>
#include <deque>
#include <map>
#include <variant>

#include "octet/error.hpp"

namespace octet {
namespace {

struct Value;
using ValuePtr = Value*;  // the machine owns all: pickles may hold themselves
using Values = std::vector<ValuePtr>;

/// A function or class by its name.
struct Name {
    std::string text;
};
struct List {
    Values items;
    bool is_tuple = false;
};
struct Dictionary {
    std::vector<std::pair<ValuePtr, ValuePtr>> items;
};
struct Array {
    std::vector<std::int64_t> shape;
    std::string bytes;
};
struct Nothing {};
struct Value {
    std::variant<Nothing, std::int64_t, std::string, List, Dictionary, Name, Array> content;
};

/// The subset of pickle's machine that data needs.
class Unpickler {
public:
    Unpickler(std::span<const std::uint8_t> bytes, const std::string& where) : bytes_(bytes), where_(where) {}

    const Value& run() {
        while (step()) {
        }
        return *pop();
    }

    [[noreturn]] void refuse(const std::string& what) const {
        throw Error(ErrorCode::InvalidData, where_, "is no batch of CIFAR that can be read: " + what);
    }

private:
    std::span<const std::uint8_t> take(std::uint64_t count) {
        if (count > bytes_.size() - at_) {
            refuse("it is cut at byte " + std::to_string(at_));
        }
        const auto part = bytes_.subspan(at_, static_cast<std::size_t>(count));
        at_ += part.size();
        return part;
    }

    std::uint64_t number(int width) {
        std::uint64_t value = 0;
        const auto part = take(static_cast<std::uint64_t>(width));
        for (int i = width; i-- > 0;) {
            value = value << 8 | part[static_cast<std::size_t>(i)];
        }
        return value;
    }

    std::string text(std::uint64_t count) {
        const auto part = take(count);
        return {reinterpret_cast<const char*>(part.data()), part.size()};
    }

    std::string line() {
        const auto* end = static_cast<const std::uint8_t*>(std::memchr(bytes_.data() + at_, '\n', bytes_.size() - at_));
        if (end == nullptr) {
            refuse("it is cut at byte " + std::to_string(at_));
        }
        std::string line = text(static_cast<std::uint64_t>(end - (bytes_.data() + at_)));
        ++at_;
        return line;
    }

    template <class Content>
    void push(Content content) {
        values_.push_back({std::move(content)});
        stack_.push_back(&values_.back());
    }

    ValuePtr pop() {
        if (stack_.empty() || (!marks_.empty() && stack_.size() <= marks_.back())) {
            refuse("a value is missing");
        }
        ValuePtr value = stack_.back();
        stack_.pop_back();
        return value;
    }

    Values pop_to_mark() {
        if (marks_.empty() || marks_.back() > stack_.size()) {
            refuse("a mark is missing");
        }
        const auto first = stack_.begin() + static_cast<std::ptrdiff_t>(marks_.back());
        Values values(first, stack_.end());
        stack_.erase(first, stack_.end());
        marks_.pop_back();
        return values;
    }

    void push_tuple(std::size_t count) {
        Values items(count);
        for (std::size_t i = count; i-- > 0;) {
            items[i] = pop();
        }
        push(List{std::move(items), true});
    }

    Value& top() {
        if (stack_.empty()) {
            refuse("a value is missing");
        }
        return *stack_.back();
    }

    void append(Values values) {
        auto* list = std::get_if<List>(&top().content);
        if (list == nullptr) {
            refuse("a list is missing");
        }
        list->items.insert(list->items.end(), values.begin(), values.end());
    }

    void set_items(const Values& values) {
        auto* dictionary = std::get_if<Dictionary>(&top().content);
        if (dictionary == nullptr || values.size() % 2 != 0) {
            refuse("a dictionary is missing");
        }
        for (std::size_t i = 0; i < values.size(); i += 2) {
            dictionary->items.emplace_back(values[i], values[i + 1]);
        }
    }

    void call() {
        const ValuePtr arguments = pop(), callee = pop();
        const auto* name = std::get_if<Name>(&callee->content);
        const auto* list = std::get_if<List>(&arguments->content);
        if (name == nullptr || list == nullptr) {
            refuse("a call of no name");
        }
        if (name->text.ends_with(".multiarray _reconstruct")) {
            push(Array{});
        } else if (name->text == "numpy dtype" && !list->items.empty()) {
            stack_.push_back(list->items.front());
        } else if (name->text == "_codecs encode" && !list->items.empty()) {
            const auto* coded = std::get_if<std::string>(&list->items.front()->content);
            if (coded == nullptr) {
                refuse("a text is missing");
            }
            push(latin1(*coded));
        } else {
            refuse("it calls \"" + name->text + "\"; expected arrays of numpy only");
        }
    }

    /// The bytes that UTF-8 holds as characters up to 255.
    std::string latin1(const std::string& utf8) {
        if ((decoded_ += utf8.size()) > bytes_.size()) {  // the same text again and again would fill all memory
            refuse("more bytes are coded as characters than it has");
        }
        std::string bytes;
        for (std::size_t i = 0; i < utf8.size(); ++i) {
            const auto c = static_cast<unsigned char>(utf8[i]);
            if (c < 0x80) {
                bytes += utf8[i];
            } else if ((c == 0xC2 || c == 0xC3) && i + 1 < utf8.size()) {
                bytes += static_cast<char>((c & 3U) << 6 | (static_cast<unsigned char>(utf8[++i]) & 0x3FU));
            } else {
                refuse("bytes are coded as characters above 255");
            }
        }
        return bytes;
    }

    void build() {
        const ValuePtr state = pop();
        auto* array = std::get_if<Array>(&top().content);
        if (array == nullptr) {
            return;  // of a type, whose state says nothing here
        }
        const auto* parts = std::get_if<List>(&state->content);
        if (parts == nullptr || parts->items.size() != 5) {
            refuse("an array without its parts");
        }
        const auto* shape = std::get_if<List>(&parts->items[1]->content);
        const auto* type = std::get_if<std::string>(&parts->items[2]->content);
        const auto* fortran = std::get_if<std::int64_t>(&parts->items[3]->content);
        const auto* bytes = std::get_if<std::string>(&parts->items[4]->content);
        if (shape == nullptr || type == nullptr || bytes == nullptr || fortran == nullptr || *fortran != 0 ||
            *type != "u1") {
            refuse("an array that is not of bytes, in C order");
        }
        for (const auto& side : shape->items) {
            const auto* length = std::get_if<std::int64_t>(&side->content);
            if (length == nullptr) {
                refuse("an array without a shape");
            }
            array->shape.push_back(*length);
        }
        array->bytes = *bytes;
    }

    void put(std::uint64_t at) {
        if (stack_.empty()) {
            refuse("a value is missing");
        }
        memo_[at] = stack_.back();
    }

    void get(std::uint64_t at) {
        const auto found = memo_.find(at);
        if (found == memo_.end()) {
            refuse("a value is missing");
        }
        stack_.push_back(found->second);
    }

    void push_global() {
        const ValuePtr name = pop(), module = pop();
        const auto* a = std::get_if<std::string>(&module->content);
        const auto* b = std::get_if<std::string>(&name->content);
        if (a == nullptr || b == nullptr) {
            refuse("a name is missing");
        }
        push(Name{*a + " " + *b});
    }

    void push_long(std::uint64_t width) {
        if (width > 8) {
            refuse("a number is too large");
        }
        std::uint64_t value = number(static_cast<int>(width));
        if (width > 0 && width < 8 && (value >> (8 * width - 1) & 1U) != 0) {
            value |= ~std::uint64_t{0} << (8 * width);
        }
        push(static_cast<std::int64_t>(value));
    }

    bool step() {
        const auto code = static_cast<char>(take(1)[0]);
        switch (code) {
            case '\x80':  // PROTO
                take(1);
                break;
            case '\x95':  // FRAME
                take(8);
                break;
            case '.':
                return false;
            case '(':
                marks_.push_back(stack_.size());
                break;
            case 'N':
                push(Nothing{});
                break;
            case '\x88':
            case '\x89':
                push(std::int64_t{code == '\x88'});
                break;
            case 'K':
                push(static_cast<std::int64_t>(number(1)));
                break;
            case 'M':
                push(static_cast<std::int64_t>(number(2)));
                break;
            case 'J':
                push(std::int64_t{static_cast<std::int32_t>(number(4))});
                break;
            case '\x8a':
                push_long(number(1));
                break;
            case 'U':     // SHORT_BINSTRING
            case 'C':     // SHORT_BINBYTES
            case '\x8c':  // SHORT_BINUNICODE
                push(text(number(1)));
                break;
            case 'T':  // BINSTRING
            case 'B':  // BINBYTES
            case 'X':  // BINUNICODE
                push(text(number(4)));
                break;
            case '\x8e':  // BINBYTES8
            case '\x8d':  // BINUNICODE8
            case '\x96':  // BYTEARRAY8
                push(text(number(8)));
                break;
            case ']':
                push(List{});
                break;
            case '}':
                push(Dictionary{});
                break;
            case ')':
                push(List{{}, true});
                break;
            case '\x85':
            case '\x86':
            case '\x87':
                push_tuple(static_cast<std::size_t>(code - '\x84'));
                break;
            case 't':
                push(List{pop_to_mark(), true});
                break;
            case 'l':
                push(List{pop_to_mark(), false});
                break;
            case 'a': {
                const ValuePtr value = pop();
                append({value});
                break;
            }
            case 'e': {
                const Values values = pop_to_mark();
                append(values);
                break;
            }
            case 's': {
                const ValuePtr value = pop(), key = pop();
                set_items({key, value});
                break;
            }
            case 'u': {
                const Values values = pop_to_mark();
                set_items(values);
                break;
            }
            case 'c': {
                const std::string module = line();
                push(Name{module + " " + line()});
                break;
            }
            case '\x93':
                push_global();
                break;
            case 'R':
                call();
                break;
            case 'b':
                build();
                break;
            case 'q':
                put(number(1));
                break;
            case 'r':
                put(number(4));
                break;
            case '\x94':
                put(memo_.size());
                break;
            case 'h':
                get(number(1));
                break;
            case 'j':
                get(number(4));
                break;
            case '0':
                pop();
                break;
            default:
                refuse("byte " + std::to_string(at_ - 1) + " asks for what no batch needs");
        }
        return true;
    }

    std::span<const std::uint8_t> bytes_;
    const std::string& where_;
    std::size_t at_ = 0, decoded_ = 0;
    std::deque<Value> values_;
    Values stack_;
    std::vector<std::size_t> marks_;
    std::map<std::uint64_t, ValuePtr> memo_;
};

const Value* entry(const Dictionary& dictionary, const std::string& wanted) {
    for (const auto& [key, value] : dictionary.items) {
        const auto* name = std::get_if<std::string>(&key->content);
        if (name != nullptr && *name == wanted) {
            return value;
        }
    }
    return nullptr;
}

const List& list_at(const Dictionary& dictionary, const std::string& key, const Unpickler& pickle) {
    const Value* value = entry(dictionary, key);
    const auto* list = value == nullptr ? nullptr : std::get_if<List>(&value->content);
    if (list == nullptr) {
        pickle.refuse("it has no list \"" + key + "\"");
    }
    return *list;
}

}  // namespace

CifarBatch parse_cifar(std::span<const std::uint8_t> bytes, const std::string& label_key, const std::string& where) {
    Unpickler pickle(bytes, where);
    const auto* dictionary = std::get_if<Dictionary>(&pickle.run().content);
    if (dictionary == nullptr) {
        pickle.refuse("it holds no dictionary");
    }
    CifarBatch batch;
    for (const auto& item : list_at(*dictionary, label_key, pickle).items) {
        const auto* label = std::get_if<std::int64_t>(&item->content);
        if (label == nullptr || *label < 0 || *label > 1000) {
            pickle.refuse("a label is no number of a class");
        }
        batch.labels.push_back(*label);
    }
    if (entry(*dictionary, "filenames") != nullptr) {
        for (const auto& item : list_at(*dictionary, "filenames", pickle).items) {
            const auto* name = std::get_if<std::string>(&item->content);
            if (name == nullptr) {
                pickle.refuse("a file's name is no text");
            }
            batch.names.push_back(*name);
        }
    }
    const Value* data = entry(*dictionary, "data");
    const auto* array = data == nullptr ? nullptr : std::get_if<Array>(&data->content);
    if (array == nullptr || array->bytes.size() != batch.labels.size() * CifarBatch::kBytes ||
        (!batch.names.empty() && batch.names.size() != batch.labels.size())) {
        pickle.refuse("expected data of 3072 bytes for each of " + std::to_string(batch.labels.size()) + " labels");
    }
    batch.pixels.assign(array->bytes.begin(), array->bytes.end());
    return batch;
}

}  // namespace octet
