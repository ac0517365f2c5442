// The handlers that user-registration.yaml names.
export { CreateUserAccountHandler } from "./handlers/create-user-account.ts";
export { InitializePreferencesHandler } from "./handlers/initialize-preferences.ts";
export { SendWelcomeSequenceHandler } from "./handlers/send-welcome-sequence.ts";
export { SetupBillingProfileHandler } from "./handlers/setup-billing-profile.ts";
export { UpdateUserStatusHandler } from "./handlers/update-user-status.ts";
export { UserRegistrationHandler } from "./handlers/user-registration.ts";
