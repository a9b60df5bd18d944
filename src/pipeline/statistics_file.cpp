#include "pipeline/statistics_file.hpp"

#include <algorithm>
#include <array>
#include <functional>
#include <utility>

#include <nlohmann/json.hpp>

#include "octet/error.hpp"

#include "base/temporary_file.hpp"
#include "data/npz.hpp"

namespace octet {
namespace {

using Json = nlohmann::json;

constexpr int kVersion = 1;
constexpr const char* kFormat = "octet statistics";

constexpr std::array<std::pair<Reducer, const char*>, 9> kReducers{{{Reducer::Min, "min"},
                                                                    {Reducer::Max, "max"},
                                                                    {Reducer::AbsMax, "abs_max"},
                                                                    {Reducer::Quantile, "quantile"},
                                                                    {Reducer::AbsQuantile, "abs_quantile"},
                                                                    {Reducer::Mean, "mean"},
                                                                    {Reducer::MeanSquare, "mean_square"},
                                                                    {Reducer::Histogram, "histogram"},
                                                                    {Reducer::GainHistogram, "gain_histogram"}}};
constexpr std::array<std::pair<Keep, const char*>, 5> kKeeps{{{Keep::EachSample, "each_sample"},
                                                              {Keep::Least, "least"},
                                                              {Keep::Largest, "largest"},
                                                              {Keep::Mean, "mean"},
                                                              {Keep::Merged, "merged"}}};

template <class Table, class Value>
std::string text_of(const Table& table, Value value) {
    return std::find_if(table.begin(), table.end(), [&](const auto& row) { return row.first == value; })->second;
}

[[noreturn]] void bad(const std::string& where, const std::string& what) {
    throw Error(ErrorCode::InvalidData, where, what);
}

/// Takes the fields of a header apart. Every number is checked against what the file holds.
class Reader {
public:
    Reader(const Npz& npz, std::string where) : npz_(npz), where_(std::move(where)) {}

    StoredStatistics read() {
        const Json header = read_header();
        values_ = read_values();
        StoredStatistics stored;
        const auto& key = header.at("key");
        stored.key = {key.at("model"), key.at("data"), key.at("preparation"), key.at("measurement")};
        stored.samples_given = header.at("samples_given");
        stored.samples = header.at("samples").get<std::vector<std::size_t>>();
        stored.bad_samples = header.at("bad_samples").get<std::vector<std::string>>();
        stored.has_converged = header.at("has_converged");
        for (const auto& answer : header.at("answers")) {
            stored.answers.push_back(read_answer(answer));
        }
        stored.inputs = read_tensors(header.at("inputs"));
        for (const auto& [graph, outputs] : header.at("outputs").items()) {
            stored.outputs.emplace(graph, read_tensors(outputs));
        }
        if (const auto& checkpoint = header.at("checkpoint"); !checkpoint.is_null()) {
            stored.checkpoint = StoredCheckpoint{
                checkpoint.at("plan"),
                {checkpoint.at("sequences"), take(checkpoint.at("values")),
                 checkpoint.at("samples").get<std::vector<std::size_t>>(),
                 checkpoint.at("bad_samples").get<std::vector<std::string>>(), read_tensors(checkpoint.at("outputs"))}};
        }
        if (next_ != values_.size()) {
            bad(where_, "holds more values than it names; the file is damaged");
        }
        check_samples(stored);
        return stored;
    }

private:
    Json read_header() const {
        if (!npz_.has("header") || !npz_.has("values")) {
            bad(where_, "is no statistics file of octet");
        }
        const auto bytes = npz_.array("header").all();
        if (bytes.get_element_type() != ov::element::u8) {
            bad(where_, "is no statistics file of octet");
        }
        const auto* text = bytes.data<const std::uint8_t>();
        const Json header = Json::parse(text, text + bytes.get_size());
        if (header.at("format") != kFormat) {
            bad(where_, "is no statistics file of octet");
        }
        if (header.at("version") != kVersion) {
            bad(where_, "is a statistics file of another version of octet; measure again with --save-statistics");
        }
        return header;
    }

