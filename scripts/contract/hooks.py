"""What schemathesis is told besides its configuration."""

import os

import schemathesis

# Stands in every field with a text of tasks that a token may not see, and in no request.
CANARY = os.environ.get("CONTRACT_CANARY")
# Polls may wait for a minute.
LONGEST_WAIT_MS = 50


@schemathesis.check
def stays_within_scope(ctx, response, case):
    """Nothing of tasks in other namespaces is told to a token that is limited to one."""
    if CANARY is not None and CANARY.encode() in response.content:
        raise AssertionError(f"{case.method} {case.formatted_path} tells something of another namespace")


@schemathesis.hook
def before_call(context, case, kwargs):
    if isinstance(case.body, dict) and type(case.body.get("wait_ms")) is int and case.body["wait_ms"] <= 60_000:
        case.body["wait_ms"] = min(case.body["wait_ms"], LONGEST_WAIT_MS)
