#include "base/threads.hpp"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <limits>
#include <string>
#include <thread>

#include <sched.h>

namespace octet {
namespace {

constexpr double kNoQuota = std::numeric_limits<double>::infinity();

std::size_t cpus_in_affinity_mask() {
    cpu_set_t set;
    if (sched_getaffinity(0, sizeof(set), &set) == 0) {
        return static_cast<std::size_t>(CPU_COUNT(&set));
    }
    return std::thread::hardware_concurrency();  // more than CPU_SETSIZE of them
}

double ratio(double quota, double period) {
    return quota > 0 && period > 0 ? quota / period : kNoQuota;
}

// Both forms of the quota; a missing file or "max" (no number) means there is none.
double quota_in(const std::filesystem::path& folder) {
    double quota = 0, period = 0;
    std::ifstream unified(folder / "cpu.max");
    if (unified >> quota >> period) {
        return ratio(quota, period);
    }
    std::ifstream quota_file(folder / "cpu.cfs_quota_us"), period_file(folder / "cpu.cfs_period_us");
    return quota_file >> quota && period_file >> period ? ratio(quota, period) : kNoQuota;
}

// Lines of /proc/self/cgroup: `0::/path` (version 2) or `4:cpu,cpuacct:/path` (version 1). The quota of every folder on
// the way up counts.
double cgroup_quota() {
    double quota = std::min(quota_in("/sys/fs/cgroup"), quota_in("/sys/fs/cgroup/cpu"));
    std::ifstream groups("/proc/self/cgroup");
    for (std::string line; std::getline(groups, line);) {
        const auto first = line.find(':');
        const auto second = line.find(':', first + 1);
        if (second == std::string::npos || second + 1 >= line.size()) {
            continue;
        }
        const std::string controllers = "," + line.substr(first + 1, second - first - 1) + ",";
        const bool is_unified = controllers == ",,";
        if (!is_unified && controllers.find(",cpu,") == std::string::npos) {
            continue;
        }
        const std::filesystem::path root = is_unified ? "/sys/fs/cgroup" : "/sys/fs/cgroup/cpu";
        std::filesystem::path folder = root / line.substr(second + 2);
        for (; folder != root && folder.has_relative_path(); folder = folder.parent_path()) {
            quota = std::min(quota, quota_in(folder));
        }
    }
    return quota;
}

}  // namespace

std::size_t usable_threads(std::size_t wanted) {
    if (wanted != 0) {
        return wanted;
    }
    const double cpus = std::min(static_cast<double>(cpus_in_affinity_mask()), std::ceil(cgroup_quota()));
    return static_cast<std::size_t>(std::max(1.0, cpus));
}

}  // namespace octet
