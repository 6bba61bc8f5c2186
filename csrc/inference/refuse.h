#pragma once

#include <c10/util/Exception.h>

#include <algorithm>
#include <exception>
#include <filesystem>
#include <stdexcept>
#include <string>

// What the user can put right; main prints it as one line.
struct Refused : std::runtime_error {
  using std::runtime_error::runtime_error;
};

[[noreturn]] inline void refuse(const std::string& name, const std::string& expected,
                                const std::string& given) {
  throw Refused(name + ": expected " + expected + ", given " + given);
}

inline void require_file(const std::string& name, const std::string& path) {
  if (!std::filesystem::is_regular_file(path)) {
    refuse(name, "a file", path + ", where there is none");
  }
}

// What happened; torch goes on with advice and a stack trace.
inline std::string first_sentence(const std::exception& error) {
  const auto* of_torch = dynamic_cast<const c10::Error*>(&error);
  const std::string said = of_torch ? of_torch->what_without_backtrace() : error.what();
  return said.substr(0, std::min(said.find(". "), said.find_first_of("\r\n")));
}
