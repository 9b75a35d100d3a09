"""Fills a library of images (clip_mode:=0) or searches it (clip_mode:=1), and ends by itself.

The same as `clipdex launch`, with the launch arguments of the TogetheROS box.
"""
from typing import List

from launch import LaunchDescription
from launch.actions import DeclareLaunchArgument, Shutdown
from launch.conditions import IfCondition
from launch.substitutions import LaunchConfiguration
from launch_ros.actions import Node
from launch_ros.parameter_descriptions import ParameterValue

# Name, default, meaning. The first seven are the TogetheROS box's.
ARGUMENTS = (
    ("clip_mode", "0", "0: put images into the library, 1: search it"),
    ("clip_db_file", "clip.db", "the library"),
    ("clip_storage_folder", "", "mode 0: the folder of images"),
    ("clip_result_folder", "result", "mode 1: gets links to the hits, and a page"),
    ("clip_text", "a diagram", "mode 1: what to look for"),
    ("clip_topk", "10", "mode 1: how many hits at most"),
    ("clip_image_model_file_name", "", "a model package; empty: the demo model"),
    ("clip_text_model_file_name", LaunchConfiguration("clip_image_model_file_name"),
     "empty: that of the image encoder"),
    ("clip_image", "", "mode 1: an image file to search by, instead of clip_text"),
    ("clip_image_servers", "['/clip_image_action']", "the image encoders, for several boards"),
    ("clip_timeout_s", "120.0", "seconds to wait for an encoder"),
    ("clip_run_encoders", "true", "false: the encoders run already, here or on other machines"),
)


def value(name, kind=str):
    """A launch argument as a parameter of one type, so that the text `1` stays a text."""
    return ParameterValue(LaunchConfiguration(name), value_type=kind)


def encoder(package, executable, model):
    return Node(package=package, executable=executable, output="screen",
                condition=IfCondition(LaunchConfiguration("clip_run_encoders")),
                parameters=[{"feed_type": 1, "model_file_name": value(model)}])


def generate_launch_description():
    manager = Node(
        package="clip_manage", executable="clip_manage", output="screen", on_exit=Shutdown(),
        parameters=[{
            "mode": value("clip_mode", int),
            "db_file": value("clip_db_file"),
            "storage_folder": value("clip_storage_folder"),
            "result_folder": value("clip_result_folder"),
            "text": value("clip_text"),
            "image": value("clip_image"),
            "topk": value("clip_topk", int),
            "image_servers": value("clip_image_servers", List[str]),
            "timeout_s": value("clip_timeout_s", float),
        }])
    return LaunchDescription(
        [DeclareLaunchArgument(name, default_value=default, description=text)
         for name, default, text in ARGUMENTS] +
        [encoder("clip_encode_image", "clip_encode_image", "clip_image_model_file_name"),
         encoder("clip_encode_text", "clip_encode_text_node", "clip_text_model_file_name"),
         manager])
