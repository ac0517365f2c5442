import { type CommandNode, type ExpectedValue, flatten } from "./command-tree.ts";

/** A script that completes the command line in zsh, with descriptions. */
export function zshScript(tree: CommandNode): string {
  const nodes = flatten(tree);
  const commands = nodes.map(({ path, commands: children, options }) => {
    const words = children.map((child) => described(child.path.split(" ").at(-1) ?? "", child.description));
    const flags = [...options, ...(path === "" ? [] : tree.options)].flatMap(({ names, description }) =>
      names.map((name) => described(name, description)),
    );
    return `    '${path}')
      commands=(${words.join(" ")})
      options=(${flags.join(" ")}) ;;`;
  });
  const values = nodes.flatMap(({ path, options }) =>
    options.flatMap(({ names, value }) =>
      value === null
        ? []
        : [
            `    ${names.map((name) => (path === "" ? `*:${name}` : `'${path}:${name}'`)).join("|")}) ${assignment(value)} ;;`,
          ],
    ),
  );
  const operands = nodes.flatMap(({ path, arguments: expected }) =>
    expected.flatMap((value, place) =>
      value.kind === "text" ? [] : [`    '${path} ${place}') ${assignment(value)} ;;`],
    ),
  );
  return `#compdef tasker
# Completion of tasker for zsh. Written by \`tasker completion zsh\`: keep it as _tasker in a directory of fpath.

_tasker_command() {
  commands=() options=()
  case "$1" in
${commands.join("\n")}
  esac
}

_tasker_value() {
  kind='' values=()
  case "$1:$2" in
${values.join("\n")}
    *) return 1 ;;
  esac
}

_tasker_operand() {
  kind='text' values=()
  case "$1 $2" in
${operands.join("\n")}
  esac
}

_tasker() {
  local place='' pending='' word kind
  local -i operands=0 i
  local -a commands options values
  _tasker_command ''
  for ((i = 2; i < CURRENT; i++)); do
    word="\${words[i]}"
    if [[ -n $pending ]]; then
      pending=''
    elif [[ $word == -*=* ]]; then
      continue
    elif [[ $word == -* ]]; then
      _tasker_value "$place" "$word" && pending="$word"
    elif (( \${commands[(I)\${(b)word}:*]} )); then
      place="\${place:+$place }$word"
      _tasker_command "$place"
    else
      operands+=1
    fi
  done
  word="\${words[CURRENT]}"
  if [[ -n $pending ]]; then
    _tasker_value "$place" "$pending"
  elif [[ $word == --*=* ]]; then
    _tasker_value "$place" "\${word%%=*}" && compset -P '*='
  elif [[ $word == -* ]]; then
    _describe -o option options
    return
  elif (( $#commands )); then
    _describe command commands
    return
  else
    _tasker_operand "$place" "$operands"
  fi
  case "$kind" in
    words) compadd -- $values ;;
    file) _files ;;
    directory) _files -/ ;;
  esac
}

if [[ $funcstack[1] == _tasker ]]; then
  _tasker "$@"
else
  compdef _tasker tasker
fi
`;
}

/** A word with its description, as `_describe` takes it, in quotes. */
function described(word: string, description: string): string {
  const text = `${word}:${description}`.replaceAll("'", "'\\''");
  return `'${text}'`;
}

function assignment({ kind, words }: ExpectedValue): string {
  return words.length === 0 ? `kind=${kind}` : `kind=words values=(${words.join(" ")})`;
}
