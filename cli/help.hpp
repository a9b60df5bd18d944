#pragma once

#include <string>

#include <CLI/CLI.hpp>

namespace octet::cli {

/// One entry of a help text: what it is called, and what it does, wrapped to the terminal.
std::string help_line(const std::string& name, const std::string& what);

/// CLI11's help in our words: a usage line of our own, `--option VALUE` without CLI11's type remarks.
class HelpFormatter : public CLI::Formatter {
public:
    explicit HelpFormatter(std::string usage) : usage_(std::move(usage)) {}

    std::string make_usage(const CLI::App* app, std::string name) const override;
    std::string make_option(const CLI::Option* option, bool is_positional) const override;

private:
    std::string usage_;
};

}  // namespace octet::cli
