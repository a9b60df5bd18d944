#pragma once

#include <functional>
#include <string>
#include <vector>

#include "octet/options.hpp"

#include "config/problems.hpp"

namespace octet {

/// One option as configurations know it: the schema says what it may be, this row which member it is.
struct Field {
    std::string path;  ///< dotted, as in the schema: `weights.range_estimator.max.type`
    /// `json` is as the schema wants it; null unsets what may be unset.
    std::function<void(Options&, const Json& json, const std::string& place, Problems&)> take;
    std::function<Json(const Options&)> give{};  ///< null where it is unset; absent: not in options.json
};

/// An object that holds fields. It may be there or not without any of them.
struct Section {
    std::string path;
    std::function<void(Options&)> enter;
    std::function<bool(const Options&)> is_there;
};

const std::vector<Field>& fields();
const std::vector<Section>& sections();

/// The field of that path, or null.
const Field* find_field(const std::string& path);

/// Takes every field of an object that conform() gave; what is no field is left to others.
/// `on_field`: told before each field is taken; false: leave it.
using OnField = std::function<bool(const Field&, const Json&, const std::string& place)>;
void take_fields(Options& options, const Json& object, const std::string& place, Problems& problems,
                 const OnField& on_field = {});

/// What no single field shows: ends that are the wrong way round.
void check_together(const Options& options, Problems& problems);

}  // namespace octet
