#pragma once

#include <functional>
#include <string>

#include <CLI/CLI.hpp>

#include "command_line.hpp"

namespace octet::cli {

/// The options of one command, each written into `arguments` where it is given.
class OptionTable {
public:
    OptionTable(CLI::App& app, Arguments& arguments) : app_(app), out_(arguments) {}

    /// Of options that are given again the last one counts, instead of an error; for those declared from here on.
    void take_last() {
        is_last_taken_ = true;
    }

    void model(const char* what);
    void weights();
    void name(const char* what);
    void quantized();
    void output();
    void shape();
    void data();
    void synthetic();
    void checker();
    void pictures();
    void config(const char* group, const char* what);
    void quantization();
    void recipe();
    void writing();
    void labels();
    void accuracy();
    void sensitivity();
    void statistics();
    void memory();
    void run();
    void pot();
    void log_level();
    void json(const char* what);

private:
    void max_drop(const char* group, const char* what);
    void pot_result();  ///< the rest of pot()
    void set_statistics(const std::string& file, bool is_saved);

    /// Parts of labels().
    void detection();
    void evaluation_output();

    using Take = std::function<void(const std::string&)>;

    void text(const char* name, const char* value, const char* group, const char* what, Take take);
    void list(const char* name, const char* value, const char* group, const char* what, Take take);
    /// CLI11 takes whatever word comes next as the value, even another option.
    Take checked(const std::string& name, Take take);
    /// A flag to CLI11: it takes a value after `=` only, never the next word.
    void optional_text(const char* name, const std::string& fallback, const char* value, const char* group,
                       const char* what, Take take);
    void flag(const char* name, const char* group, const char* what, const std::function<void()>& take);
    /// Notes an option of the result, and refuses a wrong value at once.
    void set(const std::string& option, const std::string& key, const std::string& value);
    void setting(const char* name, const char* value, const char* group, const char* what, const char* key);
    void set_flag(const char* name, const char* group, const char* what, const char* key, const char* value);

    bool is_last_taken_ = false;
    CLI::App& app_;
    Arguments& out_;
};

}  // namespace octet::cli
