#pragma once

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <vector>

#include "octet/observer.hpp"
#include "octet/report.hpp"

#include "command_line.hpp"

namespace octet::cli {

/// Adds the time of a phase to those of `phases`; one that ran before is listed once.
void add_phase(std::vector<PhaseTime>& phases, const PhaseTime& phase);

/// Shows a run while it goes on (a bar, plain lines or JSON, see ProgressStyle), prints remarks, times phases, and asks
/// the run to stop when the user does.
class Progress : public Observer {
public:
    explicit Progress(const Arguments& arguments);
    ~Progress() override;

    void phase(std::string_view name, std::size_t total) override;
    void step(std::size_t done, std::size_t total) override;
    void log(LogLevel level, std::string_view component, std::string_view text) override;
    bool cancelled() override;

    /// From here on phases and remarks of at least `least` are kept in a file, too, a line each:
    /// LEVEL:octet.PLACE:TEXT. Throws Error(Io) where it cannot be written.
    void open_log(const std::filesystem::path& file, LogLevel least);
    /// To that file alone; nothing where there is none.
    void log_to_file(LogLevel level, std::string_view component, std::string_view text);

    /// Ends the last phase and takes the bar away.
    void finish();

    /// Ends the last phase. The phases since the last lap, or the beginning, as phases() has them.
    std::vector<PhaseTime> lap();

    /// In the order they began; a phase that ran twice is listed once.
    const std::vector<PhaseTime>& phases() const {
        return phases_;
    }

private:
    using Clock = std::chrono::steady_clock;

    void show(std::size_t done, std::size_t total);
    void end_phase();
    std::string bar(std::size_t done, std::size_t total) const;
    std::string json(std::size_t done, std::size_t total) const;
    std::string figures(std::size_t done, std::size_t total) const;
    double rate(std::size_t done) const;  ///< steps a second; 0 where not known yet
    void clear();

    ProgressStyle style_;
    LogLevel least_;
    bool quiet_;
    std::string name_;
    Clock::time_point phase_start_, first_step_, last_shown_;
    std::size_t first_done_ = 0;
    bool has_step_ = false;
    std::vector<PhaseTime> phases_, lap_;
    bool has_bar_ = false;
    std::ofstream file_;
    LogLevel least_in_file_ = LogLevel::Info;
};

}  // namespace octet::cli
