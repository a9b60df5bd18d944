#pragma once

#include <cstddef>
#include <string_view>

#include "octet/export.hpp"

namespace octet {

enum class LogLevel { Debug, Info, Warning, Error };

/// Watches a run and may stop it. The library itself never prints.
///
/// Calls come from the thread that called the library, one at a time; every function does nothing by default.
class OCTET_API Observer {
public:
    virtual ~Observer();

    /// A phase begins: `name` is one of prepare, place, calibrate, correct, tune, write, verify, compare, throughput,
    /// evaluate, sensitivity, rank, record. `total` is its number of steps, 0 where it cannot be counted.
    virtual void phase(std::string_view name, std::size_t total);

    /// `done` of the current phase's `total` steps are finished.
    virtual void step(std::size_t done, std::size_t total);

    /// A remark for a person; `component` names the room it comes from.
    virtual void log(LogLevel level, std::string_view component, std::string_view text);

    /// Asked often; true ends the run with an Error of code Cancelled and leaves nothing behind.
    virtual bool cancelled();
};

}  // namespace octet
