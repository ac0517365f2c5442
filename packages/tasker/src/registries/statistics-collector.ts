import { type Clock, systemClock } from "../clock/clock.ts";
import type { BaseRegistry, BaseStats, RegistryHealth } from "./base-registry.ts";

/** How full a registry is: none, 1 to 5, 6 to 20, 21 to 50, more. */
export type Utilization = "empty" | "low" | "medium" | "high" | "very_high";

/** Figures of one registry. */
export interface RegistryReport {
  readonly registryName: string;
  readonly items: number;
  readonly healthy: boolean;
  readonly utilization: Utilization;
  /** How evenly its entries are spread: a word that depends on the registry. */
  readonly distribution: string;
  /** 0 to 1: half, better or worse by utilization and distribution. */
  readonly efficiencyScore: number;
}

/** Figures of all registries together. */
export interface RegistryAggregate {
  readonly registries: number;
  readonly items: number;
  /** Registries that are healthy, with one decimal. 100 if there are none. */
  readonly healthPercentage: number;
  /** With three decimals; 0 if there are none. */
  readonly averageEfficiencyScore: number;
}

/** What {@link StatisticsCollector.findRegistries} looks for; what is left out does not matter. */
export interface RegistrySearch {
  readonly namePattern?: RegExp;
  readonly healthStatus?: "healthy" | "unhealthy";
  readonly minItems?: number;
}

type AnyRegistry = BaseRegistry<BaseStats>;

const UTILIZATION_BONUS: Readonly<Record<Utilization, number>> = {
  empty: -0.3,
  low: 0,
  medium: 0.2,
  high: 0.3,
  very_high: 0.1,
};
const DISTRIBUTION_BONUS: Readonly<Record<string, number>> = {
  even: 0.2,
  balanced: 0.2,
  uniform: 0.2,
  skewed: -0.1,
  unbalanced: -0.1,
  varied: -0.1,
};

/** Gathers the figures of several registries. */
export class StatisticsCollector {
  readonly #registries: readonly AnyRegistry[];
  readonly #clock: Clock;

  constructor(registries: readonly AnyRegistry[], clock: Clock = systemClock) {
    this.#registries = registries;
    this.#clock = clock;
  }

  /** The figures of every registry by its name, and of all together. Each publishes `registry.stats_collected`. */
  collectAllRegistryStats(): {
    readonly collectedAt: Date;
    readonly registries: Readonly<Record<string, BaseStats>>;
    readonly aggregate: RegistryAggregate;
  } {
    const registries = Object.fromEntries(
      this.#registries.map((registry) => [registry.registryName, registry.collectStats()]),
    );
    return { collectedAt: new Date(this.#clock.now()), registries, aggregate: aggregate(this.#reports()) };
  }

  /** The figures of one registry; undefined if none has this name. */
  collectRegistryStats(registryName: string): BaseStats | undefined {
    return this.#registries.find((registry) => registry.registryName === registryName)?.collectStats();
  }

  /** The health of every registry. Each publishes `registry.health_check`. */
  healthSummary(): {
    readonly healthy: boolean;
    readonly healthPercentage: number;
    readonly registries: Readonly<Record<string, RegistryHealth<BaseStats>>>;
  } {
    const checks = this.#registries.map((registry) => registry.healthCheck());
    return {
      healthy: checks.every(({ healthy }) => healthy),
      healthPercentage: percentage(checks.map(({ healthy }) => healthy)),
      registries: Object.fromEntries(checks.map((check) => [check.registryName, check])),
    };
  }

  /** The registries that fit. */
  findRegistries({ namePattern, healthStatus, minItems }: RegistrySearch): readonly RegistryReport[] {
    return this.#reports().filter(
      ({ registryName, healthy, items }) =>
        (namePattern?.test(registryName) ?? true) &&
        (healthStatus === undefined || healthy === (healthStatus === "healthy")) &&
        items >= (minItems ?? 0),
    );
  }

  /** How well each registry is used, and all together. */
  performanceReport(): {
    readonly generatedAt: Date;
    readonly registries: readonly RegistryReport[];
    readonly aggregate: RegistryAggregate;
  } {
    const registries = this.#reports();
    return { generatedAt: new Date(this.#clock.now()), registries, aggregate: aggregate(registries) };
  }

  #reports(): readonly RegistryReport[] {
    return this.#registries.map((registry) => {
      const utilization = utilizationOf(registry.size);
      const distribution = registry.distribution();
      return {
        registryName: registry.registryName,
        items: registry.size,
        healthy: registry.healthCheck().healthy,
        utilization,
        distribution,
        efficiencyScore: efficiencyScore(utilization, distribution),
      };
    });
  }
}

/** How full a registry with so many entries is. */
export function utilizationOf(items: number): Utilization {
  if (items === 0) return "empty";
  if (items <= 5) return "low";
  if (items <= 20) return "medium";
  return items <= 50 ? "high" : "very_high";
}

/** From 0 to 1. */
export function efficiencyScore(utilization: Utilization, distribution: string): number {
  const score = 0.5 + UTILIZATION_BONUS[utilization] + (DISTRIBUTION_BONUS[distribution] ?? 0);
  return Math.round(Math.min(1, Math.max(0, score)) * 1_000) / 1_000;
}

function aggregate(reports: readonly RegistryReport[]): RegistryAggregate {
  const sum = (numbers: readonly number[]) => numbers.reduce((total, number) => total + number, 0);
  const average = reports.length === 0 ? 0 : sum(reports.map((report) => report.efficiencyScore)) / reports.length;
  return {
    registries: reports.length,
    items: sum(reports.map(({ items }) => items)),
    healthPercentage: percentage(reports.map(({ healthy }) => healthy)),
    averageEfficiencyScore: Math.round(average * 1_000) / 1_000,
  };
}

function percentage(holds: readonly boolean[]): number {
  if (holds.length === 0) return 100;
  return Math.round((holds.filter(Boolean).length / holds.length) * 1_000) / 10;
}
