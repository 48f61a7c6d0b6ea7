# Completions of lazarus-pit for bash: source <(lazarus-pit completion bash)
#
# The executable says what may come next. What it prints is listed and inserted, but never evaluated.
_lazarus_pit() {
  local line=${COMP_LINE:0:COMP_POINT} word prefix=
  local -a words=() lines=() found=() described=()
  read -ra words <<<"$line"
  # A new word starts after a blank.
  if [[ $line == *[[:blank:]] ]]; then words+=(""); fi
  words=("${words[@]//[\"\'\\]/}")
  mapfile -t lines < <(command lazarus-pit completion candidates -- "${words[@]}" 2>/dev/null </dev/null)
  COMPREPLY=()
  case ${lines[0]-} in
    files) compopt -o default; return ;;
    directories) compopt -o dirnames; return ;;
  esac
  # bash replaces only what follows the last = of a word.
  word=${words[-1]}
  if [[ $word == *=* && $COMP_WORDBREAKS == *=* ]]; then prefix=${word%"${word##*=}"}; fi
  for line in "${lines[@]:1}"; do
    word=${line%%$'\t'*}
    found+=("${word#"$prefix"}")
    if [[ $line == *$'\t'?* ]]; then word+="  (${line#*$'\t'})"; fi
    described+=("${word#"$prefix"}")
  done
  # Where bash lists the candidates, it inserts only how all of them begin, so that no description gets
  # into the command line. It inserts whole candidates for menu-complete (37, %) and insert-completions (42, *).
  if ((${#found[@]} > 1 && COMP_TYPE != 37 && COMP_TYPE != 42)); then
    COMPREPLY=("${described[@]}")
  else
    COMPREPLY=("${found[@]}")
  fi
}
complete -F _lazarus_pit @PROGRAMS@
