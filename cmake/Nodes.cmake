# The ROS 2 nodes: a room like the others, and beside it one file with a `main` for each executable,
# src/nodes/clip_*.cpp.
#
# Installed are the executables in bin/, for a machine without ROS 2, and a ROS 2 prefix of their own with links to
# them, which `ros2 run` and `ros2 launch` find once its setup file was sourced (docs/adr/0005-ros2-prefix.md):
#   lib/clipdex/ros2/lib/PACKAGE/EXECUTABLE            lib/clipdex/ros2/share/PACKAGE/package.xml
#   lib/clipdex/ros2/setup.bash, setup.zsh             lib/clipdex/ros2/share/ament_index
#   share/clipdex/ros2/clip_msgs                       (the source of the messages, for colcon)
include(cmake/RosPackage.cmake)
file(GLOB node_sources CONFIGURE_DEPENDS src/nodes/*.cpp)
set(node_mains ${node_sources})
list(FILTER node_mains INCLUDE REGEX "/clip_[a-z_]+\\.cpp$")
list(REMOVE_ITEM node_sources ${node_mains})
add_library(clipdex_nodes STATIC ${node_sources})
target_link_libraries(clipdex_nodes PUBLIC clipdex_options clipdex_base clipdex_library clipdex_dds)
get_property(library_modules GLOBAL PROPERTY clipdex_modules_of_library)
set_property(GLOBAL PROPERTY clipdex_modules_of_nodes ${library_modules})
clipdex_tests(nodes ROOMS clipdex_dds)
if(TARGET test_nodes)
  target_sources(test_nodes PRIVATE tests/dds/graph.cpp)
endif()

set(ros2_prefix lib/clipdex/ros2)

# clipdex_node(EXECUTABLE PACKAGE [DIRECTORY dir...]): a node, from src/nodes/MAIN.cpp, where MAIN is the executable's
# name without "_node", and its package, from ros2/PACKAGE.
function(clipdex_node executable package)
  string(REGEX REPLACE "_node$" "" main ${executable})
  add_executable(${executable} src/nodes/${main}.cpp)
  target_link_libraries(${executable} PRIVATE clipdex_nodes)
  clipdex_needs_modules(${executable} library)
  set_target_properties(${executable} PROPERTIES INSTALL_RPATH "")
  add_dependencies(nodes ${executable})
  install(TARGETS ${executable} RUNTIME DESTINATION bin)
  install(CODE "
    set(directory \"\$ENV{DESTDIR}\${CMAKE_INSTALL_PREFIX}/${ros2_prefix}/lib/${package}\")
    file(MAKE_DIRECTORY \"\${directory}\")
    file(CREATE_LINK ../../../../../bin/${executable} \"\${directory}/${executable}\" SYMBOLIC)")
  clipdex_ros_share(${package} ${PROJECT_SOURCE_DIR}/ros2/${package} ${ros2_prefix} ${ARGN})
endfunction()

clipdex_node(clip_encode_image clip_encode_image)
clipdex_node(clip_encode_text_node clip_encode_text)
clipdex_node(clip_manage clip_manage DIRECTORY launch)

install(FILES ros2/setup.bash ros2/setup.zsh DESTINATION ${ros2_prefix})
install(FILES ros2/setup.bash DESTINATION ${ros2_prefix} RENAME local_setup.bash)
install(FILES ros2/setup.zsh DESTINATION ${ros2_prefix} RENAME local_setup.zsh)
install(DIRECTORY ros2/clip_msgs DESTINATION share/clipdex/ros2)
