#include <iostream>

#include <octet/octet.hpp>

// quantize MODEL PICTURES OUT: the library's main road, in one function.
int main(int argc, char** argv) {
    if (argc != 4) {
        std::cerr << "usage: quantize MODEL PICTURES OUT\n";
        return 2;
    }
    try {
        const auto model = octet::read_model(argv[1]);
        const auto pictures = octet::open_dataset(*model, {{.path = argv[2]}}, {.mean = {{127.5}}, .scale = {{127.5}}});

        const octet::Options options{.preset = octet::Preset::Mixed, .subset = 20};
        const auto result = octet::quantize(model, *pictures, options);
        const auto files = octet::save(result, argv[3], "model", argv[1]);

        std::cout << "Octet " << octet::kVersion << ": " << result.report.quantized.size() << " operations in INT8, "
                  << result.report.left.size() << " left, written to " << files.xml.string() << '\n';
    } catch (const octet::Error& error) {
        std::cerr << error.what() << '\n';
        return 3;
    }
}
