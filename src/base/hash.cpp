#include "base/hash.hpp"

#include <array>
#include <cstdint>
#include <cstdio>
#include <new>

#define XXH_INLINE_ALL
#include <xxhash.h>

namespace octet {

struct Hash::State {
    XXH3_state_t xxh3;
};

Hash::Hash() : state_(std::make_unique<State>()) {
    XXH3_128bits_reset(&state_->xxh3);
}

Hash::~Hash() = default;

Hash& Hash::add(std::span<const std::byte> bytes) {
    XXH3_128bits_update(&state_->xxh3, bytes.data(), bytes.size());
    return *this;
}

Hash& Hash::add(std::string_view text) {
    const std::uint64_t size = text.size();
    add(std::as_bytes(std::span(&size, 1)));
    return add(std::as_bytes(std::span(text)));
}

std::string Hash::text() const {
    const XXH128_hash_t value = XXH3_128bits_digest(&state_->xxh3);
    std::array<char, 33> digits{};
    std::snprintf(digits.data(), digits.size(), "%016llx%016llx", static_cast<unsigned long long>(value.high64),
                  static_cast<unsigned long long>(value.low64));
    return digits.data();
}

}  // namespace octet
