/// The environment of the process, changed for one test.
#pragma once

#include <cstdlib>
#include <optional>
#include <string>
#include <utility>

namespace clipdex::test {

/// While one lives, a variable has another value, or none; afterwards it has its old one again.
/// Before any other thread of the test starts, since the environment belongs to all of them.
class ScopedVariable {
 public:
  ScopedVariable(std::string name, const std::optional<std::string>& value)
      : name_(std::move(name)) {
    if (const char* const old = std::getenv(name_.c_str())) old_ = old;
    set(value);
  }
  ~ScopedVariable() { set(old_); }
  ScopedVariable(const ScopedVariable&) = delete;
  ScopedVariable& operator=(const ScopedVariable&) = delete;

 private:
  void set(const std::optional<std::string>& value) const {
    if (value) {
      ::setenv(name_.c_str(), value->c_str(), 1);
    } else {
      ::unsetenv(name_.c_str());
    }
  }

  const std::string name_;
  std::optional<std::string> old_;
};

/// While one lives, no variable names a proxy, whatever the machine that runs the tests needs.
class NoProxies {
 private:
  ScopedVariable variables_[8] = {
      {"http_proxy", {}}, {"https_proxy", {}}, {"HTTP_PROXY", {}}, {"HTTPS_PROXY", {}},
      {"all_proxy", {}},  {"ALL_PROXY", {}},   {"no_proxy", {}},   {"NO_PROXY", {}},
  };
};

}  // namespace clipdex::test
