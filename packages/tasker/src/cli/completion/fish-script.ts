import { type CommandNode, type ExpectedValue, flatten } from "./command-tree.ts";

/** A script that completes the command line in fish, with descriptions. */
export function fishScript(tree: CommandNode): string {
  const nodes = flatten(tree);
  const paths = nodes.flatMap(({ path }) => (path === "" ? [] : [quoted(path)]));
  const valued = nodes.flatMap(({ path, options }) =>
    options.flatMap(({ names, value }) => (value === null ? [] : names.map((name) => quoted(`${path}:${name}`)))),
  );
  const lines = nodes.flatMap((node) => [...commandLines(node), ...optionLines(node), ...operandLines(node)]);
  return `# Completion of tasker for fish. Written by \`tasker completion fish\`: keep it as tasker.fish in ~/.config/fish/completions.

set -g __tasker_paths ${paths.join(" ")}
set -g __tasker_valued ${valued.join(" ")}

# Whether the words before the cursor lead to this command, and to none below it; with a second argument, how many arguments it has.
function __tasker_at
    set -l place ''
    set -l operands 0
    set -l pending 0
    for word in (commandline -opc)[2..]
        if test $pending = 1
            set pending 0
        else if string match -q -- '-*=*' $word
            continue
        else if string match -q -- '-*' $word
            if contains -- "$place:$word" $__tasker_valued; or contains -- ":$word" $__tasker_valued
                set pending 1
            end
        else if contains -- (string trim -- "$place $word") $__tasker_paths
            set place (string trim -- "$place $word")
        else
            set operands (math $operands + 1)
        end
    end
    test "$place" = "$argv[1]"; and begin
        test (count $argv) = 1; or test $operands = "$argv[2]"
    end
end

complete -c tasker -f
${lines.join("\n")}
`;
}

function commandLines({ path, commands }: CommandNode): string[] {
  return commands.map((child) => {
    const word = child.path.split(" ").at(-1) ?? "";
    return `complete -c tasker -n "__tasker_at '${path}'" -a ${word} -d ${quoted(child.description)}`;
  });
}

function optionLines({ path, options }: CommandNode): string[] {
  // Options of the program may stand behind each command.
  const where = path === "" ? "" : ` -n "__tasker_at '${path}'"`;
  return options.map(({ names, description, value }) => {
    const flags = names.map((name) => (name.startsWith("--") ? `-l ${name.slice(2)}` : `-s ${name.slice(1)}`));
    return `complete -c tasker${where} ${flags.join(" ")}${value === null ? "" : expected(value)} -d ${quoted(description)}`;
  });
}

function operandLines({ path, arguments: operands }: CommandNode): string[] {
  return operands.flatMap((value, place) =>
    value.kind === "text" ? [] : [`complete -c tasker -n "__tasker_at '${path}' ${place}"${operand(value)}`],
  );
}

function expected({ kind, words }: ExpectedValue): string {
  if (words.length > 0) return ` -x -a ${quoted(words.join(" "))}`;
  if (kind === "file") return " -r -F";
  return kind === "directory" ? " -x -a '(__fish_complete_directories)'" : " -x";
}

function operand({ kind, words }: ExpectedValue): string {
  if (words.length > 0) return ` -a ${quoted(words.join(" "))}`;
  return kind === "file" ? " -F" : " -a '(__fish_complete_directories)'";
}

function quoted(text: string): string {
  return `'${text.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;
}
