package main

import (
	"fmt"
	"io"
	"strings"
)

func bashCompletion(w io.Writer, flags []offered) {
	var names []string
	fmt.Fprint(w, `# bash completion for wsstorm: source <(wsstorm completion bash)
_wsstorm() {
	local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]} glued=
	COMPREPLY=()
	# --flag=value comes as three words, since = breaks words.
	if [[ $cur == '=' ]]; then
		cur= glued=1
	elif [[ $prev == '=' && $COMP_CWORD -ge 2 ]]; then
		prev=${COMP_WORDS[COMP_CWORD-2]} glued=1
	fi
	if [[ $COMP_CWORD -gt 1 ]]; then
		case ${COMP_WORDS[1]} in
`)
	for _, c := range commands() {
		fmt.Fprintf(w, "\t\t%s) COMPREPLY=($(compgen -W '%s' -- \"$cur\")); return ;;\n", c.name, strings.Join(operands()[c.name], " "))
	}
	fmt.Fprint(w, "\t\tesac\n\tfi\n\tcase $prev in\n")
	for _, f := range flags {
		names = append(names, "--"+f.long)
		pattern := "--" + f.long
		if f.letter != "" {
			names = append(names, "-"+f.letter)
			pattern = "-" + f.letter + "|" + pattern
		}
		if f.noun == "" {
			continue
		}
		action := ""
		if len(f.values) > 0 {
			action += fmt.Sprintf("COMPREPLY+=($(compgen -W '%s' -- \"$cur\")); ", strings.Join(f.values, " "))
		}
		if f.file {
			action += "COMPREPLY+=($(compgen -f -- \"$cur\")); "
		}
		action += "return"
		if f.optional {
			action = "if [[ -n $glued ]]; then " + action + "; fi"
		}
		fmt.Fprintf(w, "\t%s) %s ;;\n", pattern, action)
	}
	fmt.Fprintf(w, `	esac
	if [[ $cur == -* ]]; then
		COMPREPLY=($(compgen -W '%s' -- "$cur"))
	elif [[ $COMP_CWORD -eq 1 ]]; then
		COMPREPLY=($(compgen -W '%s' -- "$cur"))
	fi
}
complete -F _wsstorm wsstorm
`, strings.Join(names, " "), strings.Join(commandNames(), " "))
}

func zshCompletion(w io.Writer, flags []offered) {
	fmt.Fprint(w, `#compdef wsstorm
# zsh completion for wsstorm: wsstorm completion zsh > "${fpath[1]}/_wsstorm"
_wsstorm() {
	if (( CURRENT > 2 )); then
		case $words[2] in
`)
	for _, c := range commands() {
		fmt.Fprintf(w, "\t\t%s) compadd -- %s; return ;;\n", c.name, strings.Join(operands()[c.name], " "))
	}
	fmt.Fprint(w, "\t\tesac\n\tfi\n\t_arguments -s \\\n")
	escape := strings.NewReplacer("'", `'\''`, "[", `\[`, "]", `\]`, ":", `\:`)
	for _, f := range flags {
		value := ""
		if f.noun != "" {
			value = ":" + escape.Replace(f.noun) + ":"
			if f.optional {
				value = ":" + value
			}
			switch {
			case len(f.values) > 0 && f.file:
				value += "{compadd -- " + strings.Join(f.values, " ") + "; _files}"
			case len(f.values) > 0:
				value += "(" + strings.Join(f.values, " ") + ")"
			case f.file:
				value += "_files"
			}
		}
		spelled := "--" + f.long
		switch {
		case f.optional:
			spelled += "=-"
		case f.noun != "":
			spelled += "="
		}
		fmt.Fprintf(w, "\t\t'*%s[%s]%s' \\\n", spelled, escape.Replace(f.about), value)
		if f.letter != "" {
			fmt.Fprintf(w, "\t\t'*-%s[%s]%s' \\\n", f.letter, escape.Replace(f.about), value)
		}
	}
	fmt.Fprintf(w, "\t\t'1:command or URL:(%s)'\n}\n", strings.Join(commandNames(), " "))
	fmt.Fprint(w, "if [[ $funcstack[1] == _wsstorm ]]; then _wsstorm \"$@\"; else compdef _wsstorm wsstorm; fi\n")
}

func fishCompletion(w io.Writer, flags []offered) {
	names := strings.Join(commandNames(), " ")
	fmt.Fprint(w, "# fish completion for wsstorm: wsstorm completion fish | source\ncomplete -c wsstorm -f\n")
	for _, c := range commands() {
		fmt.Fprintf(w, "complete -c wsstorm -n __fish_use_subcommand -a %s -d '%s'\n", c.name, c.about)
		if words := operands()[c.name]; len(words) > 0 {
			fmt.Fprintf(w, "complete -c wsstorm -n '__fish_seen_subcommand_from %s' -a '%s'\n", c.name, strings.Join(words, " "))
		}
	}
	for _, f := range flags {
		fmt.Fprintf(w, "complete -c wsstorm -n 'not __fish_seen_subcommand_from %s' -l %s", names, f.long)
		if f.letter != "" {
			fmt.Fprintf(w, " -s %s", f.letter)
		}
		switch {
		case f.file:
			fmt.Fprint(w, " -rF")
		case f.noun != "" && !f.optional:
			fmt.Fprint(w, " -x")
		}
		if len(f.values) > 0 {
			fmt.Fprintf(w, " -a '%s'", strings.Join(f.values, " "))
		}
		fmt.Fprintf(w, " -d '%s'\n", strings.ReplaceAll(f.about, "'", `\'`))
	}
}
