#pragma once

#include <stdexcept>

namespace octet::cli {

/// A command line that makes no sense: exit code 2, with a pointer at --help.
class UsageError : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

}  // namespace octet::cli
