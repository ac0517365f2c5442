import { type CommandNode, type ExpectedValue, flatten } from "./command-tree.ts";

/** A script that completes the command line in bash, version 3.2 or newer. */
export function bashScript(tree: CommandNode): string {
  const nodes = flatten(tree);
  const commands = nodes.map(
    ({ path, commands: children, options }) => `    '${path}')
      commands='${children.map((child) => lastWord(child.path)).join(" ")}'
      options='${[...options, ...(path === "" ? [] : tree.options)].flatMap(({ names }) => names).join(" ")}' ;;`,
  );
  const values = nodes.flatMap(({ path, options }) =>
    options.flatMap(({ names, value }) =>
      value === null ? [] : [`    ${names.map((name) => pattern(path, name)).join("|")}) ${assignment(value)} ;;`],
    ),
  );
  const operands = nodes.flatMap(({ path, arguments: expected }) =>
    expected.flatMap((value, place) =>
      value.kind === "text" ? [] : [`    '${path} ${place}') ${assignment(value)} ;;`],
    ),
  );
  return `# Completion of tasker for bash. Written by \`tasker completion bash\`: source it, or keep it where bash-completion looks.

# What can follow a command.
_tasker_command() {
  commands='' options=''
  case "$1" in
${commands.join("\n")}
  esac
}

# What an option of a command expects; not, if it takes no value.
_tasker_value() {
  kind='' values=''
  case "$1:$2" in
${values.join("\n")}
    *) return 1 ;;
  esac
}

# What the argument of a command at a place, from 0, can be.
_tasker_operand() {
  kind='text' values=''
  case "$1 $2" in
${operands.join("\n")}
  esac
}

_tasker() {
  local cur="\${COMP_WORDS[COMP_CWORD]}" path='' pending='' operands=0
  local commands options kind values word i
  COMPREPLY=()
  _tasker_command ''
  for ((i = 1; i < COMP_CWORD; i++)); do
    word="\${COMP_WORDS[i]}"
    if [[ -n $pending ]]; then
      [[ $word == '=' ]] || pending=''
    elif [[ $word == -* ]]; then
      _tasker_value "$path" "$word" && pending="$word"
    elif [[ " $commands " == *" $word "* ]]; then
      path="\${path:+$path }$word"
      _tasker_command "$path"
    else
      operands=$((operands + 1))
    fi
  done
  [[ $cur == '=' ]] && cur=''
  if [[ -n $pending ]]; then
    _tasker_value "$path" "$pending"
  elif [[ $cur == -* ]]; then
    kind='words' values="$options"
  elif [[ -n $commands ]]; then
    kind='words' values="$commands"
  else
    _tasker_operand "$path" "$operands"
  fi
  case "$kind" in
    words) COMPREPLY=($(compgen -W "$values" -- "$cur")) ;;
    file) compopt -o filenames 2>/dev/null; COMPREPLY=($(compgen -f -- "$cur")) ;;
    directory) compopt -o filenames 2>/dev/null; COMPREPLY=($(compgen -d -- "$cur")) ;;
  esac
}

complete -F _tasker tasker
`;
}

/** Options of the program may stand behind each command. */
function pattern(path: string, name: string): string {
  return path === "" ? `*:${name}` : `'${path}:${name}'`;
}

function assignment({ kind, words }: ExpectedValue): string {
  return words.length === 0 ? `kind=${kind}` : `kind=words values='${words.join(" ")}'`;
}

function lastWord(path: string): string {
  return path.split(" ").at(-1) ?? "";
}
