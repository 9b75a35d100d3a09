# Completion of clipdex for bash. Needs nothing but bash 4.

# The sub-command words before the cursor, such as "model show"; empty when there is none yet.
_clipdex_command() {
  local word found=
  for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case $found in
      "")
        case $word in
          index | search | encode | model | status | use | forget | fsck | import | inspect) found=$word ;;
        esac
        ;;
      encode | model | inspect)
        case $word in
          image | text | list | show | doctor | optimize | tokens | pixels) found="$found $word" ;;
        esac
        ;;
    esac
  done
  printf '%s' "$found"
}

_clipdex() {
  local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]}
  local common="--help --quiet --no-progress" library="--library" model="--model" precision="--precision"
  local words=""
  COMPREPLY=()

  case $previous in
    -l | --library | -i | --image | --templates | --raw | --out | --tokenizer)
      mapfile -t COMPREPLY < <(compgen -f -- "$current")
      compopt -o filenames
      return
      ;;
    --precision)
      mapfile -t COMPREPLY < <(compgen -W "auto int8 float32" -- "$current")
      return
      ;;
    -m | --model | --link | --images)
      mapfile -t COMPREPLY < <(compgen -d -- "$current")
      compopt -o filenames
      return
      ;;
    -k | --count | -t | --threshold | --raw-threshold | --drop-model | -j | --threads | --size | -x | --exclude) return ;;
  esac

  case $(_clipdex_command) in
    "") words="index search encode model status use forget fsck import inspect --version" ;;
    index) words="$library $model $precision --exclude --hidden --no-hidden --retry-failed --threads" ;;
    search) words="$library $model $precision --image --count --threshold --raw-threshold --templates --exact --no-query-cache --json --csv --paths --preview --null --link" ;;
    encode) words="image text" ;;
    "encode image" | "encode text") words="$model $precision --json --raw" ;;
    model) words="list show doctor optimize" ;;
    "model optimize") words="$precision --images" ;;
    status) words="$library --failures --json" ;;
    forget) words="$library --drop-model" ;;
    use | fsck) words=$library ;;
    import) words="$library $model" ;;
    inspect) words="tokens pixels" ;;
    "inspect tokens") words="--tokenizer $model" ;;
    "inspect pixels") words="--size --out" ;;
  esac

  if [[ $current == -* ]]; then
    mapfile -t COMPREPLY < <(compgen -W "$words $common" -- "$current")
    return
  fi
  case $(_clipdex_command) in
    "" | encode | model | inspect) mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current") ;;
    *)
      mapfile -t COMPREPLY < <(compgen -f -- "$current")
      compopt -o filenames
      ;;
  esac
}

complete -F _clipdex clipdex
