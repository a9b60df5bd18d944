#include <string>

#include "commands.hpp"
#include "exit_codes.hpp"
#include "quantization.hpp"
#include "usage_error.hpp"

namespace octet::cli {

int run_quantize(const Arguments& given, Progress& progress) {
    const Arguments arguments = with_configuration(given, progress);
    if (arguments.data.empty() && (arguments.check || arguments.evaluate)) {
        throw UsageError(std::string(arguments.check ? "--check" : "--evaluate") + ": needs samples; give --data");
    }
    quantize_and_save(arguments, progress);
    return kExitDone;
}

}  // namespace octet::cli
