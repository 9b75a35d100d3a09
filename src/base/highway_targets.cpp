// The run time of Highway's dynamic dispatch, in place of libhwy: before version 1.1 that library
// measures the resolution of the clock whenever it is loaded, which takes several times as long as
// the start of a program. Only these four functions of it are called, all declared by its header.
#include <hwy/highway.h>

#if defined(__x86_64__) && HWY_MAJOR == 1 && HWY_MINOR == 0

#include <cpuid.h>

#include <atomic>
#include <cstdint>

namespace hwy {
namespace {

/// The answers of the instruction CPUID that say what vector instructions there are.
struct Features {
  unsigned leaf1_c = 0;
  unsigned leaf7_b = 0;
  unsigned leaf7_c = 0;
  unsigned extended_c = 0;
  std::uint64_t saved_state = 0;  ///< the registers that the operating system saves (XCR0)
};

[[gnu::target("xsave")]] std::uint64_t read_xcr0() { return __builtin_ia32_xgetbv(0); }

Features read_features() {
  Features found;
  unsigned a = 0;
  unsigned b = 0;
  unsigned c = 0;
  unsigned d = 0;
  if (__get_cpuid(1, &a, &b, &found.leaf1_c, &d) == 0) return found;
  if (__get_cpuid_count(7, 0, &a, &found.leaf7_b, &found.leaf7_c, &d) == 0) found.leaf7_b = 0;
  if (__get_cpuid(0x80000001U, &a, &b, &c, &d) != 0) found.extended_c = c;
  if ((found.leaf1_c & bit_OSXSAVE) != 0) found.saved_state = read_xcr0();
  return found;
}

constexpr bool has(std::uint64_t word, std::uint64_t bits) { return (word & bits) == bits; }

/// The targets of this machine, each with every instruction that Highway compiles it with; the
/// groups are those of its hwy/targets.cc.
std::int64_t detect_targets() {
  constexpr std::uint64_t kSavesYmm = 0x6;
  constexpr std::uint64_t kSavesZmm = 0xE6;
  const Features cpu = read_features();
  std::int64_t targets = HWY_SCALAR | HWY_EMU128;
  if (!has(cpu.leaf1_c, bit_SSSE3)) return targets;
  targets |= HWY_SSSE3;
  if (!has(cpu.leaf1_c, bit_SSE4_1 | bit_SSE4_2 | bit_PCLMUL | bit_AES)) return targets;
  targets |= HWY_SSE4;
  if (!has(cpu.saved_state, kSavesYmm) || !has(cpu.leaf1_c, bit_AVX | bit_FMA | bit_F16C) ||
      !has(cpu.leaf7_b, bit_AVX2 | bit_BMI | bit_BMI2) || !has(cpu.extended_c, bit_LZCNT)) {
    return targets;
  }
  targets |= HWY_AVX2;
  if (!has(cpu.saved_state, kSavesZmm) ||
      !has(cpu.leaf7_b, bit_AVX512F | bit_AVX512VL | bit_AVX512DQ | bit_AVX512BW)) {
    return targets;
  }
  targets |= HWY_AVX3;
  if (has(cpu.leaf7_c, bit_AVX512VNNI | bit_VPCLMULQDQ | bit_AVX512VBMI | bit_AVX512VBMI2 |
                           bit_VAES | bit_AVX512VPOPCNTDQ | bit_AVX512BITALG | bit_GFNI)) {
    targets |= HWY_AVX3_DL;
  }
  return targets;
}

std::atomic<std::int64_t> enabled_targets{~std::int64_t{0}};
std::atomic<std::int64_t> targets_for_test{0};

}  // namespace

ChosenTarget& GetChosenTarget() {
  static ChosenTarget chosen;
  return chosen;
}

int64_t SupportedTargets() {
  static const std::int64_t detected = detect_targets();
  const std::int64_t mocked = targets_for_test;
  const std::int64_t targets = (mocked != 0 ? mocked : detected) & enabled_targets;
  return targets == 0 ? HWY_STATIC_TARGET : targets;
}

void DisableTargets(int64_t disabled_targets) {
  enabled_targets = ~disabled_targets;
  GetChosenTarget().DeInit();  // The next call chooses anew.
}

void SetSupportedTargetsForTest(int64_t targets) {
  targets_for_test = targets;
  GetChosenTarget().DeInit();
}

}  // namespace hwy

#endif
