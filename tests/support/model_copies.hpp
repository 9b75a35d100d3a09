/// Model packages that a test may change, and files that it may damage.
#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <string_view>

namespace clipdex::test {

/// Copies the test model `name` (see tests/models/CMakeLists.txt) into `directory`, and gives the
/// copy.
std::filesystem::path copy_model(std::string_view name, const std::filesystem::path& directory);

/// The name of a test model as the last part of the name of a parameterised test.
std::string parameter_name(const ::testing::TestParamInfo<const char*>& model);

/// The whole content of a file.
std::string read_text(const std::filesystem::path& path);

/// Replaces every occurrence of `from` in a file; both must be equally long when the file is
/// binary. Throws `std::runtime_error` when there is none, since the test would prove nothing.
void replace_in_file(const std::filesystem::path& path, std::string_view from, std::string_view to);

}  // namespace clipdex::test
