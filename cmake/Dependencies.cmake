# Third-party libraries: the distribution's packages, and ONNX Runtime from ONNXRUNTIME_ROOT, which
# tools/fetch_onnxruntime.sh fills, unless the distribution has libonnxruntime-dev.
find_package(Threads REQUIRED)
find_package(PkgConfig REQUIRED)
find_package(fmt REQUIRED)
find_package(ICU REQUIRED COMPONENTS uc i18n)
find_package(nlohmann_json REQUIRED)
find_package(simdjson REQUIRED)
find_package(SQLite3 REQUIRED)
find_package(SQLiteCpp REQUIRED)
find_package(OpenSSL REQUIRED COMPONENTS Crypto)
find_package(CLI11 REQUIRED)
find_package(CURL REQUIRED)
find_package(ZLIB REQUIRED)
if(CLIPDEX_ROS2)
  find_package(fastcdr REQUIRED)
  find_package(fastrtps REQUIRED)
  find_package(yaml-cpp REQUIRED)
endif()
# The lite library, linked statically: the program loads nothing more at its start.
find_package(Protobuf REQUIRED)
find_library(PROTOBUF_LITE_ARCHIVE libprotobuf-lite.a REQUIRED)
find_program(PROTOC protoc REQUIRED)
find_file(ONNX_SCHEMA onnx-ml.proto PATHS /usr/lib/python3/dist-packages/onnx /usr/include/onnx
          /usr/local/include/onnx REQUIRED)
pkg_check_modules(VIPS REQUIRED IMPORTED_TARGET vips)
pkg_check_modules(JPEG REQUIRED IMPORTED_TARGET libjpeg)
pkg_check_modules(LIBRAW REQUIRED IMPORTED_TARGET libraw_r)
pkg_check_modules(XXHASH REQUIRED IMPORTED_TARGET libxxhash)
pkg_check_modules(HWY REQUIRED IMPORTED_TARGET libhwy)
# Its headers alone where src/base/highway_targets.cpp stands for the library.
if(HWY_VERSION VERSION_LESS 1.1 AND CMAKE_SYSTEM_PROCESSOR MATCHES "x86_64|AMD64")
  set_target_properties(PkgConfig::HWY PROPERTIES INTERFACE_LINK_LIBRARIES "")
endif()
pkg_check_modules(CHAFA REQUIRED IMPORTED_TARGET chafa)

if(DEFINED ENV{ONNXRUNTIME_ROOT})
  set(default_root $ENV{ONNXRUNTIME_ROOT})
elseif(DEFINED ENV{XDG_CACHE_HOME})
  set(default_root $ENV{XDG_CACHE_HOME}/clipdex/onnxruntime)
else()
  set(default_root $ENV{HOME}/.cache/clipdex/onnxruntime)
endif()
set(ONNXRUNTIME_ROOT ${default_root} CACHE PATH "Directory with include/ and lib/ of ONNX Runtime")
find_path(ONNXRUNTIME_INCLUDE_DIR onnxruntime_cxx_api.h
          HINTS ${ONNXRUNTIME_ROOT}/include PATH_SUFFIXES onnxruntime onnxruntime/core/session REQUIRED)
find_library(ONNXRUNTIME_LIBRARY onnxruntime HINTS ${ONNXRUNTIME_ROOT}/lib REQUIRED)
add_library(onnxruntime SHARED IMPORTED)
set_target_properties(onnxruntime PROPERTIES IMPORTED_LOCATION ${ONNXRUNTIME_LIBRARY}
                                             INTERFACE_INCLUDE_DIRECTORIES ${ONNXRUNTIME_INCLUDE_DIR})
# For whoever reaches it through the module of that name, which alone links it.
add_library(onnxruntime_headers INTERFACE)
target_include_directories(onnxruntime_headers SYSTEM INTERFACE ${ONNXRUNTIME_INCLUDE_DIR})
target_compile_definitions(onnxruntime_headers INTERFACE ORT_API_MANUAL_INIT)

if(BUILD_TESTING)
  find_package(GTest REQUIRED)
  include(GoogleTest)
endif()

# The classes of the ONNX schema, generated once; room model includes them and nobody else.
set(onnx_schema_directory ${PROJECT_BINARY_DIR}/generated/onnx)
cmake_path(GET ONNX_SCHEMA PARENT_PATH onnx_schema_source)
file(MAKE_DIRECTORY ${onnx_schema_directory})
add_custom_command(
  OUTPUT ${onnx_schema_directory}/onnx-ml.pb.cc ${onnx_schema_directory}/onnx-ml.pb.h
  COMMAND ${PROTOC} --proto_path=${onnx_schema_source} --cpp_out=lite:${onnx_schema_directory} ${ONNX_SCHEMA}
  DEPENDS ${ONNX_SCHEMA} VERBATIM)
add_library(clipdex_onnx_schema STATIC ${onnx_schema_directory}/onnx-ml.pb.cc)
target_include_directories(clipdex_onnx_schema SYSTEM PUBLIC ${onnx_schema_directory} ${Protobuf_INCLUDE_DIRS})
target_link_libraries(clipdex_onnx_schema PUBLIC ${PROTOBUF_LITE_ARCHIVE} Threads::Threads)
