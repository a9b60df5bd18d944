// Text classification: texts through a real tokenizer, a transformer, and the share of texts put into their class.

#include "example.hpp"
#include "nearest_class.hpp"

namespace {

constexpr std::size_t kTokenVectors = 2;  // the model's output with a vector for each token, [1,64,384]

/// A line of a file: CLASS<tab>TEXT.
struct Texts {
    std::vector<octet::Sample> samples;
    octet::ClassLabels labels;
};

/// The tokenizer is a model itself, whose operations are in a library that OpenVINO loads: openvino-tokenizers.
class Tokenizer {
public:
    explicit Tokenizer(const std::filesystem::path& model) {
        ov::Core core;
        core.add_extension(std::string(OCTET_EXAMPLE_TOKENIZERS));
        request_ = core.compile_model(model.string(), "CPU").create_infer_request();
    }

    octet::Sample operator()(std::string text) {
        request_.set_input_tensor(ov::Tensor(ov::element::string, {1}, &text));
        request_.infer();
        octet::Sample sample;
        for (const std::string name : {"input_ids", "attention_mask"}) {
            const auto tokens = request_.get_tensor(name);  // int32; the request will write over it
            ov::Tensor copy(ov::element::i64, tokens.get_shape());
            std::copy_n(tokens.data<const std::int32_t>(), tokens.get_size(), copy.data<std::int64_t>());
            sample.emplace(name, copy);
        }
        return sample;
    }

private:
    ov::InferRequest request_;
};

Texts read_texts(const std::filesystem::path& file, Tokenizer& tokenize, std::vector<std::string> classes = {}) {
    std::ifstream lines(file);
    Texts texts{.samples = {}, .labels = {.of_sample = {}, .names = std::move(classes)}};
    for (std::string label, text; std::getline(lines, label, '\t') && std::getline(lines, text);) {
        texts.samples.push_back(tokenize(text));
        texts.labels.of_sample.push_back(example::class_number(texts.labels.names, label));
    }
    return texts;
}

/// The library asks for samples one by one, from several threads: here they lie in memory.
std::unique_ptr<octet::Dataset> dataset(const Texts& texts) {
    return octet::make_dataset(texts.samples.size(), [&](std::size_t i) { return texts.samples[i]; });
}

/// A text's vector: the mean of its tokens' vectors, without those that only fill up.
example::Model sentence_vector(const ov::Model& model) {
    namespace op = ov::opset13;
    const auto copy = model.clone();
    const auto tokens = copy->output(kTokenVectors).get_node()->input_value(0);
    const auto mask =
        std::make_shared<op::Convert>(copy->input("attention_mask").get_node_shared_ptr(), ov::element::f32);
    // [1,1,64] x [1,64,384] is the sum over the tokens; its length does not matter.
    const auto axis = op::Constant::create(ov::element::i64, {1}, {1});
    const auto sum = std::make_shared<op::MatMul>(std::make_shared<op::Unsqueeze>(mask, axis), tokens);
    return example::with_unit_output(*copy, sum);
}

void classify(const example::Arguments& given) {
    const auto model = octet::read_model(given.model);
    Tokenizer tokenize(given.data / "tokenizer.xml");
    const auto calibration = read_texts(given.data / "calibration/texts.tsv", tokenize);

    const example::Stopwatch watch;
    const octet::Options options{.model_type = octet::ModelType::Transformer, .subset = 300};
    const auto result = octet::quantize(model, *dataset(calibration), options);
    const auto files = octet::save(result, given.out, "minilm", given.model);
    const double seconds = watch.seconds();

    // A class is the mean of its references' vectors, as the original model sees them.
    const auto references = read_texts(given.data / "validation/references.tsv", tokenize);
    const auto texts = read_texts(given.data / "validation/texts.tsv", tokenize, references.labels.names);
    const auto original = sentence_vector(*model), quantized = sentence_vector(*result.model);
    const auto known = example::embed(original, *dataset(references), references.labels);
    const auto means = example::means(known, original->output().get_shape().back());
    const auto accuracy =
        octet::evaluate({example::with_scores(original, means), example::with_scores(quantized, means)},
                        *dataset(texts), texts.labels, {.top = {1}});

    example::report({.variant = "CPU",
                     .metric = "accuracy",
                     .original = accuracy.metrics[0].values[0],
                     .quantized = accuracy.metrics[0].values[1],
                     .seconds = seconds,
                     .path = files.xml},
                    model, result.model, *dataset(texts));
}

}  // namespace

int main(int argc, char** argv) {
    return example::run(argc, argv, classify);
}
