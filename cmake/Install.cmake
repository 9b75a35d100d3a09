# What an installation holds, and the Debian package of it:
#   bin/clipdex                     lib/clipdex/clipdex-*.so           (the modules)
#                                   lib/clipdex/libonnxruntime.so.N    (only where the distribution has none)
#   share/clipdex/{models,samples}  share/man, share/bash-completion, share/zsh, share/doc/clipdex
if(NOT TARGET clipdex)
  return()
endif()

set(private_library_directory lib/clipdex)
get_property(modules GLOBAL PROPERTY clipdex_modules_of_cli)
list(TRANSFORM modules PREPEND module_)
install(TARGETS clipdex RUNTIME DESTINATION bin)
install(TARGETS ${modules} LIBRARY DESTINATION ${private_library_directory})

# ONNX Runtime goes along under the name by which the program asks for it, unless it is a package of the system.
file(REAL_PATH ${ONNXRUNTIME_LIBRARY} onnxruntime_file)
cmake_path(GET onnxruntime_file PARENT_PATH onnxruntime_directory)
if(NOT onnxruntime_file MATCHES "^/usr/lib")
  execute_process(COMMAND ${CMAKE_OBJDUMP} -p ${onnxruntime_file} OUTPUT_VARIABLE headers COMMAND_ERROR_IS_FATAL ANY)
  if(NOT headers MATCHES "SONAME +([^ \n]+)")
    message(FATAL_ERROR "${onnxruntime_file} has no SONAME; name another ONNX Runtime with ONNXRUNTIME_ROOT")
  endif()
  install(FILES ${onnxruntime_file} DESTINATION ${private_library_directory} RENAME ${CMAKE_MATCH_1})
  install(FILES ${ONNXRUNTIME_ROOT}/LICENSE DESTINATION share/doc/clipdex RENAME onnxruntime.copyright OPTIONAL)
endif()

install(DIRECTORY models/demo DESTINATION share/clipdex/models)
install(DIRECTORY samples/album DESTINATION share/clipdex/samples)
install(FILES packaging/copyright DESTINATION share/doc/clipdex)
install(FILES packaging/completions/clipdex.bash DESTINATION share/bash-completion/completions RENAME clipdex)
install(FILES packaging/completions/clipdex.zsh DESTINATION share/zsh/vendor-completions RENAME _clipdex)

# The manual is packed without a time in it, so that the same source gives the same package.
find_program(GZIP gzip REQUIRED)
set(manual ${PROJECT_BINARY_DIR}/clipdex.1.gz)
add_custom_command(OUTPUT ${manual} COMMAND ${GZIP} -9nc ${PROJECT_SOURCE_DIR}/docs/man/clipdex.1 > ${manual}
                   DEPENDS docs/man/clipdex.1 VERBATIM)
add_custom_target(manual DEPENDS ${manual})
add_dependencies(clipdex manual)
install(FILES ${manual} DESTINATION share/man/man1)

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME clipdex)
set(CPACK_PACKAGE_VENDOR "clipdex")
set(CPACK_PACKAGE_CONTACT "clipdex maintainers <maintainers@clipdex.invalid>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "find your own images by words and by example")
set(CPACK_PACKAGE_DESCRIPTION
"clipdex puts folders of images into a library, one SQLite file, with the help
of a CLIP model, and finds them again by words or by example images. Everything
happens on this machine: nothing is uploaded and nothing is downloaded.
.
A small demo model and a sample album come with it. For real use, point it at
a CLIP model in the layout of Immich, transformers.js or rclip.")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION graphics)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS_PRIVATE_DIRS ${onnxruntime_directory})
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
include(CPack)
