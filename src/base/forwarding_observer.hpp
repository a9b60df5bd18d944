#pragma once

#include <cstddef>
#include <string_view>

#include "octet/observer.hpp"

namespace octet {

/// Hands all on to another observer, which must outlive it; what derives from it changes a part.
class ForwardingObserver : public Observer {
public:
    explicit ForwardingObserver(Observer& observer) : observer_(observer) {}

    void phase(std::string_view name, std::size_t total) override {
        observer_.phase(name, total);
    }
    void step(std::size_t done, std::size_t total) override {
        observer_.step(done, total);
    }
    void log(LogLevel level, std::string_view component, std::string_view text) override {
        observer_.log(level, component, text);
    }
    bool cancelled() override {
        return observer_.cancelled();
    }

private:
    Observer& observer_;
};

}  // namespace octet
