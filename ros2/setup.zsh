# Source this after ROS 2's own setup file: `ros2 run`, `ros2 launch` and `ros2 pkg` then find the nodes of clipdex.
_clipdex_prefix=${${(%):-%x}:A:h}
case ":${AMENT_PREFIX_PATH:-}:" in
  *":$_clipdex_prefix:"*) ;;
  *) export AMENT_PREFIX_PATH="$_clipdex_prefix${AMENT_PREFIX_PATH:+:$AMENT_PREFIX_PATH}" ;;
esac
unset _clipdex_prefix
