// Configurations as JSON (the first byte is even) and YAML, and single options: errors only, never a crash.
#include <cstddef>
#include <cstdint>
#include <string>

#include "octet/configuration.hpp"
#include "octet/error.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) {
        return 0;
    }
    const std::string text(reinterpret_cast<const char*>(data) + 1, size - 1);
    try {
        octet::parse_configuration(text, data[0] % 2 == 0 ? "c.json" : "c.yaml");
    } catch (const octet::Error& error) {
        if (error.code() != octet::ErrorCode::InvalidOption) {
            throw;
        }
    }
    octet::Options options;
    const std::size_t equals = text.find('=');
    if (equals != std::string::npos) {
        try {
            octet::set_option(options, text.substr(0, equals), text.substr(equals + 1));
        } catch (const octet::Error& error) {
            if (error.code() != octet::ErrorCode::InvalidOption) {
                throw;
            }
        }
    }
    return 0;
}
