#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <type_traits>

#include <openvino/core/type/bfloat16.hpp>
#include <openvino/core/type/element_type.hpp>
#include <openvino/core/type/float16.hpp>
#include <openvino/runtime/tensor.hpp>

namespace octet {

/// How a boolean is stored: any byte but 0 is true.
struct Truth {
    std::uint8_t byte = 0;
};

template <typename T>
inline constexpr bool kIsReal =
    std::is_floating_point_v<T> || std::is_same_v<T, ov::float16> || std::is_same_v<T, ov::bfloat16>;

/// Stores `value` as a T. False where a T cannot hold it: a fraction or a number out of range for an integer, a finite
/// number that becomes infinite for a real type. Rounding to a shorter real type is not a loss.
template <typename T>
bool hold(double value, T& out) {
    if constexpr (std::is_same_v<T, Truth>) {
        out.byte = value != 0;
        return value == 0 || value == 1;
    } else if constexpr (kIsReal<T>) {
        out = std::is_same_v<T, double> ? T(value) : T(static_cast<float>(value));
        return std::isfinite(static_cast<double>(out)) || !std::isfinite(value);
    } else {
        // 2^bits is exact as a double, where the type's greatest value may not be.
        const double limit = std::ldexp(1.0, std::numeric_limits<T>::digits);
        const double low = std::is_signed_v<T> ? -limit : 0.0;
        if (!(value >= low && value < limit) || value != std::trunc(value)) {
            return false;
        }
        out = static_cast<T>(value);
        return true;
    }
}

/// Calls `visit` with a value of the C++ type behind `type`; false where that is no plain number.
template <typename Visitor>
bool with_type(const ov::element::Type& type, Visitor&& visit) {
    switch (static_cast<ov::element::Type_t>(type)) {
        case ov::element::f64:
            visit(double{});
            return true;
        case ov::element::f32:
            visit(float{});
            return true;
        case ov::element::f16:
            visit(ov::float16{});
            return true;
        case ov::element::bf16:
            visit(ov::bfloat16{});
            return true;
        case ov::element::i8:
            visit(std::int8_t{});
            return true;
        case ov::element::i16:
            visit(std::int16_t{});
            return true;
        case ov::element::i32:
            visit(std::int32_t{});
            return true;
        case ov::element::i64:
            visit(std::int64_t{});
            return true;
        case ov::element::u8:
            visit(std::uint8_t{});
            return true;
        case ov::element::u16:
            visit(std::uint16_t{});
            return true;
        case ov::element::u32:
            visit(std::uint32_t{});
            return true;
        case ov::element::u64:
            visit(std::uint64_t{});
            return true;
        case ov::element::boolean:
            visit(Truth{});
            return true;
        default:
            return false;
    }
}

/// Whether with_type() knows `type`.
bool is_plain_number(const ov::element::Type& type);

/// A value that spoils a tensor: its flat index and its text.
struct BadValue {
    std::size_t index = 0;
    std::string text;
};

/// The first NaN of a dense tensor.
std::optional<std::size_t> find_nan(const ov::Tensor& tensor);

/// `source` (dense, plain numbers) as `target`'s type; `target` has as many values and is allocated.
/// Gives the first value that the type cannot hold, if there is one.
std::optional<BadValue> convert(const ov::Tensor& source, ov::Tensor& target);

}  // namespace octet
