# clipdex_ros_package(PACKAGE EXECUTABLE [DIRECTORY dir...])
#
# Installs a ROS 2 package around an executable that is installed already: what `ros2 run`, `ros2 launch` and `ros2 pkg`
# look for. DIRECTORY are directories of the package, such as launch, that go to share/PACKAGE. Used by the packages
# below ros2/ in a colcon workspace, where the executable is another package's.
function(clipdex_ros_package package executable)
  cmake_parse_arguments(PACKAGE "" "" "DIRECTORY" ${ARGN})
  find_program(${executable}_program ${executable} REQUIRED)
  set(program ${${executable}_program})
  install(CODE "
    file(MAKE_DIRECTORY \"\$ENV{DESTDIR}\${CMAKE_INSTALL_PREFIX}/lib/${package}\")
    file(CREATE_LINK \"${program}\" \"\$ENV{DESTDIR}\${CMAKE_INSTALL_PREFIX}/lib/${package}/${executable}\" SYMBOLIC)")
  clipdex_ros_share(${package} ${CMAKE_CURRENT_SOURCE_DIR} . DIRECTORY ${PACKAGE_DIRECTORY})
endfunction()

# clipdex_ros_share(PACKAGE SOURCE PREFIX [DIRECTORY dir...]): the files of the package in the directory SOURCE below
# PREFIX/share, and its entry in the ament index.
function(clipdex_ros_share package source prefix)
  cmake_parse_arguments(SHARE "" "" "DIRECTORY" ${ARGN})
  install(FILES ${source}/package.xml DESTINATION ${prefix}/share/${package})
  foreach(directory ${SHARE_DIRECTORY})
    install(DIRECTORY ${source}/${directory} DESTINATION ${prefix}/share/${package} OPTIONAL)
  endforeach()
  set(marker ${CMAKE_CURRENT_BINARY_DIR}/ament_index/${package})
  file(WRITE ${marker} "")
  install(FILES ${marker} DESTINATION ${prefix}/share/ament_index/resource_index/packages)
endfunction()
