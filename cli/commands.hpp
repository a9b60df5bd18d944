#pragma once

#include "command_line.hpp"
#include "progress.hpp"

namespace octet::cli {

// Each does its command's work, prints the result and returns the exit code. All throw Error.

int run_quantize(const Arguments& arguments, Progress& progress);
int run_inspect(const Arguments& arguments, Progress& progress);
int run_pot(const Arguments& arguments, Progress& progress);
int run_compare(const Arguments& arguments, Progress& progress);
int run_evaluate(const Arguments& arguments, Progress& progress);
int run_sensitivity(const Arguments& arguments, Progress& progress);

}  // namespace octet::cli
