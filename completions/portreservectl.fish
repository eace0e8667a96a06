function __portreservectl_should_offer_completions_for_flags_or_options -a expected_commands
    set -l non_repeating_flags_or_options $argv[2..]
    set -l non_repeating_flags_or_options_absent 0
    set -l positional_index 0
    set -l commands
    __portreservectl_parse_tokens
    test "$commands" = "$expected_commands"; and return $non_repeating_flags_or_options_absent
end

function __portreservectl_should_offer_completions_for_positional -a expected_commands positional_index_comparison expected_positional_index
    set -l non_repeating_flags_or_options
    set -l non_repeating_flags_or_options_absent 0
    set -l positional_index 0
    set -l commands
    __portreservectl_parse_tokens
    test "$commands" = "$expected_commands" -a \( "$positional_index" "$positional_index_comparison" "$expected_positional_index" \)
end

function __portreservectl_parse_tokens -S
    set -l unparsed_tokens (__portreservectl_tokens -pc)
    switch $unparsed_tokens[1]
    case 'portreservectl'
        __portreservectl_parse_subcommand 0 'V' 'version' 'h/help'
        switch $unparsed_tokens[1]
        case 'status'
            __portreservectl_parse_subcommand -r 1 'json=' 'j' 'no-legend' 'no-pager' 'version' 'h/help'
        case 'check'
            __portreservectl_parse_subcommand -r 1 'name=' 'no-pager' 'version' 'h/help'
        case 'release'
            __portreservectl_parse_subcommand -r 1 'json=' 'j' 'no-legend' 'no-pager' 'version' 'h/help'
        case 'hold'
            __portreservectl_parse_subcommand -r 1 'json=' 'j' 'no-legend' 'no-pager' 'version' 'h/help'
        case 'reload'
            __portreservectl_parse_subcommand 0 'dry-run' 'json=' 'j' 'no-legend' 'no-pager' 'version' 'h/help'
        case 'watch'
            __portreservectl_parse_subcommand 0 'json=' 'j' 'no-legend' 'no-pager' 'version' 'h/help'
        case 'incidents'
            __portreservectl_parse_subcommand -r 1 'json=' 'j' 'no-legend' 'no-pager' 'version' 'h/help'
        case 'log'
            __portreservectl_parse_subcommand -r 1 'n/lines=' 'f/follow' 'since=' 'x/catalog' 'json=' 'j' 'no-pager' 'version' 'h/help'
        case 'version'
            __portreservectl_parse_subcommand 0 'version' 'h/help'
        case 'help'
            __portreservectl_parse_subcommand -r 1 'version'
        end
    end
end

function __portreservectl_tokens
    if test (string split -m 1 -f 1 -- . "$FISH_VERSION") -gt 3
        commandline --tokens-raw $argv
    else
        commandline -o $argv
    end
end

function __portreservectl_parse_subcommand -S -a positional_count
    argparse -s r -- $argv
    set -l option_specs $argv[2..]
    set -l is_repeating_positional $_flag_r
    set -el _flag_r
    set -a commands $unparsed_tokens[1]
    set positional_index 0
    while true
        set -e unparsed_tokens[1]
        argparse -sn "$commands" $option_specs -- $unparsed_tokens 2> /dev/null
        set unparsed_tokens $argv
        set positional_index (math $positional_index + 1)
        for non_repeating_flag_or_option in $non_repeating_flags_or_options
            if set -ql "_flag_$(string replace -a - _ -- $non_repeating_flag_or_option)"
                set non_repeating_flags_or_options_absent 1
                break
            end
        end
        test (count $unparsed_tokens) -eq 0 -o \( -z "$is_repeating_positional" -a "$positional_index" -gt "$positional_count" \) && break
    end
end

function __portreservectl_complete_directories
    set -l token (commandline -t)
    string match -- '*/' $token
    set -l subdirs $token*/
    printf %s\n $subdirs
end

function __portreservectl_custom_completion
    set -x SAP_SHELL fish
    set -x SAP_SHELL_VERSION $FISH_VERSION
    set -l tokens (__portreservectl_tokens -p)
    if test -z "$(__portreservectl_tokens -t)"
        set -l index (count (__portreservectl_tokens -pc))
        set tokens $tokens[..$index] \'\' $tokens[(math $index + 1)..]
    end
    command $tokens[1] $argv $tokens
end

