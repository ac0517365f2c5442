export { config, isConcurrent, updateConfig } from "./configuration.ts";
export { fullName, inNamespace, loadNamespaces, loadTasks, qualifiedName, visibleTo } from "./names.ts";
export {
  create,
  createIfAbsent,
  createMany,
  DEFAULT_VERSION,
  destroy,
  find,
  findByFullName,
  findMany,
  findOrCreateByFullName,
  type NamedTaskName,
  type NamedTaskRow,
  update,
} from "./record.ts";
export { findLatestVersion, latestVersions, versionExists, withVersion } from "./versions.ts";
