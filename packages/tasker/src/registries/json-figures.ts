import type { Figures } from "../events/catalogue/registry-events.ts";

type Figure = Figures[string];

/** Figures as events have them: keys in snake_case, times as ISO 8601, what JSON has no word for left out. */
export function jsonFigures(figures: object | null): Figures {
  return jsonObject(figures ?? {}, snakeCase);
}

// Of what lies deeper, names of events and formats are keys: they stay as they are.
function jsonObject(value: object, keyOf: (key: string) => string): Figures {
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, member]: [string, unknown]): [string, Figure][] => {
      const shown = jsonFigure(member);
      return shown === undefined ? [] : [[keyOf(key), shown]];
    }),
  );
}

function jsonFigure(value: unknown): Figure | undefined {
  if (value === null || typeof value === "string" || typeof value === "boolean") return value;
  if (typeof value === "number") return Number.isFinite(value) ? value : undefined;
  if (value instanceof Date) return value.toISOString();
  if (Array.isArray(value)) return value.map((member: unknown) => jsonFigure(member) ?? null);
  return typeof value === "object" ? jsonObject(value, (key) => key) : undefined;
}

const snakeCase = (key: string) => key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