complete -c 'portreservectl' -f
complete -c 'portreservectl' -n '__portreservectl_should_offer_completions_for_flags_or_options "portreservectl" V' -s 'V' -d 'As --version.'
complete -c 'portreservectl' -n '__portreservectl_should_offer_completions_for_flags_or_options "portreservectl" version' -l 'version' -d 'Show the version.'
complete -c 'portreservectl' -n '__portreservectl_should_offer_completions_for_flags_or_options "portreservectl" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'portreservectl' -n '__portreservectl_should_offer_completions_for_positional "portreservectl" -eq 1' -fa 'status' -d 'Show the reservations, and where each stands.'
complete -c 'portreservectl' -n '__portreservectl_should_offer_completions_for_positional "portreservectl" -eq 1' -fa 'check' -d 'Say what is wrong with the configuration, or with files of any name.'
complete -c 'portreservectl' -n '__portreservectl_should_offer_completions_for_positional "portreservectl" -eq 1' -fa 'release' -d 'Let a service\'s ports go, so that it can bind them.'
complete -c 'portreservectl' -n '__portreservectl_should_offer_completions_for_positional "portreservectl" -eq 1' -fa 'hold' -d 'Hold a service\'s ports again after a release.'
complete -c 'portreservectl' -n '__portreservectl_should_offer_completions_for_positional "portreservectl" -eq 1' -fa 'reload' -d 'Have the configuration read anew; what stays in it is never let go.'
complete -c 'portreservectl' -n '__portreservectl_should_offer_completions_for_positional "portreservectl" -eq 1' -fa 'watch' -d 'Show the reservations, then every change, until interrupted.'
complete -c 'portreservectl' -n '__portreservectl_should_offer_completions_for_positional "portreservectl" -eq 1' -fa 'incidents' -d 'Show who went for a port that was not theirs, the latest last.'
complete -c 'portreservectl' -n '__portreservectl_should_offer_completions_for_positional "portreservectl" -eq 1' -fa 'log' -d 'Show what portreserve has told the journal, since the boot.'
complete -c 'portreservectl' -n '__portreservectl_should_offer_completions_for_positional "portreservectl" -eq 1' -fa 'version' -d 'Print the version.'
complete -c 'portreservectl' -n '__portreservectl_should_offer_completions_for_positional "portreservectl" -eq 1' -fa 'help' -d 'Show subcommand help information.'
complete -c 'portreservectl' -n '__portreservectl_should_offer_completions_for_positional "portreservectl status" -ge 1' -fka '(__portreservectl_custom_completion ---completion status -- positional@0 (count (__portreservectl_tokens -pc)) (__portreservectl_tokens -tC))'
complete -c 'portreservectl' -n '__portreservectl_should_offer_completions_for_flags_or_options "portreservectl status" json' -l 'json' -d 'Print what the daemon replied as JSON: laid out, or one object a line.' -rfka 'pretty short off'
complete -c 'portreservectl' -n '__portreservectl_should_offer_completions_for_flags_or_options "portreservectl status" j' -s 'j' -d 'As --json=pretty on a terminal, --json=short elsewhere.'
complete -c 'portreservectl' -n '__portreservectl_should_offer_completions_for_flags_or_options "portreservectl status" no-legend' -l 'no-legend' -d 'Leave out the line of headings.'
complete -c 'portreservectl' -n '__portreservectl_should_offer_completions_for_flags_or_options "portreservectl status" no-pager' -l 'no-pager' -d 'Accepted; nothing is piped into a pager.'
complete -c 'portreservectl' -n '__portreservectl_should_offer_completions_for_flags_or_options "portreservectl status" version' -l 'version' -d 'Show the version.'
complete -c 'portreservectl' -n '__portreservectl_should_offer_completions_for_flags_or_options "portreservectl status" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'portreservectl' -n '__portreservectl_should_offer_completions_for_positional "portreservectl check" -ge 1' -F
complete -c 'portreservectl' -n '__portreservectl_should_offer_completions_for_flags_or_options "portreservectl check" name' -l 'name' -d 'Tell what this service\'s file does alone; with a path, what that would do in its place.' -rfka '(__portreservectl_custom_completion ---completion check -- --name (count (__portreservectl_tokens -pc)) (__portreservectl_tokens -tC))'
complete -c 'portreservectl' -n '__portreservectl_should_offer_completions_for_flags_or_options "portreservectl check" no-pager' -l 'no-pager' -d 'Accepted; nothing is piped into a pager.'
complete -c 'portreservectl' -n '__portreservectl_should_offer_completions_for_flags_or_options "portreservectl check" version' -l 'version' -d 'Show the version.'
complete -c 'portreservectl' -n '__portreservectl_should_offer_completions_for_flags_or_options "portreservectl check" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'portreservectl' -n '__portreservectl_should_offer_completions_for_positional "portreservectl release" -ge 1' -fka '(__portreservectl_custom_completion ---completion release -- positional@0 (count (__portreservectl_tokens -pc)) (__portreservectl_tokens -tC))'
complete -c 'portreservectl' -n '__portreservectl_should_offer_completions_for_flags_or_options "portreservectl release" json' -l 'json' -d 'Print what the daemon replied as JSON: laid out, or one object a line.' -rfka 'pretty short off'
complete -c 'portreservectl' -n '__portreservectl_should_offer_completions_for_flags_or_options "portreservectl release" j' -s 'j' -d 'As --json=pretty on a terminal, --json=short elsewhere.'
complete -c 'portreservectl' -n '__portreservectl_should_offer_completions_for_flags_or_options "portreservectl release" no-legend' -l 'no-legend' -d 'Leave out the line of headings.'
complete -c 'portreservectl' -n '__portreservectl_should_offer_completions_for_flags_or_options "portreservectl release" no-pager' -l 'no-pager' -d 'Accepted; nothing is piped into a pager.'
complete -c 'portreservectl' -n '__portreservectl_should_offer_completions_for_flags_or_options "portreservectl release" version' -l 'version' -d 'Show the version.'
complete -c 'portreservectl' -n '__portreservectl_should_offer_completions_for_flags_or_options "portreservectl release" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'portreservectl' -n '__portreservectl_should_offer_completions_for_positional "portreservectl hold" -ge 1' -fka '(__portreservectl_custom_completion ---completion hold -- positional@0 (count (__portreservectl_tokens -pc)) (__portreservectl_tokens -tC))'
complete -c 'portreservectl' -n '__portreservectl_should_offer_completions_for_flags_or_options "portreservectl hold" json' -l 'json' -d 'Print what the daemon replied as JSON: laid out, or one object a line.' -rfka 'pretty short off'
complete -c 'portreservectl' -n '__portreservectl_should_offer_completions_for_flags_or_options "portreservectl hold" j' -s 'j' -d 'As --json=pretty on a terminal, --json=short elsewhere.'
complete -c 'portreservectl' -n '__portreservectl_should_offer_completions_for_flags_or_options "portreservectl hold" no-legend' -l 'no-legend' -d 'Leave out the line of headings.'
complete -c 'portreservectl' -n '__portreservectl_should_offer_completions_for_flags_or_options "portreservectl hold" no-pager' -l 'no-pager' -d 'Accepted; nothing is piped into a pager.'
complete -c 'portreservectl' -n '__portreservectl_should_offer_completions_for_flags_or_options "portreservectl hold" version' -l 'version' -d 'Show the version.'
complete -c 'portreservectl' -n '__portreservectl_should_offer_completions_for_flags_or_options "portreservectl hold" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'portreservectl' -n '__portreservectl_should_offer_completions_for_flags_or_options "portreservectl reload" dry-run' -l 'dry-run' -d 'Only say what would come of it.'
complete -c 'portreservectl' -n '__portreservectl_should_offer_completions_for_flags_or_options "portreservectl reload" json' -l 'json' -d 'Print what the daemon replied as JSON: laid out, or one object a line.' -rfka 'pretty short off'
complete -c 'portreservectl' -n '__portreservectl_should_offer_completions_for_flags_or_options "portreservectl reload" j' -s 'j' -d 'As --json=pretty on a terminal, --json=short elsewhere.'
complete -c 'portreservectl' -n '__portreservectl_should_offer_completions_for_flags_or_options "portreservectl reload" no-legend' -l 'no-legend' -d 'Leave out the line of headings.'
complete -c 'portreservectl' -n '__portreservectl_should_offer_completions_for_flags_or_options "portreservectl reload" no-pager' -l 'no-pager' -d 'Accepted; nothing is piped into a pager.'
complete -c 'portreservectl' -n '__portreservectl_should_offer_completions_for_flags_or_options "portreservectl reload" version' -l 'version' -d 'Show the version.'
complete -c 'portreservectl' -n '__portreservectl_should_offer_completions_for_flags_or_options "portreservectl reload" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'portreservectl' -n '__portreservectl_should_offer_completions_for_flags_or_options "portreservectl watch" json' -l 'json' -d 'Print what the daemon replied as JSON: laid out, or one object a line.' -rfka 'pretty short off'
complete -c 'portreservectl' -n '__portreservectl_should_offer_completions_for_flags_or_options "portreservectl watch" j' -s 'j' -d 'As --json=pretty on a terminal, --json=short elsewhere.'
complete -c 'portreservectl' -n '__portreservectl_should_offer_completions_for_flags_or_options "portreservectl watch" no-legend' -l 'no-legend' -d 'Leave out the line of headings.'
complete -c 'portreservectl' -n '__portreservectl_should_offer_completions_for_flags_or_options "portreservectl watch" no-pager' -l 'no-pager' -d 'Accepted; nothing is piped into a pager.'
complete -c 'portreservectl' -n '__portreservectl_should_offer_completions_for_flags_or_options "portreservectl watch" version' -l 'version' -d 'Show the version.'
complete -c 'portreservectl' -n '__portreservectl_should_offer_completions_for_flags_or_options "portreservectl watch" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'portreservectl' -n '__portreservectl_should_offer_completions_for_positional "portreservectl incidents" -ge 1' -fka '(__portreservectl_custom_completion ---completion incidents -- positional@0 (count (__portreservectl_tokens -pc)) (__portreservectl_tokens -tC))'
complete -c 'portreservectl' -n '__portreservectl_should_offer_completions_for_flags_or_options "portreservectl incidents" json' -l 'json' -d 'Print what the daemon replied as JSON: laid out, or one object a line.' -rfka 'pretty short off'
complete -c 'portreservectl' -n '__portreservectl_should_offer_completions_for_flags_or_options "portreservectl incidents" j' -s 'j' -d 'As --json=pretty on a terminal, --json=short elsewhere.'
complete -c 'portreservectl' -n '__portreservectl_should_offer_completions_for_flags_or_options "portreservectl incidents" no-legend' -l 'no-legend' -d 'Leave out the line of headings.'
complete -c 'portreservectl' -n '__portreservectl_should_offer_completions_for_flags_or_options "portreservectl incidents" no-pager' -l 'no-pager' -d 'Accepted; nothing is piped into a pager.'
complete -c 'portreservectl' -n '__portreservectl_should_offer_completions_for_flags_or_options "portreservectl incidents" version' -l 'version' -d 'Show the version.'
complete -c 'portreservectl' -n '__portreservectl_should_offer_completions_for_flags_or_options "portreservectl incidents" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'portreservectl' -n '__portreservectl_should_offer_completions_for_positional "portreservectl log" -ge 1' -fka '(__portreservectl_custom_completion ---completion log -- positional@0 (count (__portreservectl_tokens -pc)) (__portreservectl_tokens -tC))'
complete -c 'portreservectl' -n '__portreservectl_should_offer_completions_for_flags_or_options "portreservectl log" lines n' -s 'n' -l 'lines' -d 'Show the last lines alone, so many.' -rfka ''
complete -c 'portreservectl' -n '__portreservectl_should_offer_completions_for_flags_or_options "portreservectl log" f follow' -s 'f' -l 'follow' -d 'Go on with lines as they come.'
complete -c 'portreservectl' -n '__portreservectl_should_offer_completions_for_flags_or_options "portreservectl log" since' -l 'since' -d 'Begin there instead of at the boot, as in systemd.time(7).' -rfka ''
complete -c 'portreservectl' -n '__portreservectl_should_offer_completions_for_flags_or_options "portreservectl log" catalog x' -s 'x' -l 'catalog' -d 'Explain lines, and the cure.'
complete -c 'portreservectl' -n '__portreservectl_should_offer_completions_for_flags_or_options "portreservectl log" json' -l 'json' -d 'Print all fields as JSON: laid out, or one object a line.' -rfka 'pretty short off'
complete -c 'portreservectl' -n '__portreservectl_should_offer_completions_for_flags_or_options "portreservectl log" j' -s 'j' -d 'As --json=pretty on a terminal, --json=short elsewhere.'
complete -c 'portreservectl' -n '__portreservectl_should_offer_completions_for_flags_or_options "portreservectl log" no-pager' -l 'no-pager' -d 'Do not pipe the lines into a pager.'
complete -c 'portreservectl' -n '__portreservectl_should_offer_completions_for_flags_or_options "portreservectl log" version' -l 'version' -d 'Show the version.'
complete -c 'portreservectl' -n '__portreservectl_should_offer_completions_for_flags_or_options "portreservectl log" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'portreservectl' -n '__portreservectl_should_offer_completions_for_flags_or_options "portreservectl version" version' -l 'version' -d 'Show the version.'
complete -c 'portreservectl' -n '__portreservectl_should_offer_completions_for_flags_or_options "portreservectl version" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'portreservectl' -n '__portreservectl_should_offer_completions_for_flags_or_options "portreservectl help" version' -l 'version' -d 'Show the version.'