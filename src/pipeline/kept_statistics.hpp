#pragma once

#include <filesystem>

#include "octet/options.hpp"

namespace octet {

/// For what quantizes the same data several times with other scopes: the statistics are kept from run to run, in the
/// file that the user named, or in one that goes with this object.
class KeptStatistics {
public:
    /// Throws Error(Io) where no temporary folder can be made.
    explicit KeptStatistics(const RunOptions& run);
    ~KeptStatistics();
    KeptStatistics(const KeptStatistics&) = delete;
    KeptStatistics& operator=(const KeptStatistics&) = delete;

    const RunOptions& run() const {
        return run_;
    }

    /// To be called after the first run, which makes the file.
    void are_there() {
        run_.save_statistics = false;
    }

private:
    RunOptions run_;
    std::filesystem::path folder_;  // a temporary one, or empty
};

}  // namespace octet
