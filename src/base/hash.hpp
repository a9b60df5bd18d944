#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace octet {

/// XXH3 of 128 bits over what is put in, piece by piece: tells contents apart, guards against nobody's intent.
class Hash {
public:
    Hash();
    ~Hash();
    Hash(const Hash&) = delete;
    Hash& operator=(const Hash&) = delete;

    Hash& add(std::span<const std::byte> bytes);
    /// With its length, so that "ab", "c" is not "a", "bc".
    Hash& add(std::string_view text);

    /// 32 hexadecimal digits of all that was added so far.
    std::string text() const;

private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace octet