    std::vector<double> read_values() const {
        const auto numbers = npz_.array("values").all();
        if (numbers.get_element_type() != ov::element::f64) {
            bad(where_, "its values are not f64; the file is damaged");
        }
        const auto* first = numbers.data<const double>();
        return {first, first + numbers.get_size()};
    }

    std::vector<double> take(std::size_t count) {
        if (count > values_.size() - next_) {
            bad(where_, "holds fewer values than it names; the file is damaged");
        }
        const auto first = values_.begin() + static_cast<std::ptrdiff_t>(next_);
        next_ += count;
        return {first, first + static_cast<std::ptrdiff_t>(count)};
    }

    template <class Table>
    auto value_of(const Table& table, const std::string& text) const {
        const auto found =
            std::find_if(table.begin(), table.end(), [&](const auto& row) { return row.second == text; });
        if (found == table.end()) {
            bad(where_, "names the unknown statistic \"" + text + "\"");
        }
        return found->first;
    }

    StoredAnswer read_answer(const Json& from) {
        StoredAnswer answer;
        answer.graph = from.at("graph");
        answer.part = from.at("part");
        answer.operation = from.at("operation");
        answer.port = from.at("port");
        answer.name = from.at("name");
        if (const auto& axis = from.at("channel_axis"); !axis.is_null()) {
            answer.channel_axis = axis.get<std::size_t>();
        }
        answer.measure = {value_of(kReducers, from.at("reducer")), from.at("probability").get<double>()};
        answer.keep = value_of(kKeeps, from.at("keep"));
        answer.facts = {ov::Shape(from.at("shape").get<std::vector<std::size_t>>()), from.at("is_bounded"),
                        from.at("samples")};
        answer.values = take(from.at("values"));
        if (answer.keep == Keep::EachSample && answer.facts.samples > 0 &&
            (answer.values.empty() || answer.values.size() % answer.facts.samples != 0)) {
            bad(where_, "holds another number of values for " + answer.name + " than it has samples");
        }
        return answer;
    }

    SampleOutputs read_tensors(const Json& places) const {
        SampleOutputs all;
        for (const auto& place : places) {
            auto& tensors = all[place.at("sample").get<std::size_t>()];
            for (const auto& name : place.at("arrays")) {
                if (!npz_.has(name)) {
                    bad(where_, "lacks the array " + name.get<std::string>());
                }
                tensors.push_back(npz_.array(name).all());
            }
        }
        return all;
    }

    void check_samples(const StoredStatistics& stored) const {
        const auto are_good = [&](const std::vector<std::size_t>& samples) {
            return samples.size() <= stored.samples_given &&
                   std::is_sorted(samples.begin(), samples.end(), std::less_equal<>()) &&
                   (samples.empty() || samples.back() < stored.samples_given);
        };
        if (!are_good(stored.samples) || (stored.checkpoint && !are_good(stored.checkpoint->checkpoint.samples))) {
            bad(where_, "names samples that there are not; the file is damaged");
        }
    }

