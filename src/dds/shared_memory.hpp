/// Whether Fast DDS can be trusted with the shared memory of this machine. It uses files in
/// /dev/shm without bounds on how long it waits for them (seen with 2.9.1), so they are looked at
/// before it is.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

namespace clipdex::dds {

/// What is wrong with the shared memory, as the first half of a sentence, or nothing:
/// - a port of the domain was left half made by a process that was killed; opening it never ends;
/// - there is so little room that writing to a segment kills the process (SIGBUS);
/// - segments cannot be made at all.
/// A process that is making its port just now is waited for, 200 ms at most.
/// @param directory where the segments are; one that does not exist is no problem
std::optional<std::string> shared_memory_problem(
    std::uint32_t domain_id, const std::filesystem::path& directory = "/dev/shm");

}  // namespace clipdex::dds
