#pragma once

#include <functional>
#include <string>
#include <vector>

#include "octet/options.hpp"

#include "config/problems.hpp"

namespace octet {

/// Which algorithms read a field: a sum of these.
enum Readers : unsigned {
    kRanges = 1,       ///< MinMaxQuantization
    kCorrections = 2,  ///< FastBiasCorrection, BiasCorrection
    kAlignment = 4,    ///< ActivationChannelAlignment
    kOverflow = 8,     ///< OverflowCorrection
    kAll = 15,         ///< DefaultQuantization
};

/// Where a field may stand.
enum Places : unsigned {
    kInParams = 1,       ///< `params` of an algorithm in POT's form
    kInCompression = 2,  ///< `compression` in POT's form
    kInOptions = 4,      ///< options.json, and set_option()
};

/// One option as configurations know it.
struct Field {
    std::string path;  ///< dotted, in lower case: `weights.range_estimator.max.type`
    unsigned places = kInParams | kInOptions;
    unsigned readers = kAll;
    std::function<void(Options&, const Json&, const std::string& path, Problems&)> take;
    std::function<Json(const Options&)> give{};  ///< null where it is unset; absent: not in options.json
    std::string no_effect{};                     ///< why; told where the field is given and not false
};

/// An object that holds fields. It may be there or not without any of them.
struct Section {
    std::string path;
    std::function<void(Options&)> enter;
    std::function<bool(const Options&)> is_there;
};

const std::vector<Field>& fields();
const std::vector<Section>& sections();

/// The field of that path, or null. `path` in any letter case, also by a second name.
const Field* find_field(const std::string& path, unsigned place);

/// Takes every entry of an object that holds fields of `place`, sections walked through; what is unknown or wrong
/// becomes a problem at its path below `where`. `skip`: entries of the object that are not fields.
/// `on_field`: told before each field is taken; false: leave it.
using OnField = std::function<bool(const Field&, const Json&, const std::string& path)>;
void take_fields(Options& options, const Json& object, const std::string& where, unsigned place, Problems& problems,
                 const std::vector<std::string>& skip = {}, const OnField& on_field = {});

/// Takes one field, and tells where it has no effect.
void take_field(const Field& field, Options& options, const Json& value, const std::string& path, Problems& problems);

/// Sets the field or section of a dotted path, as options.json has it.
void set_path(Options& options, const std::string& path, const Json& value, Problems& problems);

/// What no single field shows: ends that are the wrong way round.
void check_together(const Options& options, Problems& problems);

/// A key as fields spell it: lower case, `_` for blanks and hyphens.
std::string spelled(const std::string& key);

}  // namespace octet
