#pragma once

#include "octet/checker_rules.hpp"

#include "config/problems.hpp"

namespace octet {

/// Is it a file of accuracy checker's, by what stands in it?
bool is_checker_file(const Json& json);

/// The first model of a whole file, at its top. `definitions` (may be null) are the entries of `global_definitions`.
checker::Rules read_checker_file(const Json& file, const Json& definitions, Problems& problems);

/// `launchers` and `datasets` of one model, or of POT's engine, which stands at `place`.
checker::Rules read_checker_model(const Json& model, const Json& definitions, const std::string& place,
                                  Problems& problems);

}  // namespace octet
