#include <fstream>
#include <iterator>
#include <string>
#include <utility>

#include "base/hash.hpp"
#include "data/picture.hpp"
#include "data/sources.hpp"

namespace octet {
namespace {

class Pictures : public Dataset {
public:
    Pictures(const ModelInput& input, const Preprocessing& preprocessing, std::vector<DataFile> files)
        : name_(input.name()),
          preparation_(to_json(preprocessing)),
          reader_(input, preprocessing),
          files_(std::move(files)) {}

    std::size_t size() const override {
        return files_.size();
    }
    Sample sample(std::size_t index) const override {
        const DataFile& file = files_.at(index);
        return {{name_, reader_.read(file.path, file.label)}};
    }
    std::string label(std::size_t index) const override {
        return files_.at(index).label;
    }
    std::string preparation() const override {
        return preparation_;
    }
    std::string fingerprint(std::size_t index) const override {
        const DataFile& file = files_.at(index);
        std::ifstream stream(file.path, std::ios::binary);
        const std::string bytes{std::istreambuf_iterator<char>(stream), {}};
        return Hash().add(preparation_).add(bytes.empty() ? file.label : bytes).text();
    }

private:
    std::string name_;
    std::string preparation_;
    PictureReader reader_;
    std::vector<DataFile> files_;
};

}  // namespace

SourceData open_pictures(const ov::Model& model, const std::vector<ModelInput>& inputs, const DataSource& source,
                         std::vector<DataFile> files, const Preprocessing& preprocessing) {
    const std::size_t i = find_picture_input(inputs, source.input, source.path.string());
    const auto resolved = resolve(model, inputs[i], preprocessing);
    return {std::make_unique<Pictures>(inputs[i], resolved, std::move(files)),
            {i},
            {},
            picture_layout(inputs[i], *resolved.layout)};
}

}  // namespace octet
