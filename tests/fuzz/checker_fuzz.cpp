// What users of accuracy checker have: its configurations (the first byte is 0), annotations in XML (1), batches of
// CIFAR (2): errors only, never a crash.
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "octet/accuracy_checker.hpp"
#include "octet/error.hpp"

#include "data/cifar.hpp"
#include "data/xml.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) {
        return 0;
    }
    const std::string text(reinterpret_cast<const char*>(data) + 1, size - 1);
    try {
        switch (data[0] % 3) {
            case 0:
                octet::parse_checker(text, "ac.yml");
                break;
            case 1:
                octet::parse_xml(text, "a.xml");
                break;
            default:
                octet::parse_cifar(std::span(data + 1, size - 1), "labels", "batch");
        }
    } catch (const octet::Error& error) {
        const auto expected = data[0] % 3 == 0 ? octet::ErrorCode::InvalidOption : octet::ErrorCode::InvalidData;
        if (error.code() != expected) {
            throw;
        }
    }
    return 0;
}
