# Completions of lazarus-pit for fish: lazarus-pit completion fish | source
#
# The executable says what may come next. What it prints is listed and inserted, but never evaluated.
function __lazarus_pit_candidates
    set -l current (commandline -ct)
    set -l words (commandline -opc)
    set -l lines (command lazarus-pit completion candidates -- $words "$current" 2>/dev/null </dev/null)
    set -l kind "$lines[1]"
    set -e lines[1]
    set -l flag (string match -r -- '^--[^=]*=' "$current")
    set -l path (string replace -r -- '^--[^=]*=' '' "$current")
    switch "$kind"
        case files
            for each in (__fish_complete_path "$path")
                echo "$flag$each"
            end
        case directories
            for each in (__fish_complete_directories "$path")
                echo "$flag$each"
            end
        case '*'
            if set -q lines[1]
                printf '%s\n' $lines
            end
    end
end
for program in @PROGRAMS@
    complete -c $program -f -a '(__lazarus_pit_candidates)'
end
