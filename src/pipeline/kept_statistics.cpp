#include "pipeline/kept_statistics.hpp"

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <string>
#include <system_error>

#include "octet/error.hpp"

namespace octet {

namespace fs = std::filesystem;

KeptStatistics::KeptStatistics(const RunOptions& run) : run_(run) {
    if (!run_.statistics.empty()) {
        return;
    }
    std::error_code error;
    const auto place = fs::temp_directory_path(error);
    if (error) {
        throw Error(ErrorCode::Io, "TMPDIR", "a folder for temporary files is needed: " + error.message());
    }
    std::string pattern = (place / "octet_XXXXXX").string();
    if (mkdtemp(pattern.data()) == nullptr) {
        throw Error(ErrorCode::Io, pattern, std::string("cannot be made: ") + std::strerror(errno));
    }
    folder_ = pattern;
    run_.statistics = folder_ / "statistics.npz";
    run_.save_statistics = true;
    run_.for_other_options = false;
}

KeptStatistics::~KeptStatistics() {
    std::error_code error;
    if (!folder_.empty()) {
        fs::remove_all(folder_, error);
    }
}

}  // namespace octet
