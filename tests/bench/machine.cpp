#include "tests/bench/machine.hpp"

#include <time.h>

#include <fstream>
#include <thread>

namespace vitrine::bench {

Machine this_machine() {
    Machine machine;
    const time_t now = ::time(nullptr);
    tm parts{};
    char day[16];
    ::strftime(day, sizeof day, "%Y-%m-%d", ::gmtime_r(&now, &parts));
    machine.day = day;
    machine.processors = std::thread::hardware_concurrency();
    machine.processor = "unknown";
    std::ifstream information("/proc/cpuinfo");
    for (std::string line; std::getline(information, line);)
        if (line.rfind("model name", 0) == 0) {
            machine.processor = line.substr(line.find(':') + 2);
            break;
        }
    return machine;
}

}  // namespace vitrine::bench
