"""Drawings, icons, emoji and diagrams out of unpacked Debian packages, with captions."""
