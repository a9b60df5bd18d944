// What users of accuracy checker have: its configurations (the first byte is 0), annotations in XML (1), batches of
// CIFAR (2), vocabularies, of which the last line is a text (3), tables with commas (4): errors only, never a crash.
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "octet/accuracy_checker.hpp"
#include "octet/error.hpp"

#include "data/cifar.hpp"
#include "data/delimited.hpp"
#include "data/unicode.hpp"
#include "data/wordpiece.hpp"
#include "data/xml.hpp"

namespace {

constexpr std::uint8_t kKinds = 5;

void read_tokens(const std::string& bytes) {
    const std::string text = octet::unicode_text(bytes, "vocab.txt");
    const auto last = text.find_last_of('\n') + 1;
    octet::WordPiece(text.substr(0, last), "vocab.txt", true)(text.substr(last));
}

void read(std::uint8_t kind, const std::string& text) {
    switch (kind) {
        case 0:
            octet::parse_checker(text, "ac.yml");
            break;
        case 1:
            octet::parse_xml(text, "a.xml");
            break;
        case 2:
            octet::parse_cifar(std::span(reinterpret_cast<const std::uint8_t*>(text.data()), text.size()), "labels",
                               "batch");
            break;
        case 3:
            read_tokens(text);
            break;
        default:
            octet::parse_delimited(octet::unicode_text(text, "t.csv"), ',', true, "t.csv");
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) {
        return 0;
    }
    const std::uint8_t kind = data[0] % kKinds;
    try {
        read(kind, std::string(reinterpret_cast<const char*>(data) + 1, size - 1));
    } catch (const octet::Error& error) {
        const auto expected = kind == 0 ? octet::ErrorCode::InvalidOption : octet::ErrorCode::InvalidData;
        if (error.code() != expected) {
            throw;
        }
    }
    return 0;
}
