#compdef @PROGRAMS@
# Completions of lazarus-pit for zsh: source <(lazarus-pit completion zsh), after compinit, or as the file
# _lazarus_pit in a directory of $fpath.
#
# The executable says what may come next. What it prints is listed and inserted, but never evaluated.
_lazarus_pit() {
  local line kind word tab=$'\t'
  local -a asked lines values displays
  asked=("${(@Q)words[1,CURRENT-1]}" "${(Q)PREFIX}")
  lines=("${(@f)$(command lazarus-pit completion candidates -- "${asked[@]}" 2>/dev/null </dev/null)}")
  kind=$lines[1]
  shift lines
  # What follows the = of a flag is completed by itself.
  local flag=
  if [[ $PREFIX == --*=* ]]; then
    flag=${PREFIX%%=*}=
    compset -P '*='
  fi
  case $kind in
    files) _files; return ;;
    directories) _files -/; return ;;
  esac
  for line in "${lines[@]}"; do
    word=${${line%%$tab*}#"$flag"}
    values+=("$word")
    if [[ $line == *$tab?* ]]; then word+="  -- ${line#*$tab}"; fi
    displays+=("$word")
  done
  (( $#values )) && compadd -V lazarus-pit -l -d displays -a values
}
if [[ $funcstack[1] == _lazarus_pit ]]; then
  _lazarus_pit "$@"
else
  compdef _lazarus_pit @PROGRAMS@
fi
