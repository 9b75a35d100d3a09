#compdef clipdex
# Completion of clipdex for zsh.

local -a common library model
local precision
common=('(-q --quiet)'{-q,--quiet}'[only results and errors]' '--no-progress[no progress line]'
  '(-h --help)'{-h,--help}'[show the options]')
library=('(-l --library)'{-l,--library}'[the library file]:library:_files')
model=('(-m --model)'{-m,--model}'[model package]:package:_files -/')
precision='--precision[which form of the model runs]:precision:(auto int8 float32)'

local -A commands
commands=(
  index 'put folders of images into the library'
  search 'find images by words, by example, or by both'
  encode 'turn images or texts into vectors'
  model 'list, show, prove or optimize model packages'
  status 'show what the library holds'
  use 'search with another model that the library holds'
  forget 'take folders or models out of the library'
  fsck 'look for damage and repair it'
  import 'take over an old clip.db, or vectors of another program'
  inspect 'look at token ids or pixels'
)

_clipdex_pick() {
  local -a lines
  local name
  for name in ${(ok)commands}; do lines+=("$name:${commands[$name]}"); done
  _describe command lines
}

local state line
_arguments -C $common '--version[show the version]' '1: :_clipdex_pick' '*:: :->command' && return

case ${line[1]} in
  index)
    _arguments $common $library $model $precision '*'{-x,--exclude}'[leave out paths]:pattern:' \
      '--hidden[take hidden files]' '--no-hidden[leave hidden files out]' \
      '--retry-failed[read failed files again]' '(-j --threads)'{-j,--threads}'[workers]:number:' \
      '*:folder:_files -/'
    ;;
  search)
    _arguments $common $library $model $precision '*'{-i,--image}'[search by this image]:image:_files' \
      '(-k --count)'{-k,--count}'[hits at most]:number:' \
      '(-t --threshold)'{-t,--threshold}'[lowest match, 0 to 1]:match:' \
      '--raw-threshold[lowest score]:score:' '--templates[put texts into each line]:file:_files' \
      '--exact[look at every image more closely]' \
      '--no-query-cache[neither use nor keep the vectors of texts]' \
      '(--csv --paths --preview)--json[one JSON object]' '(--json --paths --preview)--csv[comma-separated]' \
      '(--json --csv --preview)--paths[paths alone]' '(--json --csv --paths)--preview[draw the hits]' \
      '(-0 --null)'{-0,--null}'[end paths with a NUL]' '--link[fill a folder with links]:folder:_files -/' \
      '*:query:_files'
    ;;
  encode) _arguments $common $model $precision '--json[one JSON object]' '--raw[write float32 rows]:file:_files' \
    '1:kind:(image text)' '*:item:_files' ;;
  model) _arguments $common '--precision[what optimize writes]:precision:(int8 float32)' \
    '--images[images for the proof]:folder:_files -/' '1:what:(list show doctor optimize)' '2:package:_files -/' ;;
  status) _arguments $common $library '--failures[list failed files]' '--json[one JSON object]' ;;
  use) _arguments $common $library '1:model:' ;;
  forget) _arguments $common $library '*--drop-model[take out a model]:model:' '*:folder:_files -/' ;;
  fsck) _arguments $common $library ;;
  import) _arguments $common $library $model '1:clip.db or vectors.npy:_files' '2:paths:_files' ;;
  inspect)
    _arguments $common $model '--tokenizer[tokenizer file]:file:_files' '--size[side of the square]:number:' \
      '--out[where to write]:file:_files' '1:what:(tokens pixels)' '*:image:_files'
    ;;
esac
