#include "clipdex/error.hpp"

#include <array>

namespace clipdex {
namespace {

struct NamedCode {
  ErrorCode code;
  std::string_view name;
};

constexpr std::array<NamedCode, 12> kNames{{
    {ErrorCode::invalid_argument, "invalid_argument"},
    {ErrorCode::not_found, "not_found"},
    {ErrorCode::unreadable, "unreadable"},
    {ErrorCode::unsupported, "unsupported"},
    {ErrorCode::corrupt, "corrupt"},
    {ErrorCode::too_large, "too_large"},
    {ErrorCode::wrong_model, "wrong_model"},
    {ErrorCode::busy, "busy"},
    {ErrorCode::disk_full, "disk_full"},
    {ErrorCode::write_failed, "write_failed"},
    {ErrorCode::stopped, "stopped"},
    {ErrorCode::internal, "internal"},
}};

}  // namespace

std::string_view error_code_name(ErrorCode code) noexcept {
  for (const NamedCode& entry : kNames) {
    if (entry.code == code) return entry.name;
  }
  return "internal";
}

ErrorCode error_code_from_name(std::string_view name) noexcept {
  for (const NamedCode& entry : kNames) {
    if (entry.name == name) return entry.code;
  }
  return ErrorCode::internal;
}

}  // namespace clipdex
