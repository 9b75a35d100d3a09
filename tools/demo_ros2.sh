#!/usr/bin/env bash
# Fills and searches the sample album through the three ROS 2 nodes, as three processes that see nobody else: what
# `./dev demo ros2` runs. The nodes lie beside the program that it is given. Needs neither ROS 2 nor a network.
set -euo pipefail
program=$(realpath "${1:?usage: demo_ros2.sh PATH_OF_CLIPDEX}")
album=$(cd "$(dirname "${BASH_SOURCE[0]}")/../samples/album" && pwd)
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
unset CLIPDEX_MODEL
export ROS_LOCALHOST_ONLY=1
export ROS_DOMAIN_ID=$((1 + $$ % 100))
cd "$scratch"

launch() {
  printf '\n$ clipdex launch'
  printf ' %q' "$@"
  printf '\n'
  "$program" launch "$@" 2>&1
}

launch clip_mode:=0 clip_storage_folder:="$album" clip_db_file:=clip.db
launch clip_mode:=1 clip_db_file:=clip.db clip_text:="a diagram" clip_topk:=3
launch clip_mode:=1 clip_db_file:=clip.db clip_image:="$album/photo_koala.jpg" clip_topk:=3

printf '\nThe last result folder, which any static web server shows (python3 -m http.server -d result):\n'
ls -1 result
cat <<'TXT'

The same nodes run one by one, here or on other machines:

  clip_encode_image --ros-args -p feed_type:=1
  clip_encode_text_node --ros-args -p feed_type:=1
  clip_manage --ros-args -p mode:=0 -p storage_folder:=/photos

docs/ros2.md tells how to spread the encoding over machines and how to mix with boards.
TXT
