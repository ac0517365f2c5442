export type { RunChange, TaskActionsOptions } from "./actions/action-performer.ts";
export type {
  ActionAlready,
  ActionDone,
  ActionReason,
  ActionRefused,
  ActionResult,
  StepAction,
  TaskAction,
} from "./actions/action-result.ts";
export type { ActionOrigin, OperatorNote, StepAddress, StepEdit } from "./actions/check-request.ts";
export { type RecordedAction, TaskActions } from "./actions/task-actions.ts";
export {
  type BottleneckAnalytics,
  type BottleneckScope,
  findBottlenecks,
} from "./analysis/analytics/find-bottlenecks.ts";
export { measurePerformance, type PerformanceReport, type PerformanceTrend } from "./analysis/analytics/performance.ts";
export { cachedBottlenecks, cachedPerformance, cachedTaskAnalysis } from "./analysis/cached-analysis.ts";
export { analysisJson } from "./analysis/task/analysis-json.ts";
export { analyzeSnapshot, type TaskAnalysis } from "./analysis/task/analyze-snapshot.ts";
export { type AnalyzeTaskOptions, analyzeTask } from "./analysis/task/analyze-task.ts";
export type { AnalyzedStep, AnalyzedTask, StepHistory } from "./analysis/task/analyzed-task.ts";
export type { Bottleneck, BottlenecksReport, OverallImpact } from "./analysis/task/bottlenecks.ts";
export type { CompletionEstimate } from "./analysis/task/completion-estimate.ts";
export type { CriticalPathsReport, PathBottleneck, PathReport } from "./analysis/task/critical-paths.ts";
export type { DependencyGraphReport } from "./analysis/task/dependency-graph.ts";
export type { ErrorChain, ErrorChainsReport, RecoveryStrategy } from "./analysis/task/error-chains.ts";
export type { FailureRisk, RiskyStep } from "./analysis/task/failure-risk.ts";
export type { LevelReport, ParallelismReport } from "./analysis/task/parallelism.ts";
export type { ImpactSeverity } from "./analysis/task/severity.ts";
export type { TaskHealth } from "./analysis/task/task-health.ts";
export type { Why, WhyReason, WhySituation } from "./analysis/why/why.ts";
export { whyTask } from "./analysis/why/why-task.ts";
export { auditActor } from "./auth/audit/audit-actor.ts";
export type { AuditActor, AuditEntry, AuditRecord } from "./auth/audit/audit-entry.ts";
export { type AuditFilter, listAudit } from "./auth/audit/list-audit.ts";
export { recordAudit } from "./auth/audit/record-audit.ts";
export {
  type Admission,
  Auth,
  type AuthOptions,
  type AuthorizedRequest,
  openAuth,
  type PermissionRequest,
} from "./auth/auth.ts";
export { type AuthRequest, bearerOf, headerOf } from "./auth/authenticators/auth-request.ts";
export type { Authenticator } from "./auth/authenticators/authenticator.ts";
export { JwtAuthenticator } from "./auth/authenticators/jwt-authenticator.ts";
export { SessionAuthenticator } from "./auth/authenticators/session-authenticator.ts";
export { type AuthorizationContext, ownerOf } from "./auth/authorization/authorization-context.ts";
export { AuthorizationCoordinator, type AuthorizationOptions } from "./auth/authorization/coordinator.ts";
export { beyondGranter, type TokenGrant } from "./auth/authorization/grantable.ts";
export type { Grants } from "./auth/authorization/grants.ts";
export { DEFAULT_ROLES, isAdmin, makePolicy, type Policy } from "./auth/authorization/policy.ts";
export {
  actionExists,
  actionsForResource,
  allPermissions,
  type ResourceName,
  type ResourceReach,
  resourceDescription,
  resourceExists,
  resourceReach,
  resources,
} from "./auth/authorization/resources.ts";
export { RoleCoordinator, type RoleCoordinatorOptions } from "./auth/authorization/role-coordinator.ts";
export type { RoleDocument } from "./auth/authorization/role-document.ts";
export { parseRoles, readRoleFile } from "./auth/authorization/role-file.ts";
export { ANONYMOUS, type NamespaceScope, type Principal } from "./auth/principal.ts";
export { type AuthRefusal, isRefusal } from "./auth/refusal.ts";
export type { SessionConfig } from "./auth/sessions/session-settings.ts";
export { type BrowserSession, type OpenSession, Sessions } from "./auth/sessions/sessions.ts";
export type { ApiToken } from "./auth/tokens/api-token.ts";
export type { NewToken } from "./auth/tokens/check-new-token.ts";
export {
  createToken,
  listTokens,
  type MadeToken,
  type RotationOptions,
  revokeToken,
  rotateToken,
} from "./auth/tokens/manage-tokens.ts";
export { Cache, type CacheFigures, type CacheOptions } from "./cache/cache.ts";
export type { AtomicCacheStore, CacheStore } from "./cache/cache-store.ts";
export {
  type CacheCapabilities,
  CacheDetection,
  type CacheDetector,
  type CacheStrategy,
} from "./cache/detection/cache-strategy.ts";
export { type MemoryCacheOptions, MemoryCacheStore } from "./cache/stores/memory-cache-store.ts";
export { PostgresCacheStore } from "./cache/stores/postgres-cache-store.ts";
export { type RedisCacheClient, type RedisCacheOptions, RedisCacheStore } from "./cache/stores/redis-cache-store.ts";
export type { CacheUse, UseRecord } from "./cache/use-record.ts";
export { type CheckOptions, checkHistory } from "./checker/check-history.ts";
export type { HistoryFinding, HistoryReport, RuleReport } from "./checker/history-report.ts";
export { type CancelTimer, type Clock, systemClock } from "./clock/clock.ts";
export { type AuthConfig, type AuthSettings, authConfig } from "./config/auth-config.ts";
export { type BackoffConfig, type BackoffSettings, backoffConfig, backoffPolicy } from "./config/backoff-config.ts";
export { type CacheConfig, type CacheSettings, cacheConfig } from "./config/cache-config.ts";
export {
  type Configuration,
  type ConfigurationSettings,
  configuration,
  SECTIONS,
  type SectionName,
} from "./config/configuration.ts";
export { type DatabaseConfig, type DatabaseSettings, databaseConfig } from "./config/database-config.ts";
export {
  type DependencyGraphConfig,
  type DependencyGraphSettings,
  dependencyGraphConfig,
} from "./config/dependency-graph-config.ts";
export { type EngineConfig, type EngineSettings, engineConfig } from "./config/engine-config.ts";
export {
  batchTimeoutSeconds,
  type ExecutionConfig,
  type ExecutionSettings,
  executionConfig,
  type Pressure,
} from "./config/execution-config.ts";
export { EXECUTION_PRESETS } from "./config/execution-presets.ts";
export { type GraphqlConfig, type GraphqlSettings, graphqlConfig } from "./config/graphql-config.ts";
export { type HealthConfig, type HealthSettings, healthConfig } from "./config/health-config.ts";
export { OPTION_CATALOGUE } from "./config/options/option-catalogue.ts";
export type { OptionFacts, OptionUnit } from "./config/options/option-facts.ts";
export { sameSettings } from "./config/same-settings.ts";
export { type ServerConfig, type ServerSettings, serverConfig } from "./config/server-config.ts";
export type { TaskOverrides } from "./config/task-overrides.ts";
export { type TaskSections, type TaskSettings, taskSettings } from "./config/task-settings.ts";
export { type TelemetryConfig, type TelemetrySettings, telemetryConfig } from "./config/telemetry-config.ts";
export { ACTIONS, RESOURCES } from "./constants/authorization.ts";
export {
  CACHE_KEY_PREFIXES,
  COORDINATION_RETRY_ATTEMPTS,
  COORDINATION_STRATEGIES,
  COORDINATION_TIMEOUT_SECONDS,
  type CoordinationStrategy,
  HEALTH_STATUS_CACHE_KEY,
  PERFORMANCE_RETENTION_SECONDS,
} from "./constants/caching.ts";
export {
  MAX_SAFE_CONNECTION_PERCENTAGE,
  POOL_PRESSURE_LIMITS,
  REFERENCE_BATCHES,
  STEP_UPDATE_FIELDS,
  TASK_REQUEST_ATTRIBUTES,
  TASK_UPDATE_FIELDS,
} from "./constants/execution.ts";
export {
  type PendingReason,
  pendingReason,
  type ReenqueueReason,
  reenqueueReason,
  TaskFinalization,
  VALID_TASK_PENDING_REASONS,
  VALID_TASK_REENQUEUE_REASONS,
} from "./constants/finalization.ts";
export type { Members } from "./constants/members.ts";
export { TaskExecution, TaskStatuses, UNKNOWN, WorkflowStepStatuses } from "./constants/statuses.ts";
export { CORRELATION_ID_PREFIX, CORRELATION_ID_SUFFIX_LENGTH } from "./constants/telemetry.ts";
export {
  correlationIdFrom,
  correlationIdFromHeaders,
  type HeaderSource,
  type IdSource,
  isCorrelationId,
  newCorrelationId,
} from "./correlation/correlation-id.ts";
export { currentCorrelationId, withCorrelationId } from "./correlation/current-correlation.ts";
export type { Connection, Database, PoolUsage } from "./database/database.ts";
export { examineSchema, type SchemaReport } from "./database/doctor/examine-schema.ts";
export type { Finding, Severity } from "./database/doctor/finding.ts";
export { openEmbedded } from "./database/embedded.ts";
export { createReferenceIndexes, type IndexProgress } from "./database/indexes/create-reference-indexes.ts";
export { migrate, migrationStatus } from "./database/migrate.ts";
export { openDatabase } from "./database/open-database.ts";
export { openPostgres } from "./database/postgres.ts";
export type { TaskArchive } from "./database/retention/archive.ts";
export { type ArchiveFile, openArchiveFile } from "./database/retention/archive-file.ts";
export { prune } from "./database/retention/prune.ts";
export type { PrunableState, PruneOptions } from "./database/retention/prune-options.ts";
export type { PruneReport, SkipReason } from "./database/retention/prune-report.ts";
export type { Diagram, DiagramCard, DiagramRow } from "./diagram/diagram.ts";
export {
  type ChartDirection,
  type DiagramAttributes,
  type DiagramEdge,
  type DiagramNode,
  diagramEdge,
  diagramNode,
  type EdgeDirection,
  type EdgeType,
  type Flowchart,
  findEdgesForNode,
  findNode,
  flowchart,
  type NodeShape,
} from "./diagram/flowchart.ts";
export { type FlowchartRecord, flowchartRecord, renderJson } from "./diagram/flowchart-record.ts";
export { renderMermaid } from "./diagram/mermaid.ts";
export { renderPage } from "./diagram/page/render-page.ts";
export { drawTask, type StepSnapshot, type TaskDiagramOptions, type TaskSnapshot } from "./diagram/task-diagram.ts";
export { diagramOfTemplate, type StepOutline, type TemplateOutline } from "./diagram/template-diagram.ts";
export type { AdoptOptions } from "./engine/adopt-options.ts";
export { type CircuitStatus, closeCircuit, listCircuits } from "./engine/circuits/list-circuits.ts";
export type { ConcurrencySignals } from "./engine/concurrency/adaptive-concurrency.ts";
export { type ConcurrencyDecision, optimalConcurrency } from "./engine/concurrency/optimal-concurrency.ts";
export type { ProcessLoad } from "./engine/concurrency/pressure.ts";
export { type Finalization, finalizationFor } from "./engine/coordination/finalization.ts";
export { PluginIntegration, type TemplateKey } from "./engine/coordination/plugin-integration.ts";
export { type ViableStep, ViableStepDiscovery } from "./engine/coordination/viable-step-discovery.ts";
export {
  type CoordinatorOptions,
  type CoordinatorStatistics,
  type TaskExplanation,
  WorkflowCoordinator,
} from "./engine/coordination/workflow-coordinator.ts";
export { Engine, type TaskOutcome } from "./engine/engine.ts";
export type { EngineChanges } from "./engine/engine-changes.ts";
export type { CommitFigures, EngineMeter } from "./engine/engine-meter.ts";
export type { EngineHooks, EnginePlugin } from "./engine/engine-plugin.ts";
export type { Concurrency, EngineStatistics, SharingFigures } from "./engine/engine-statistics.ts";
export { type ExecutionSnapshot, type ExecutionState, FutureStateAnalyzer } from "./engine/execution-state.ts";
export { checkOrphans, findOrphans, type Orphan, type OrphanHealth } from "./engine/find-orphans.ts";
export type {
  GeneratesIdentity,
  IdentityFunction,
  IdentitySettings,
  IdentityWindow,
} from "./engine/identity-settings.ts";
export type { EngineLimits } from "./engine/limits/engine-limits.ts";
export type { LimiterKind } from "./engine/limits/limiter.ts";
export { type LimiterUsage, limiterUsage } from "./engine/limits/limiter-usage.ts";
export type { EngineOptions, Log } from "./engine/options.ts";
export type { ReadyFigures } from "./engine/ready-figures.ts";
export type { SequenceExtent } from "./engine/remote/assignment.ts";
export type { Beat, BeatAnswer } from "./engine/remote/beat-attempts.ts";
export type { WorkerCaller } from "./engine/remote/registrations.ts";
export type { PollRequest, RemoteWorkers, StartRequest } from "./engine/remote/remote-workers.ts";
export type { Report, ReportedError, ReportedEvent } from "./engine/remote/report.ts";
export type { ReportAnswer } from "./engine/remote/report-desk.ts";
export type { WorkerSettings } from "./engine/remote/worker-settings.ts";
export type { SentSignal, SignalOptions } from "./engine/send-signal.ts";
export type { SharingOptions } from "./engine/sharing/sharing-options.ts";
export { BackoffCalculator, type RetryableFailure } from "./engine/strategies/backoff-calculator.ts";
export { StepExecutor } from "./engine/strategies/step-executor.ts";
export {
  type BlockedDecision,
  type BlockedTask,
  type FailedStep,
  TaskFinalizer,
} from "./engine/strategies/task-finalizer.ts";
export { type ReenqueuedTask, type ReenqueueStatus, TaskReenqueuer } from "./engine/strategies/task-reenqueuer.ts";
export type { SubmittedTask, TaskRequest } from "./engine/task-request.ts";
export type { SubmitOptions } from "./engine/task-submitter.ts";
export * from "./errors/index.ts";
export { DurableSubscriber, type DurableSubscriberStatistics } from "./event-log/durable-subscriber.ts";
export {
  type DeadLetter,
  type DeadLetterFilter,
  discardDeadLetters,
  findDeadLetter,
  listDeadLetters,
  retryDeadLetters,
} from "./event-log/manage/dead-letters.ts";
export { removeSubscriber } from "./event-log/manage/remove-subscriber.ts";
export { listSubscribers, type SubscriberStatus } from "./event-log/manage/subscriber-status.ts";
export { type ReplayOptions, type ReplayReport, replayEvents } from "./event-log/replay-events.ts";
export type {
  BatchHandler,
  Delivery,
  DurableSubscriberOptions,
  DurableSubscription,
  EventHandler,
  StartingPoint,
  SubscriberLog,
} from "./event-log/subscriber-options.ts";
export {
  BACKENDS,
  type Backend,
  describeMapping,
  type EventMapping,
  eventMapping,
  type MappingSettings,
} from "./event-routing/event-mapping.ts";
export { type EventMappings, EventRouter, type RoutingStatistics } from "./event-routing/event-router.ts";
export { isSampled } from "./event-routing/is-sampled.ts";
export {
  type BatchListener,
  type BatchSubscriptionOptions,
  EventBus,
  type EventBusOptions,
} from "./events/bus/event-bus.ts";
export { type HandleOnceOptions, handleOnce } from "./events/bus/handle-once.ts";
export { type Mask, maskEvents } from "./events/bus/mask.ts";
export type { EventPattern } from "./events/bus/pattern.ts";
export type { BatchOptions, Overflow, QueueOptions } from "./events/bus/queue-options.ts";
export type { EventListener, Subscribe, SubscriptionOptions, Unsubscribe } from "./events/bus/subscribe.ts";
export type { ReportError, SubscriptionStatistics } from "./events/bus/subscription.ts";
export { EVENT_CATALOGUE, type EventName, type EventOf, type PayloadOf } from "./events/catalogue/catalogue.ts";
export { CatalogueView, type DeclaredEvent, type EventDescription } from "./events/catalogue/catalogue-view.ts";
export type { Durability, EventCategory, EventDefinition } from "./events/catalogue/event-definition.ts";
export { EXTENSION_EVENTS } from "./events/catalogue/extension-events.ts";
export type { PayloadSchema } from "./events/catalogue/json-schema.ts";
export { OBSERVABILITY_EVENTS } from "./events/catalogue/observability-events.ts";
export { REGISTRY_EVENTS } from "./events/catalogue/registry-events.ts";
export { STEP_EVENTS } from "./events/catalogue/step-events.ts";
export { TASK_EVENTS } from "./events/catalogue/task-events.ts";
export { TELEMETRY_EVENTS } from "./events/catalogue/telemetry-events.ts";
export { TEST_EVENTS } from "./events/catalogue/test-events.ts";
export { WORKFLOW_EVENTS } from "./events/catalogue/workflow-events.ts";
export type { TaskerEvent } from "./events/event.ts";
export { buildGraph, StepGraph } from "./graph/step-graph.ts";
export type { ApiHandlerConfig, FieldValues, Method } from "./handlers/api/api-config.ts";
export { ApiConnection, type ApiRequestOptions, type PrepareRequest } from "./handlers/api/api-connection.ts";
export { ApiResponse, type ApiResponseParts } from "./handlers/api/api-response.ts";
export { type ApiHandlerOptions, ApiStepHandler } from "./handlers/api/api-step-handler.ts";
export { Redaction } from "./handlers/api/redact.ts";
export { ResponseProcessor, type ResponseProcessorOptions } from "./handlers/api/response-processor.ts";
export type { OutgoingRequest } from "./handlers/api/send-request.ts";
export type { StatusList, StatusRules } from "./handlers/api/status-classes.ts";
export { bindTemplate } from "./handlers/bind-template.ts";
export type { StepCircuitSettings, SystemSettings } from "./handlers/circuit-settings.ts";
export type { CircuitSettings, Circuits } from "./handlers/circuits/circuit-board.ts";
export type { ConditionFunction } from "./handlers/condition-function.ts";
export type { ConditionSettings } from "./handlers/condition-settings.ts";
export type { CustomEventDeclaration } from "./handlers/custom-events/declared-by-class.ts";
export type { RegisteredCustomEvent } from "./handlers/custom-events/list.ts";
export { CustomEventRegistry, type EventRegistration } from "./handlers/custom-events/registry.ts";
export { defineTask } from "./handlers/define-task/define-task.ts";
export { type DiscoveredTasks, type DiscoverOptions, discoverTasks } from "./handlers/discover-tasks.ts";
export type { StepExecution, StepSequence, StepView, TaskView } from "./handlers/execution.ts";
export type { LimitSettings, StepLimitSettings } from "./handlers/limit-settings.ts";
export { HandlerRegistry, type HandlerStats, type RegisterOptions } from "./handlers/registry.ts";
export type { RemoteOptions } from "./handlers/remote-steps.ts";
export { type HandlerResources, type ResourceKind, SharedResources } from "./handlers/resources.ts";
export { type HandlesStep, StepHandler } from "./handlers/step-handler.ts";
export { TaskBuilder } from "./handlers/task-builder.ts";
export { type Annotation, type StepDraft, type TaskDraft, TaskHandler } from "./handlers/task-handler.ts";
export type { TaskTemplate } from "./handlers/task-template.ts";
export { Health, type HealthOptions, type TellOptions } from "./health/health.ts";
export type { HealthQuestion } from "./health/health-access.ts";
export type {
  CheckEntries,
  CheckEntry,
  CheckFinding,
  HealthCheck,
  LivenessReport,
  ReadinessReport,
} from "./health/health-report.ts";
export type { StatusContents, StatusReport } from "./health/status/status-report.ts";
export type { JsonObject, JsonValue } from "./json/json-value.ts";
export { diagramOfTask } from "./models/task-diagram/diagram-of-task.ts";
export type { BaseStats, RegistryHealth, RegistryOptions } from "./registries/base-registry.ts";
export type { Discovery, DiscoveryFailure } from "./registries/discover.ts";
export type { ExportPlugin, Plugin } from "./registries/plugin.ts";
export { type PluginEntry, PluginRegistry, type PluginStats } from "./registries/plugin-registry.ts";
export {
  type RegistryAggregate,
  type RegistryReport,
  type RegistrySearch,
  StatisticsCollector,
} from "./registries/statistics-collector.ts";
export {
  type SubscribeOptions,
  type Subscriber,
  type SubscriberEntry,
  SubscriberRegistry,
  type SubscriberStats,
} from "./registries/subscriber-registry.ts";
export { type BackoffPolicy, backoffSeconds, DEFAULT_BACKOFF } from "./retry/backoff.ts";
export type { CircuitPolicy } from "./retry/circuit-breaker.ts";
export { parseRetryAfter } from "./retry/retry-after.ts";
export { retryDelayMs } from "./retry/retry-delay.ts";
export { cacheFrom } from "./settings/cache-from.ts";
export { type ConfiguredOptions, engineChangesFrom, engineOptionsFrom } from "./settings/engine-options.ts";
export { followSettings, type SettingsFollower } from "./settings/live/follow-settings.ts";
export { openSettings, type Settings, type SettingsNews, type SettingsOptions } from "./settings/live/settings.ts";
export {
  type ConfigurationSources,
  type LoadedConfiguration,
  loadConfiguration,
} from "./settings/load-configuration.ts";
export type { Origin } from "./settings/origin.ts";
export { type OptionChange, type StoredBy, storeOption } from "./settings/stored/store-option.ts";
export type { SourceViolation } from "./settings/violation.ts";
export {
  ACTIONABLE_EXECUTION_STATUSES as ACTIONABLE_TASK_EXECUTION_STATUSES,
  EXECUTION_STATUSES as VALID_TASK_EXECUTION_STATUSES,
  HEALTH_STATUSES as VALID_TASK_HEALTH_STATUSES,
  INTERVENTION_EXECUTION_STATUSES as INTERVENTION_TASK_EXECUTION_STATUSES,
  RECOMMENDED_ACTIONS as VALID_TASK_RECOMMENDED_ACTIONS,
  REENQUEUE_EXECUTION_STATUSES as REENQUEUE_TASK_EXECUTION_STATUSES,
} from "./states/execution-status.ts";
export {
  UNREADY_WORKFLOW_STEP_STATUSES,
  VALID_STEP_COMPLETION_STATES,
  VALID_STEP_STILL_WORKING_STATES,
  VALID_TASK_STATUSES,
  VALID_WORKFLOW_STEP_STATUSES,
} from "./states/state-sets.ts";
export { errorTypeOf } from "./subscribers/error-type.ts";
export { type EventLike, extractNumericMetric, safeGet } from "./subscribers/event-facts.ts";
export { eventToJson } from "./subscribers/event-json.ts";
export { handlerMethodOf } from "./subscribers/handler-method.ts";
export { knownEventNames } from "./subscribers/known-events.ts";
export {
  type Attributes,
  buildMetricName,
  type ErrorMetrics,
  extractCoreAttributes,
  extractErrorMetrics,
  extractMetricTags,
  extractPerformanceMetrics,
  extractStepAttributes,
  extractTimingMetrics,
  type PerformanceMetrics,
  type TimingMetrics,
} from "./subscribers/metric-facts.ts";
export {
  type RedisStreamClient,
  type RedisStreamSettings,
  RedisStreamSubscriber,
} from "./subscribers/relays/redis-stream-subscriber.ts";
export { StructuredLogSubscriber } from "./subscribers/structured-log-subscriber.ts";
export {
  BaseSubscriber,
  type EventSource,
  type LeveledLog,
  type SubscriberResources,
  type SubscriberSettings,
} from "./subscribers/subscriber.ts";
export {
  discoverSubscriberClasses,
  READY_MADE_CLASSES,
  type SubscriberClass,
  type SubscriberClasses,
} from "./subscribers/subscriptions/subscriber-classes.ts";
export {
  type ReloadReport,
  Subscriptions,
  type SubscriptionsOptions,
} from "./subscribers/subscriptions/subscriptions.ts";
export {
  type DeliveryFilter,
  listWebhookDeliveries,
  type RecordedDelivery,
} from "./subscribers/webhooks/list-deliveries.ts";
export { signWebhook, verifyWebhook, type WebhookHeaders } from "./subscribers/webhooks/signature.ts";
export type { WebhookDelivery } from "./subscribers/webhooks/webhook-delivery.ts";
export { type WebhookSettings, WebhookSubscriber } from "./subscribers/webhooks/webhook-subscriber.ts";
export { loadEventFiles } from "./template-files/load-events.ts";
export { loadTemplateFile } from "./template-files/load-template.ts";
export type { CustomEventDefinition, EventCondition, PayloadPaths } from "./templates/custom-event.ts";
export type {
  Compensation,
  FailurePolicy,
  ForEach,
  SkipPolicy,
  StepDefinition,
  TaskDefinition,
} from "./templates/definition.ts";
export {
  type DefinitionDiff,
  type DefinitionIdentity,
  diffDefinitions,
  type FieldChange,
} from "./templates/diff-definitions.ts";
export type { EventDeclaration } from "./templates/event-declaration.ts";
export type { TemplateVariables } from "./templates/expand-variables.ts";
export {
  type ParseTemplateOptions,
  parseTemplate,
  parseTemplateObject,
  type ReadingOptions,
} from "./templates/parse-template.ts";
export {
  analyzeTemplate,
  type TemplateEdge,
  type TemplateGraph,
  type TemplateNode,
} from "./templates/template-graph.ts";
export { TaskSpanIds } from "./tracing/task-span-ids.ts";
export type { TracingOptions } from "./tracing/tracing-options.ts";
export { Encryption, type EncryptionSettings } from "./vault/encryption.ts";
export type { EncryptionKey } from "./vault/keyring.ts";
export { type KeyRotationOptions, type KeyRotationReport, rotateKeys } from "./vault/rotate.ts";
export { SecretSource, type SecretSourceOptions } from "./vault/secret-source.ts";
export { VERSION } from "./version.ts";