    const Npz& npz_;
    std::string where_;
    std::vector<double> values_;
    std::size_t next_ = 0;
};

StoredStatistics read_from(const Npz& npz, const std::string& where) {
    try {
        return Reader(npz, where).read();
    } catch (const Json::exception& error) {
        bad(where, std::string("its header cannot be read; the file is damaged: ") + error.what());
    }
}

template <class Values>
ov::Tensor as_array(const ov::element::Type& type, const Values& values) {
    ov::Tensor tensor(type, {values.size()});
    std::copy(values.begin(), values.end(), static_cast<typename Values::value_type*>(tensor.data()));
    return tensor;
}

/// Names for the tensors of each sample, NAME.SAMPLE.NUMBER. Samples with a type that no array has are left out.
Json add_tensors(const SampleOutputs& samples, const std::string& name, std::vector<NamedArray>& arrays) {
    Json all = Json::array();
    for (const auto& [sample, tensors] : samples) {
        const bool can_be_kept = std::all_of(tensors.begin(), tensors.end(), [](const ov::Tensor& tensor) {
            return !npy_type_name(tensor.get_element_type()).empty();
        });
        Json names = Json::array();
        for (std::size_t i = 0; i < tensors.size() && can_be_kept; ++i) {
            arrays.push_back({name + "." + std::to_string(sample) + "." + std::to_string(i), tensors[i]});
            names.push_back(arrays.back().name);
        }
        if (can_be_kept) {
            all.push_back({{"sample", sample}, {"arrays", names}});
        }
    }
    return all;
}

Json header_of(const StoredStatistics& stored) {
    Json answers = Json::array();
    for (const auto& answer : stored.answers) {
        answers.push_back({{"graph", answer.graph},
                           {"part", answer.part},
                           {"operation", answer.operation},
                           {"port", answer.port},
                           {"name", answer.name},
                           {"channel_axis", answer.channel_axis ? Json(*answer.channel_axis) : Json()},
                           {"reducer", text_of(kReducers, answer.measure.reducer)},
                           {"probability", answer.measure.probability},
                           {"keep", text_of(kKeeps, answer.keep)},
                           {"shape", std::vector<std::size_t>(answer.facts.shape.begin(), answer.facts.shape.end())},
                           {"is_bounded", answer.facts.is_bounded},
                           {"samples", answer.facts.samples},
                           {"values", answer.values.size()}});
    }
    Json checkpoint;
    if (stored.checkpoint) {
        const auto& [plan, from] = *stored.checkpoint;
        checkpoint = {{"plan", plan},
                      {"sequences", from.sequences},
                      {"samples", from.samples},
                      {"bad_samples", from.bad_samples},
                      {"values", from.totals.size()},
                      {"outputs", Json::array()}};
    }
    const auto& key = stored.key;
    return {{"format", kFormat},
            {"version", kVersion},
            {"key",
             {{"model", key.model},
              {"data", key.data},
              {"preparation", key.preparation},
              {"measurement", key.measurement}}},
            {"samples_given", stored.samples_given},
            {"samples", stored.samples},
            {"bad_samples", stored.bad_samples},
            {"has_converged", stored.has_converged},
            {"answers", answers},
            {"inputs", Json::array()},
            {"outputs", Json::object()},
            {"checkpoint", checkpoint}};
}

}  // namespace

std::string StatisticsKey::difference(const StatisticsKey& now) const {
    if (model != now.model) {
        return "was measured on another model";
    }
    if (preparation != now.preparation) {
        return "was measured on samples that were prepared otherwise (" + preparation + ", now " + now.preparation +
               ")";
    }
    if (measurement != now.measurement) {
        return "was measured with other options (" + measurement + ", now " + now.measurement + ")";
    }
    return data != now.data ? "was measured on other samples" : "";
}

StoredStatistics read_statistics(const std::filesystem::path& path) {
    return read_from(Npz::open(path), path.string());
}

StoredStatistics parse_statistics(std::span<const std::uint8_t> bytes, const std::string& where) {
    return read_from(Npz::open(bytes, where), where);
}

void write_statistics(const std::filesystem::path& path, const StoredStatistics& stored) {
    Json header = header_of(stored);
    std::vector<double> values;
    for (const auto& answer : stored.answers) {
        values.insert(values.end(), answer.values.begin(), answer.values.end());
    }
    if (stored.checkpoint) {
        const auto& totals = stored.checkpoint->checkpoint.totals;
        values.insert(values.end(), totals.begin(), totals.end());
    }
    std::vector<NamedArray> tensors;
    header["inputs"] = add_tensors(stored.inputs, "inputs", tensors);
    for (const auto& [graph, outputs] : stored.outputs) {
        header["outputs"][graph] = add_tensors(outputs, "outputs." + graph, tensors);
    }
    if (stored.checkpoint) {
        header["checkpoint"]["outputs"] = add_tensors(stored.checkpoint->checkpoint.outputs, "checkpoint", tensors);
    }
    std::vector<NamedArray> arrays{
        {"header", as_array(ov::element::u8, header.dump(-1, ' ', false, Json::error_handler_t::replace))},
        {"values", as_array(ov::element::f64, values)}};
    arrays.insert(arrays.end(), tensors.begin(), tensors.end());
    const auto bytes = pack_npz(arrays, path.string());
    TemporaryFile file(path);
    file.stream().write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
    file.finish();
    file.commit();
}

}  // namespace octet
