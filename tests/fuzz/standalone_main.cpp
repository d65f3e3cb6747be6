#include <fcntl.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <limits>
#include <memory>

#include "tests/fuzz/mutate.hpp"
#include "tests/support/program.hpp"

// A target without libFuzzer: what once failed, then what real encoders make, then mutations of it.
// Without arguments: so many mutations; `--seconds N`: for that long; `--seed S --runs 1`: that one
// again. What fails is left in a file, which libFuzzer takes too.

namespace {

using namespace vitrine;

std::uint64_t seed_now = 0;
fuzz::Bytes input_now;

void say(const char* text) {
    [[maybe_unused]] const auto written = ::write(STDERR_FILENO, text, std::strlen(text));
}

/// Only what a signal handler may do.
void keep_input(int signal) {
    char name[40] = "failed-input-";
    char* end = name + std::strlen(name);
    char digits[24];
    int count = 0;
    for (std::uint64_t left = seed_now; count == 0 || left != 0; left /= 10)
        digits[count++] = static_cast<char>('0' + left % 10);
    while (count != 0) *end++ = digits[--count];
    *end = '\0';
    say("seed and input are in ");
    say(name);
    say("\n");
    const int file = ::open(name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    [[maybe_unused]] const auto written = ::write(file, input_now.data(), input_now.size());
    ::signal(signal, SIG_DFL);
    ::raise(signal);
}

void run(fuzz::Bytes input) {
    input_now = std::move(input);
    // A copy of exactly its size: the address sanitizer sees who reads on.
    const std::unique_ptr<std::uint8_t[]> exact(new std::uint8_t[input_now.size()]);
    std::copy(input_now.begin(), input_now.end(), exact.get());
    LLVMFuzzerTestOneInput(exact.get(), input_now.size());
}

std::vector<fuzz::Bytes> regressions() {
    std::vector<fuzz::Bytes> inputs;
    const std::filesystem::path folder = VITRINE_FUZZ_REGRESSIONS;
    if (!std::filesystem::exists(folder)) return inputs;
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
        std::ifstream in(entry.path(), std::ios::binary);
        inputs.emplace_back(std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>());
    }
    return inputs;
}

}  // namespace

int main(int count, char** values) {
    const test::Arguments arguments(count, values);
    for (const int signal : {SIGABRT, SIGSEGV, SIGBUS, SIGFPE, SIGILL})
        ::signal(signal, keep_input);
    using Clock = std::chrono::steady_clock;
    const std::uint64_t seconds = arguments.number("--seconds", 0);
    const auto end = Clock::now() + std::chrono::seconds(seconds);
    const std::uint64_t runs = arguments.number(
        "--runs", seconds != 0 ? std::numeric_limits<std::uint64_t>::max() : VITRINE_FUZZ_RUNS);

    std::uint64_t done = 0;
    for (fuzz::Bytes& input : regressions()) run(std::move(input)), ++done;
    const std::vector<fuzz::Bytes> seeds = fuzz::seed_inputs();
    for (const fuzz::Bytes& input : seeds) run(input), ++done;
    seed_now = arguments.number("--seed", 1);
    std::cout << "seeds from " << seed_now << std::endl;
    for (std::uint64_t left = runs; left != 0; --left, ++seed_now, ++done) {
        if (seconds != 0 && Clock::now() >= end) break;
        run(fuzz::Mutator(seeds, seed_now).make());
    }
    test::figure("fuzz executions", done);
    std::cout << "ok" << std::endl;
    return 0;
}
