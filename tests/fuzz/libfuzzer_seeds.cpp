#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include "tests/fuzz/target.hpp"

// Linked with libFuzzer: VITRINE_WRITE_SEEDS=<folder> makes the target write the inputs to begin with.

extern "C" int LLVMFuzzerInitialize(int*, char***) {
    const char* folder = std::getenv("VITRINE_WRITE_SEEDS");
    if (folder == nullptr) return 0;
    std::filesystem::create_directories(folder);
    std::size_t number = 0;
    for (const vitrine::fuzz::Bytes& input : vitrine::fuzz::seed_inputs()) {
        std::ofstream out(std::string(folder) + "/seed-" + std::to_string(number++),
                          std::ios::binary);
        out.write(reinterpret_cast<const char*>(input.data()),
                  static_cast<std::streamsize>(input.size()));
    }
    std::exit(0);
}
