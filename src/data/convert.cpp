#include "data/convert.hpp"

#include <algorithm>
#include <array>

#include "data/rt_info.hpp"

namespace octet {
namespace {

constexpr std::size_t kBlock = 512;

template <typename T>
double to_double(const T& value) {
    if constexpr (std::is_same_v<T, Truth>) {
        return value.byte != 0;
    } else {
        return static_cast<double>(value);
    }
}

template <typename T>
bool is_nan(const T& value) {
    if constexpr (std::is_same_v<T, float> || std::is_same_v<T, double>) {
        return std::isnan(value);
    } else if constexpr (std::is_same_v<T, ov::float16>) {
        return (value.to_bits() & 0x7FFF) > 0x7C00;
    } else if constexpr (std::is_same_v<T, ov::bfloat16>) {
        return (value.to_bits() & 0x7FFF) > 0x7F80;
    } else {
        return false;
    }
}

template <typename T>
std::optional<std::size_t> first_nan(const T* values, std::size_t count) {
    // Counting without a branch is a vector loop; only a block that has one is looked through.
    for (std::size_t begin = 0; begin < count; begin += kBlock) {
        const std::size_t end = std::min(begin + kBlock, count);
        unsigned found = 0;
        for (std::size_t i = begin; i < end; ++i) {
            found += is_nan(values[i]);
        }
        if (found != 0) {
            return static_cast<std::size_t>(std::find_if(values + begin, values + end, is_nan<T>) - values);
        }
    }
    return std::nullopt;
}

using Loader = void (*)(const void*, std::size_t, std::size_t, double*);

template <typename T>
void load(const void* source, std::size_t begin, std::size_t count, double* out) {
    const T* values = static_cast<const T*>(source) + begin;
    for (std::size_t i = 0; i < count; ++i) {
        out[i] = to_double(values[i]);
    }
}

/// Stores `count` values; the index of the first that T cannot hold, or `count`.
template <typename T>
std::size_t store(const double* values, std::size_t count, T* out) {
    bool is_held = true;
    for (std::size_t i = 0; i < count; ++i) {
        is_held &= hold(values[i], out[i]);
    }
    if (is_held) {
        return count;
    }
    return static_cast<std::size_t>(
        std::find_if(values, values + count, [scratch = T{}](double x) mutable { return !hold(x, scratch); }) - values);
}

/// Between the two 64-bit integer types, whose values a double may not hold: equal bits where both are below 2^63.
std::optional<BadValue> convert_64(const ov::Tensor& source, ov::Tensor& target) {
    const auto* from = static_cast<const std::uint64_t*>(source.data());
    auto* to = static_cast<std::uint64_t*>(target.data());
    for (std::size_t i = 0; i < source.get_size(); ++i) {
        if (from[i] >> 63 != 0) {
            return BadValue{i, source.get_element_type() == ov::element::i64
                                   ? std::to_string(static_cast<std::int64_t>(from[i]))
                                   : std::to_string(from[i])};
        }
        to[i] = from[i];
    }
    return std::nullopt;
}

bool is_64_bit_integer(const ov::element::Type& type) {
    return type == ov::element::i64 || type == ov::element::u64;
}

}  // namespace

bool is_plain_number(const ov::element::Type& type) {
    return with_type(type, [](auto) {});
}

std::optional<std::size_t> find_nan(const ov::Tensor& tensor) {
    std::optional<std::size_t> found;
    with_type(tensor.get_element_type(), [&](auto zero) {
        using T = decltype(zero);
        if constexpr (kIsReal<T>) {
            found = first_nan(static_cast<const T*>(tensor.data()), tensor.get_size());
        }
    });
    return found;
}

std::optional<BadValue> convert(const ov::Tensor& source, ov::Tensor& target) {
    const auto from = source.get_element_type();
    const auto to = target.get_element_type();
    if (is_64_bit_integer(from) && is_64_bit_integer(to)) {
        return convert_64(source, target);
    }
    Loader loader = nullptr;
    with_type(from, [&](auto zero) { loader = load<decltype(zero)>; });

    const std::size_t count = source.get_size();
    std::array<double, kBlock> block;
    std::optional<BadValue> bad;
    with_type(to, [&](auto zero) {
        using T = decltype(zero);
        for (std::size_t begin = 0; begin < count && !bad; begin += kBlock) {
            const std::size_t length = std::min(kBlock, count - begin);
            loader(source.data(), begin, length, block.data());
            const std::size_t held = store(block.data(), length, static_cast<T*>(target.data()) + begin);
            if (held != length) {
                bad = BadValue{begin + held, number_text(block[held])};
            }
        }
    });
    return bad;
}

}  // namespace octet
