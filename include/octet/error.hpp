#pragma once

#include <stdexcept>
#include <string>

#include "octet/export.hpp"

namespace octet {

/// What kind of thing went wrong; decides the command line's exit code.
enum class ErrorCode {
    InvalidOption,     ///< an option or its combination: exit 2
    UnsupportedModel,  ///< a model that is whole but cannot be quantized (already quantized, no such input): exit 3
    InvalidModel,      ///< a missing, cut or corrupt model: exit 3
    InvalidData,       ///< calibration data: unreadable, wrong shape or type, NaN: exit 3
    Io,                ///< a file or folder that cannot be read or written, no space left: exit 3
    Numeric,           ///< a value that no INT8 grid can hold: exit 3
    Cancelled,         ///< the observer asked to stop: exit 130
    Internal,          ///< our bug; input must never reach it: exit 70
};

/// The one exception of this library.
///
/// what() is `where: message`, or the message alone where there is no place; the message says what was expected,
/// what came and, where it is known, the mend. `where` is a node's friendly name, a file or an option.
class OCTET_API Error : public std::runtime_error {
public:
    Error(ErrorCode code, const std::string& where, const std::string& message);

    ErrorCode code() const noexcept {
        return code_;
    }
    const std::string& where() const noexcept {
        return where_;
    }

private:
    ErrorCode code_;
    std::string where_;
};

}  // namespace octet
