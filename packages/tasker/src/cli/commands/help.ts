import { Argument, type Command } from "commander";
import { z } from "zod";
import { hintAt } from "../../text/nearest-name.ts";
import { readCommandTree } from "../completion/command-tree.ts";
import { UsageError } from "../errors.ts";
import { cliReference } from "../help/cli-reference.ts";
import { manPage } from "../help/man-page.ts";
import { renderMarkdown } from "../help/render-markdown.ts";
import { readTopic, TOPIC_NAMES, TOPICS } from "../help/topics.ts";
import { readOwnPackage } from "../own-package.ts";
import type { CommandSession } from "../session.ts";

const HelpOptions = z.object({ man: z.boolean().default(false), markdown: z.boolean().default(false) });

/** Adds `help`: the help of a command, a text on a topic, or the page of the manual. */
export function addHelpCommand(program: Command, session: CommandSession): void {
  const { io, printer } = session;
  program
    .helpCommand(false)
    .command("help")
    .description("print help for a command or on a topic")
    .addArgument(new Argument("[words...]", "a command, or a topic"))
    .option("--man", "print the page of the manual, for man(1)")
    .option("--markdown", "print the reference of all commands in Markdown")
    .addHelpText("after", "\nExample:\n  $ tasker help retries\n  $ tasker help task list")
    .action((words: readonly string[], _options: unknown, command: Command) => {
      const { man, markdown } = HelpOptions.parse(command.opts());
      const [first, ...more] = words;
      if (man) {
        printer.raw(manPage(readCommandTree(program), readOwnPackage().version));
        return;
      }
      if (markdown) {
        printer.raw(cliReference(readCommandTree(program)));
        return;
      }
      const found = findCommand(program, words);
      if (found !== null) {
        found.outputHelp();
        if (found === program) printer.raw(topicList());
        return;
      }
      const topic = first === undefined || more.length > 0 ? null : readTopic(first);
      if (topic === null) throw unknownTopic(words.join(" "), program);
      printer.lines(renderMarkdown(topic, io.terminal.columns()));
    });
}

/** The command that words lead to; the program itself for none. */
function findCommand(program: Command, words: readonly string[]): Command | null {
  return words.reduce<Command | null>(
    (found, word) => found?.commands.find((command) => command.name() === word) ?? null,
    program,
  );
}

function topicList(): string {
  const lines = Object.entries(TOPICS).map(([name, about]) => `  ${name.padEnd(20)} ${about}\n`);
  return `\nTopics:\n${lines.join("")}`;
}

function unknownTopic(value: string, program: Command): UsageError {
  const known = [...program.commands.map((command) => command.name()), ...TOPIC_NAMES];
  return new UsageError(`there is no command and no topic '${value}' (${hintAt(value, known, "topics")})`, {
    context: { value, known: TOPIC_NAMES },
  });
}
