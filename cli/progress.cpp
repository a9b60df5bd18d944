#include "progress.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <unistd.h>

#include "octet/error.hpp"

#include "signals.hpp"
#include "terminal.hpp"

namespace octet::cli {
namespace {

constexpr auto kRedraw = std::chrono::milliseconds(100);
constexpr auto kPlainPause = std::chrono::seconds(3);
constexpr std::size_t kBarWidth = 30;

double seconds(std::chrono::steady_clock::duration duration) {
    return std::chrono::duration<double>(duration).count();
}

std::string clock_text(double secs) {
    const auto whole = static_cast<long long>(std::ceil(secs));
    return fmt::format("{}:{:02}", whole / 60, whole % 60);
}

}  // namespace

void add_phase(std::vector<PhaseTime>& phases, const PhaseTime& phase) {
    const auto known =
        std::find_if(phases.begin(), phases.end(), [&](const PhaseTime& each) { return each.name == phase.name; });
    if (known != phases.end()) {
        known->seconds += phase.seconds;
    } else {
        phases.push_back(phase);
    }
}

Progress::Progress(const Arguments& arguments)
    : style_(arguments.progress), least_(arguments.log_level), quiet_(arguments.quiet), last_shown_(Clock::now()) {
    if (quiet_) {
        style_ = ProgressStyle::None;
    } else if (style_ == ProgressStyle::Auto && !is_terminal(STDERR_FILENO)) {
        style_ = ProgressStyle::Plain;
    }
}

Progress::~Progress() {
    clear();
}

void Progress::phase(std::string_view name, std::size_t total) {
    end_phase();
    name_ = name;
    log_to_file(LogLevel::Info, name, total > 0 ? fmt::format("{} steps", total) : "begins");
    phase_start_ = Clock::now();
    has_step_ = false;
    if (style_ == ProgressStyle::Json || style_ == ProgressStyle::Auto) {
        show(0, total);
    }
}

void Progress::step(std::size_t done, std::size_t total) {
    if (!has_step_) {  // what came before, such as compiling the model, would spoil the rate
        has_step_ = true;
        first_step_ = Clock::now();
        first_done_ = done;
    }
    const auto pause = style_ == ProgressStyle::Plain ? Clock::duration(kPlainPause) : Clock::duration(kRedraw);
    const bool is_last = done == total && style_ == ProgressStyle::Json;
    if (style_ != ProgressStyle::None && (is_last || Clock::now() - last_shown_ >= pause)) {
        show(done, total);
    }
}

void Progress::show(std::size_t done, std::size_t total) {
    last_shown_ = Clock::now();
    if (style_ == ProgressStyle::Json) {
        write_out(json(done, total));
    } else if (style_ == ProgressStyle::Plain) {
        write_err(fmt::format("{} {}\n", name_, figures(done, total)));
    } else {
        write_err("\r" + bar(done, total) + "\x1b[K");
        has_bar_ = true;
    }
}

std::string Progress::bar(std::size_t done, std::size_t total) const {
    std::string line = fmt::format("{:<10} ", name_);
    if (total > 0) {
        const std::size_t filled = kBarWidth * std::min(done, total) / total;
        line += fmt::format("[{:#<{}}{:-<{}}] ", "", filled, "", kBarWidth - filled) + figures(done, total);
    }
    return line.substr(0, terminal_width(STDERR_FILENO) - 1);  // the last column may wrap
}

std::string Progress::figures(std::size_t done, std::size_t total) const {
    std::string text = total > 0 ? fmt::format("{}/{}", done, total) : std::string();
    if (rate(done) > 0) {
        text += fmt::format("  {:.{}f}/s", rate(done), rate(done) < 10 ? 2 : 0);
        if (total > done) {
            text += fmt::format("  {} left", clock_text(static_cast<double>(total - done) / rate(done)));
        }
    }
    return text;
}

std::string Progress::json(std::size_t done, std::size_t total) const {
    nlohmann::ordered_json line{{"event", "progress"}, {"phase", name_}, {"done", done}, {"total", total}};
    line["rate"] = nullptr;
    line["eta"] = nullptr;
    if (rate(done) > 0) {
        line["rate"] = rate(done);
        line["eta"] = static_cast<double>(total - std::min(done, total)) / rate(done);
    }
    return line.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
}

double Progress::rate(std::size_t done) const {
    return has_step_ && done > first_done_
               ? static_cast<double>(done - first_done_) / std::max(1e-9, seconds(Clock::now() - first_step_))
               : 0;
}

void Progress::open_log(const std::filesystem::path& file, LogLevel least) {
    file_.open(file, std::ios::trunc);
    least_in_file_ = least;
    if (!file_) {
        throw Error(ErrorCode::Io, file.string(), "the log cannot be written");
    }
}

void Progress::log_to_file(LogLevel level, std::string_view component, std::string_view text) {
    static constexpr const char* kNames[] = {"DEBUG", "INFO", "WARNING", "ERROR"};
    if (file_.is_open() && level >= least_in_file_) {
        file_ << fmt::format("{}:octet.{}:{}\n", kNames[static_cast<int>(level)], component, printable(text))
              << std::flush;
    }
}

void Progress::log(LogLevel level, std::string_view component, std::string_view text) {
    log_to_file(level, component, text);
    if (level < least_ || (quiet_ && level < LogLevel::Error)) {
        return;
    }
    static constexpr const char* kNames[] = {"debug: ", "", "warning: ", "error: "};
    clear();
    const std::string place = level == LogLevel::Debug ? fmt::format("[{}] ", component) : std::string();
    write_err(fmt::format("{}{}{}\n", kNames[static_cast<int>(level)], place, printable(text)));
}

bool Progress::cancelled() {
    return is_interrupted();
}

void Progress::finish() {
    if (file_.is_open() && !file_.good()) {
        write_err("warning: the log could not be written\n");
        file_.close();
    }
    end_phase();
    clear();
}

std::vector<PhaseTime> Progress::lap() {
    end_phase();
    return std::exchange(lap_, {});
}

void Progress::end_phase() {
    if (name_.empty()) {
        return;
    }
    const PhaseTime ended{name_, seconds(Clock::now() - phase_start_)};
    add_phase(phases_, ended);
    add_phase(lap_, ended);
    name_.clear();
}

void Progress::clear() {
    if (has_bar_) {
        write_err("\r\x1b[K");
        has_bar_ = false;
    }
}

}  // namespace octet::cli
