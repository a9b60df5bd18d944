#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <vector>

#include "data/npy.hpp"

struct zip;

namespace octet {

/// An .npz: a zip of .npy members, stored (numpy.savez) or deflated (numpy.savez_compressed).
/// Arrays that were opened stay valid after the Npz is gone, and may be read from several threads.
class Npz {
public:
    /// `where` names the file in messages; empty: its path.
    /// Throws Error(Io) where `path` cannot be opened, Error(InvalidData) where it is no zip or holds no .npy member.
    static Npz open(const std::filesystem::path& path, const std::string& where = {});

    /// The same from memory, which must outlive the Npz and its arrays.
    static Npz open(std::span<const std::uint8_t> bytes, const std::string& where);

    /// Names of the arrays (members without `.npy`), in bytewise order.
    const std::vector<std::string>& names() const {
        return names_;
    }

    bool has(const std::string& name) const;

    /// The array called `name`, one of names(). A deflated member is unpacked into memory here, a stored one stays in
    /// the file. Throws Error(InvalidData) for a member that is damaged, encrypted or larger than it can be.
    Array array(const std::string& name) const;

private:
    struct Archive;
    explicit Npz(std::shared_ptr<Archive> archive);

    std::shared_ptr<Archive> archive_;
    std::vector<std::string> names_;

    friend class StoredMember;
};

/// One array of an archive to write, of a type that has an npy_type_name().
struct NamedArray {
    std::string name;
    ov::Tensor tensor;
};

/// The archive as numpy.savez writes it, the same bytes for the same arrays, to be written to a file. Names differ.
/// Throws Error(InvalidData) at `where` for a type that is none of npy's, Error(Io) where memory or libzip fail.
std::vector<std::uint8_t> pack_npz(const std::vector<NamedArray>& arrays, const std::string& where);

}  // namespace octet
