# clipdex_room(NAME [ROOMS room...] [LIBRARIES target...]
#              [MODULE name MODULE_SOURCES file... MODULE_LIBRARIES target...])
#
# Declares the room src/NAME as the static library clipdex_NAME, from every .cpp file in it. ROOMS are the
# rooms below that it may include (tools/check_tree.py enforces the same list on the #include lines);
# LIBRARIES are third-party targets that stay private to it. Where tests/NAME holds *_test.cpp files,
# they become one test program, test_NAME. MODULE takes the files MODULE_SOURCES out of the room and makes
# a module of them, as clipdex_module says.
function(clipdex_room name)
  cmake_parse_arguments(ROOM "" "MODULE" "ROOMS;LIBRARIES;MODULE_SOURCES;MODULE_LIBRARIES" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/src/${name}/*.cpp)
  list(TRANSFORM ROOM_MODULE_SOURCES PREPEND ${PROJECT_SOURCE_DIR}/src/${name}/)
  if(ROOM_MODULE)
    list(REMOVE_ITEM sources ${ROOM_MODULE_SOURCES})
    clipdex_module(${ROOM_MODULE} ROOM ${name} SOURCES ${ROOM_MODULE_SOURCES} LIBRARIES ${ROOM_MODULE_LIBRARIES})
  endif()
  set(modules ${ROOM_MODULE})
  foreach(room ${ROOM_ROOMS})
    get_property(more GLOBAL PROPERTY clipdex_modules_of_${room})
    list(APPEND modules ${more})
  endforeach()
  list(REMOVE_DUPLICATES modules)
  set_property(GLOBAL PROPERTY clipdex_modules_of_${name} ${modules})
  if(NOT sources)  # Headers only, so far.
    add_library(clipdex_${name} INTERFACE)
    target_include_directories(clipdex_${name} INTERFACE ${PROJECT_SOURCE_DIR}/include ${PROJECT_SOURCE_DIR}/src)
    return()
  endif()
  add_library(clipdex_${name} STATIC ${sources})
  target_include_directories(clipdex_${name} PUBLIC ${PROJECT_SOURCE_DIR}/include ${PROJECT_SOURCE_DIR}/src)
  list(TRANSFORM ROOM_ROOMS PREPEND clipdex_)
  target_link_libraries(clipdex_${name} PUBLIC clipdex_options ${ROOM_ROOMS} PRIVATE ${ROOM_LIBRARIES})
  clipdex_tests(${name} ROOMS ${ROOM_ROOMS} LIBRARIES ${ROOM_LIBRARIES} ${ROOM_MODULE_LIBRARIES})
endfunction()

# clipdex_module(NAME ROOM room SOURCES file... LIBRARIES target...)
#
# A part of a room that is loaded when it is first needed, because its third-party LIBRARIES are slow to
# load: lib/clipdex/clipdex-NAME.so (src/base/module.hpp). It has copies of what it uses of the rooms.
function(clipdex_module name)
  cmake_parse_arguments(MODULE "" "ROOM" "SOURCES;LIBRARIES" ${ARGN})
  add_library(module_${name} MODULE ${MODULE_SOURCES})
  target_link_libraries(module_${name} PRIVATE clipdex_${MODULE_ROOM} ${MODULE_LIBRARIES})
  set_target_properties(module_${name} PROPERTIES PREFIX clipdex- OUTPUT_NAME ${name} INSTALL_RPATH "$ORIGIN"
                        LIBRARY_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/lib/clipdex)
endfunction()

# clipdex_needs_modules(TARGET room...): a program that is built has the modules of these rooms beside it.
function(clipdex_needs_modules target)
  foreach(room ${ARGN})
    get_property(modules GLOBAL PROPERTY clipdex_modules_of_${room})
    foreach(module ${modules})
      add_dependencies(${target} module_${module})
    endforeach()
  endforeach()
endfunction()

# What the sanitizers must not report, because it happens inside libraries built without them. Every test gets it.
set(CLIPDEX_TEST_ENVIRONMENT LSAN_OPTIONS=suppressions=${PROJECT_SOURCE_DIR}/tools/sanitizers/leaks.supp)
if(CLIPDEX_SANITIZE MATCHES thread)
  # Of libraries built without the sanitizer it sees what they free and copy, and not how they lock.
  set(CLIPDEX_TEST_ENVIRONMENT
      TSAN_OPTIONS=ignore_noninstrumented_modules=1:suppressions=${PROJECT_SOURCE_DIR}/tools/sanitizers/threads.supp)
endif()

# The tests that mirror one room: tests/NAME/*_test.cpp with GoogleTest, one ctest entry per test. A file
# tests/NAME/modules/X.cpp becomes the module test_X, for tests of modules.
function(clipdex_tests name)
  cmake_parse_arguments(TESTS "" "" "ROOMS;LIBRARIES" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/tests/${name}/*.cpp)
  if(NOT BUILD_TESTING OR NOT sources)
    return()
  endif()
  add_executable(test_${name} ${sources})
  target_link_libraries(test_${name} PRIVATE clipdex_${name} clipdex_test_support ${TESTS_LIBRARIES}
                                             GTest::gmock GTest::gtest_main)
  clipdex_needs_modules(test_${name} ${name})
  file(GLOB modules CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/tests/${name}/modules/*.cpp)
  foreach(source ${modules})
    cmake_path(GET source STEM module)
    clipdex_module(test_${module} ROOM ${name} SOURCES ${source})
    add_dependencies(test_${name} module_test_${module})
  endforeach()
  gtest_discover_tests(test_${name} TEST_PREFIX ${name}. DISCOVERY_TIMEOUT 60 PROPERTIES
                       LABELS ${name} TIMEOUT 300 ENVIRONMENT ${CLIPDEX_TEST_ENVIRONMENT})
endfunction()

# A libFuzzer target from fuzz/NAME.cpp that exercises the given rooms; built by the preset `fuzz` only.
function(clipdex_fuzz_target name)
  if(NOT CLIPDEX_FUZZ)
    return()
  endif()
  add_executable(fuzz_${name} ${PROJECT_SOURCE_DIR}/fuzz/${name}.cpp)
  clipdex_needs_modules(fuzz_${name} ${ARGN})
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
  clipdex_needs_modules(bench_${name} ${BENCH_ROOMS})
  list(TRANSFORM BENCH_ROOMS PREPEND clipdex_)
  target_link_libraries(bench_${name} PRIVATE clipdex_options ${BENCH_ROOMS} ${BENCH_LIBRARIES})
  add_dependencies(benchmarks bench_${name})
endfunction()
