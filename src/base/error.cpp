#include "octet/error.hpp"

#include "octet/observer.hpp"

namespace octet {

Error::Error(ErrorCode code, const std::string& where, const std::string& message)
    : std::runtime_error(where.empty() ? message : where + ": " + message), code_(code), where_(where) {}

Observer::~Observer() = default;
void Observer::phase(std::string_view, std::size_t) {}
void Observer::step(std::size_t, std::size_t) {}
void Observer::log(LogLevel, std::string_view, std::string_view) {}
bool Observer::cancelled() {
    return false;
}

}  // namespace octet
