#include "tests/bench/others.hpp"

#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <string>
#include <thread>

namespace vitrine::bench {
namespace {

double seconds(const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) * 1e-6;
}

}  // namespace

/// All processors' time but that spent idle or waiting for the disk.
double Others::busy_seconds() {
    std::ifstream statistics("/proc/stat");
    std::string name;
    double user = 0, nice = 0, system = 0, idle = 0, waiting = 0, interrupts = 0, soft = 0;
    statistics >> name >> user >> nice >> system >> idle >> waiting >> interrupts >> soft;
    return (user + nice + system + interrupts + soft) / static_cast<double>(::sysconf(_SC_CLK_TCK));
}

double Others::own_seconds() {
    double sum = 0;
    for (const int who : {RUSAGE_SELF, RUSAGE_CHILDREN}) {
        rusage used{};
        ::getrusage(who, &used);
        sum += seconds(used.ru_utime) + seconds(used.ru_stime);
    }
    return sum;
}

double Others::clock_seconds() {
    timespec time{};
    ::clock_gettime(CLOCK_MONOTONIC, &time);
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) * 1e-9;
}

double Others::share() const {
    const double others = (busy_seconds() - busy_) - (own_seconds() - own_);
    const double all = (clock_seconds() - begin_) * std::thread::hardware_concurrency();
    return all > 0 ? std::clamp(others / all, 0.0, 1.0) : 0;
}

}  // namespace vitrine::bench
