import { valueOrThrow } from "@example/simulation";
import {
  type JsonObject,
  PermanentError,
  type StepExecution,
  StepHandler,
  type StepSequence,
  type TaskView,
} from "tasker";
import { type AnalyticsContext, readContext, readPeriod } from "../analytics-context.ts";
import type { AnalyticsServices } from "../services/analytics-services.ts";
import type { Source } from "../services/source.ts";
import { CallConfig } from "./call-config.ts";

/** What is particular to one extraction. */
export interface Extraction<Row> {
  readonly source: Source<Row>;
  /** For messages: `orders`. */
  readonly records: string;
  /** Code of a refusal for want of valid credentials. */
  readonly authErrorCode: string;
  /** Fewest records that are enough. */
  minimum(thresholds: AnalyticsContext["quality_thresholds"]): number;
  /** Whether something in a record is missing. */
  isIncomplete(row: Row): boolean;
}

/** What an extraction found. */
export interface Extracted<Row> {
  readonly rows: readonly Row[];
  readonly metadata: JsonObject;
}

/** Fetches records, judges whether they are enough to work with, and says how it went by the pipeline's events. */
export abstract class ExtractHandler<Row> extends StepHandler<CallConfig> {
  readonly #extraction: Extraction<Row>;
  readonly #clock: AnalyticsServices["clock"];

  constructor(config: JsonObject | null, extraction: Extraction<Row>, clock: AnalyticsServices["clock"]) {
    super(CallConfig.parse(config ?? {}));
    this.#extraction = extraction;
    this.#clock = clock;
  }

  override async process(task: TaskView, _sequence: StepSequence, step: StepExecution): Promise<Extracted<Row>> {
    const source = this.#extraction.source.name;
    step.publishEvent("data_pipeline.extraction_started", { source });
    try {
      const extracted = await this.#extract(task);
      step.publishEvent("data_pipeline.extraction_completed", { source, records_extracted: extracted.rows.length });
      return extracted;
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      step.publishEvent("data_pipeline.extraction_failed", { source, reason });
      throw error;
    }
  }

  async #extract(task: TaskView): Promise<Extracted<Row>> {
    const { source, records, authErrorCode } = this.#extraction;
    const period = readPeriod(task);
    const rows = valueOrThrow(await source.fetch(period, this.config.call_timeout_seconds), {
      what: `${records} not extracted`,
      permanent: { invalid_query: "INVALID_EXTRACTION_QUERY", authentication_failed: authErrorCode },
    });
    const nullPercentage = this.#judge(rows, readContext(task).quality_thresholds);
    const metadata = {
      source: source.name,
      records: rows.length,
      extracted_at: new Date(this.#clock.now()).toISOString(),
      null_percentage: nullPercentage,
    };
    return { rows, metadata };
  }

  /** @returns the share of incomplete records @throws PermanentError if there are too few records, or too many with gaps */
  #judge(rows: readonly Row[], thresholds: AnalyticsContext["quality_thresholds"]): number {
    const { records, minimum, isIncomplete } = this.#extraction;
    const least = minimum(thresholds);
    if (rows.length < least) {
      throw new PermanentError(`${rows.length} ${records} were found, expected at least ${least}`, {
        errorCode: "INSUFFICIENT_DATA",
        context: { found: rows.length, expected: least },
      });
    }
    const share = rows.length === 0 ? 0 : rows.filter(isIncomplete).length / rows.length;
    if (share > thresholds.max_null_percentage) {
      throw new PermanentError(
        `${(share * 100).toFixed(1)} % of the ${records} have gaps, expected ${thresholds.max_null_percentage * 100} % at most`,
        { errorCode: "INSUFFICIENT_DATA", context: { found: share, expected: thresholds.max_null_percentage } },
      );
    }
    return share;
  }
}
