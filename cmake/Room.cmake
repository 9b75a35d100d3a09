# clipdex_room(NAME [ROOMS room...] [LIBRARIES target...])
#
# Declares the room src/NAME as the static library clipdex_NAME, from every .cpp file in it. ROOMS are the
# rooms below that it may include (tools/check_tree.py enforces the same list on the #include lines);
# LIBRARIES are third-party targets that stay private to it. Where tests/NAME holds *_test.cpp files,
# they become one test program, test_NAME.
function(clipdex_room name)
  cmake_parse_arguments(ROOM "" "" "ROOMS;LIBRARIES" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/src/${name}/*.cpp)
  if(NOT sources)  # Headers only, so far.
    add_library(clipdex_${name} INTERFACE)
    target_include_directories(clipdex_${name} INTERFACE ${PROJECT_SOURCE_DIR}/include ${PROJECT_SOURCE_DIR}/src)
    return()
  endif()
  add_library(clipdex_${name} STATIC ${sources})
  target_include_directories(clipdex_${name} PUBLIC ${PROJECT_SOURCE_DIR}/include ${PROJECT_SOURCE_DIR}/src)
  list(TRANSFORM ROOM_ROOMS PREPEND clipdex_)
  target_link_libraries(clipdex_${name} PUBLIC clipdex_options ${ROOM_ROOMS} PRIVATE ${ROOM_LIBRARIES})
  clipdex_tests(${name} ROOMS ${ROOM_ROOMS} LIBRARIES ${ROOM_LIBRARIES})
endfunction()

# What the sanitizers must not report, because it happens inside libraries built without them. Every test gets it.
set(CLIPDEX_TEST_ENVIRONMENT LSAN_OPTIONS=suppressions=${PROJECT_SOURCE_DIR}/tools/sanitizers/leaks.supp)
if(CLIPDEX_SANITIZE MATCHES thread)
  # Of libraries built without the sanitizer it sees what they free and copy, and not how they lock.
  set(CLIPDEX_TEST_ENVIRONMENT
      TSAN_OPTIONS=ignore_noninstrumented_modules=1:suppressions=${PROJECT_SOURCE_DIR}/tools/sanitizers/threads.supp)
endif()

# The tests that mirror one room: tests/NAME/*_test.cpp with GoogleTest, one ctest entry per test.
function(clipdex_tests name)
  cmake_parse_arguments(TESTS "" "" "ROOMS;LIBRARIES" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/tests/${name}/*.cpp)
  if(NOT BUILD_TESTING OR NOT sources)
    return()
  endif()
  add_executable(test_${name} ${sources})
  target_link_libraries(test_${name} PRIVATE clipdex_${name} clipdex_test_support ${TESTS_LIBRARIES}
                                             GTest::gmock GTest::gtest_main)
  gtest_discover_tests(test_${name} TEST_PREFIX ${name}. DISCOVERY_TIMEOUT 60 PROPERTIES
                       LABELS ${name} TIMEOUT 300 ENVIRONMENT ${CLIPDEX_TEST_ENVIRONMENT})
endfunction()

# A libFuzzer target from fuzz/NAME.cpp that exercises the given rooms; built by the preset `fuzz` only.
function(clipdex_fuzz_target name)
  if(NOT CLIPDEX_FUZZ)
    return()
  endif()
  add_executable(fuzz_${name} ${PROJECT_SOURCE_DIR}/fuzz/${name}.cpp)
  list(TRANSFORM ARGN PREPEND clipdex_)
  target_link_libraries(fuzz_${name} PRIVATE ${ARGN})
  target_link_options(fuzz_${name} PRIVATE -fsanitize=fuzzer)
endfunction()

# A program of bench/, bench_NAME, built by the target `benchmarks` only: bench/NAME_bench.cpp with Google Benchmark,
# or else bench/NAME.cpp, which bench/run.py runs beside clipdex.
function(clipdex_bench name)
  cmake_parse_arguments(BENCH "" "" "ROOMS;LIBRARIES" ${ARGN})
  set(source ${PROJECT_SOURCE_DIR}/bench/${name}.cpp)
  if(EXISTS ${PROJECT_SOURCE_DIR}/bench/${name}_bench.cpp)
    set(source ${PROJECT_SOURCE_DIR}/bench/${name}_bench.cpp)
    list(APPEND BENCH_LIBRARIES benchmark::benchmark)
  endif()
  add_executable(bench_${name} EXCLUDE_FROM_ALL ${source})
  list(TRANSFORM BENCH_ROOMS PREPEND clipdex_)
  target_link_libraries(bench_${name} PRIVATE clipdex_options ${BENCH_ROOMS} ${BENCH_LIBRARIES})
  add_dependencies(benchmarks bench_${name})
endfunction()
