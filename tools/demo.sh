#!/usr/bin/env bash
# Indexes the sample album with the bundled demo model and answers a few queries. Called by ./dev demo with the
# program to use; needs no network. The library goes to a temporary directory and is removed at the end.
set -euo pipefail
program=${1:?usage: demo.sh PATH_OF_CLIPDEX}
album=$(cd "$(dirname "${BASH_SOURCE[0]}")/../samples/album" && pwd)
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
export CLIPDEX_LIBRARY="$scratch/clip.db"
unset CLIPDEX_MODEL
cd "$album"

search() {
  printf '\n$ clipdex search %s\n' "$(printf '%q ' "$@")"
  "$program" --quiet search -k 3 "$@"
}

printf '$ clipdex index samples/album\n'
"$program" index .
search "a diagram"
search "a red car"
search "sheet music"
search "a kangaroo"
search 香蕉
search --image photo_koala.jpg
search "a red car - a drawing"

cat <<'TXT'

These answers come from the small demo model that is bundled: a few hundred everyday things, English and simple
Chinese. Now your own images, with a real CLIP model in a directory (Immich, transformers.js or rclip layout):

  ./dev run index ~/Pictures --model ~/models/ViT-B-32__openai
  ./dev run search "two dogs on a beach"
TXT
