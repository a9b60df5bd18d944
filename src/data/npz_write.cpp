#include <cstring>
#include <memory>
#include <string>
#include <vector>

#include <zip.h>

#include "octet/error.hpp"

#include "data/npz.hpp"

namespace octet {
namespace {

/// numpy's header, version 1.0: padded so that the values begin at a multiple of 64.
std::string npy_header(const ov::Tensor& tensor, const std::string& where) {
    const std::string name = npy_type_name(tensor.get_element_type());
    if (name.empty()) {
        throw Error(ErrorCode::InvalidData, where,
                    "values of type " + tensor.get_element_type().get_type_name() + " have no form in an .npy");
    }
    std::string text = "{'descr': '" + name + "', 'fortran_order': False, 'shape': (";
    for (const std::size_t size : tensor.get_shape()) {
        text += std::to_string(size) + ", ";
    }
    text += "), }";
    constexpr std::size_t kBefore = 10, kAlignment = 64;
    text.append((kAlignment - (kBefore + text.size() + 1) % kAlignment) % kAlignment, ' ');
    text += '\n';
    const auto size = static_cast<unsigned>(text.size());
    return std::string("\x93NUMPY\x01", 7) + '\0' + static_cast<char>(size & 0xFF) + static_cast<char>(size >> 8) +
           text;
}

struct ErrorText {
    zip_error_t error{};
    ErrorText() {
        zip_error_init(&error);
    }
    ~ErrorText() {
        zip_error_fini(&error);
    }
    ErrorText(const ErrorText&) = delete;
    ErrorText& operator=(const ErrorText&) = delete;
};

struct Discard {
    void operator()(zip_t* zip) const {
        zip_discard(zip);
    }
};

void add_member(zip_t* zip, const std::string& name, const std::vector<std::uint8_t>& bytes, const std::string& where) {
    zip_source_t* source = zip_source_buffer(zip, bytes.data(), bytes.size(), 0);
    const zip_int64_t index =
        source == nullptr ? -1 : zip_file_add(zip, (name + ".npy").c_str(), source, ZIP_FL_ENC_UTF_8);
    if (index < 0) {
        zip_source_free(source);
        throw Error(ErrorCode::Io, where, std::string("cannot be packed: ") + zip_strerror(zip));
    }
    const auto place = static_cast<zip_uint64_t>(index);
    zip_set_file_compression(zip, place, ZIP_CM_STORE, 0);
    constexpr zip_uint16_t kFirstDay = (1 << 5) | 1;  // 1980-01-01: the same bytes whenever it is written
    zip_file_set_dostime(zip, place, 0, kFirstDay, 0);
}

}  // namespace

std::vector<std::uint8_t> pack_npz(const std::vector<NamedArray>& arrays, const std::string& where) {
    std::vector<std::vector<std::uint8_t>> members;  // must live until the archive is closed
    for (const auto& [name, tensor] : arrays) {
        const std::string header = npy_header(tensor, where);
        auto& bytes = members.emplace_back(header.begin(), header.end());
        const auto* values = static_cast<const std::uint8_t*>(tensor.data());
        bytes.insert(bytes.end(), values, values + tensor.get_byte_size());
    }
    ErrorText problem;
    const auto fail = [&](const std::string& text) { return Error(ErrorCode::Io, where, "cannot be packed: " + text); };
    zip_source_t* packed = zip_source_buffer_create(nullptr, 0, 0, &problem.error);
    if (packed == nullptr) {
        throw fail(zip_error_strerror(&problem.error));
    }
    const std::unique_ptr<zip_source_t, void (*)(zip_source_t*)> kept(packed, zip_source_free);
    std::unique_ptr<zip_t, Discard> zip(zip_open_from_source(packed, ZIP_CREATE | ZIP_TRUNCATE, &problem.error));
    if (!zip) {
        throw fail(zip_error_strerror(&problem.error));
    }
    zip_source_keep(packed);  // closing the archive gives up one hold
    for (std::size_t i = 0; i < arrays.size(); ++i) {
        add_member(zip.get(), arrays[i].name, members[i], where);
    }
    if (zip_close(zip.get()) != 0) {
        throw fail(zip_strerror(zip.get()));
    }
    static_cast<void>(zip.release());  // closed

    zip_stat_t stat;
    if (zip_source_stat(packed, &stat) != 0 || zip_source_open(packed) != 0) {
        throw fail("the archive cannot be read back");
    }
    std::vector<std::uint8_t> bytes(stat.size);
    const zip_int64_t count = zip_source_read(packed, bytes.data(), bytes.size());
    zip_source_close(packed);
    if (count != static_cast<zip_int64_t>(bytes.size())) {
        throw fail("the archive cannot be read back");
    }
    return bytes;
}

}  // namespace octet
