#pragma once

// Recordings: matrices out of Kaldi archives, or sound files turned into such.

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string>
#include <vector>

#include <sndfile.hh>

#include "example.hpp"

constexpr std::size_t kBands = 32;  // of a mel spectrogram

/// A recording: so many frames of 32 bands of a mel spectrogram. Its name is LABEL-NUMBER.
struct Recording {
    std::string name;
    std::vector<float> features;
};

[[noreturn]] inline void refuse(const std::filesystem::path& file, const std::string& why) {
    throw octet::Error(octet::ErrorCode::InvalidData, file.string(), why);
}

/// Kaldi's binary archive: a name, a blank, `\0BFM `, twice a 4 and a 32-bit size, and the floats row by row.
inline void read_ark(const std::filesystem::path& file, std::vector<Recording>& recordings) {
    std::ifstream ark(file, std::ios::binary);
    for (Recording recording; std::getline(ark, recording.name, ' ');) {
        char kind[5];
        char width;
        std::int32_t rows, columns;
        ark.read(kind, 5).get(width).read(reinterpret_cast<char*>(&rows), 4);
        ark.get(width).read(reinterpret_cast<char*>(&columns), 4);
        if (!ark || std::string(kind, 5) != std::string("\0BFM ", 5) || rows < 1 || rows > 1000000 ||
            columns != kBands) {
            refuse(file, recording.name + ": expected a matrix of floats with 32 columns");
        }
        recording.features.resize(static_cast<std::size_t>(rows) * kBands);
        ark.read(reinterpret_cast<char*>(recording.features.data()),
                 static_cast<std::streamsize>(recording.features.size() * sizeof(float)));
        if (!ark) {
            refuse(file, recording.name + ": the matrix is cut");
        }
        recordings.push_back(recording);
    }
}

/// Sound becomes features by a network of its own, which takes 16-bit values as floats.
inline Recording read_sound(const std::filesystem::path& file, example::Inference& spectrogram) {
    SndfileHandle sound(file.string());
    if (sound.samplerate() != 16000 || sound.channels() != 1) {
        refuse(file, "expected sound of 16 kHz with one channel");
    }
    std::vector<short> values(static_cast<std::size_t>(sound.frames()));
    sound.read(values.data(), sound.frames());
    ov::Tensor input(ov::element::f32, {1, values.size()});
    std::copy(values.begin(), values.end(), input.data<float>());
    const auto bands = spectrogram({{"", input}});
    Recording recording{file.stem().string(), {bands.data<float>(), bands.data<float>() + bands.get_size()}};
    for (auto& value : recording.features) {
        value = value / 10 + 2;  // the range that the network was trained with
    }
    return recording;
}

/// All recordings of a folder, in the order of their files.
inline std::vector<Recording> read_folder(const std::filesystem::path& folder,
                                          const std::filesystem::path& spectrogram_model) {
    std::vector<std::filesystem::path> files(std::filesystem::directory_iterator(folder), {});
    std::sort(files.begin(), files.end());
    std::optional<example::Inference> spectrogram;
    std::vector<Recording> recordings;
    for (const auto& file : files) {
        if (file.extension() == ".ark") {
            read_ark(file, recordings);
        } else if (file.extension() == ".wav") {
            if (!spectrogram) {
                spectrogram.emplace(octet::read_model(spectrogram_model));
            }
            recordings.push_back(read_sound(file, *spectrogram));
        }
    }
    return recordings;
}
