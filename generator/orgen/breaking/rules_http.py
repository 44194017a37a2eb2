"""The rules about operations and what surrounds them."""

from __future__ import annotations

from orgen.breaking.change import Rule

_FAIL = "make calls that fail now"
_NAMES = "The messages are the same. Functions that are generated from the id get another name."

_OPERATIONS = (
    Rule("path-added", "path was added", harmless="Nobody has to call it."),
    Rule("path-removed", "path was removed", caller=_FAIL),
    Rule(
        "path-parameter-renamed",
        "parameter inside a path has another name",
        harmless="The name is not part of the URL that is sent.",
    ),
    Rule("operation-added", "operation was added", harmless="Nobody has to call it."),
    Rule("operation-removed", "operation was removed", caller=_FAIL),
    Rule(
        "operation-moved",
        "operation has another path or method",
        caller=_FAIL,
        callee="are called where they do not listen yet",
    ),
    Rule("operation-id-changed", "operation id changed", harmless=_NAMES),
    Rule("operation-id-added", "operation got an id", harmless=_NAMES),
    Rule("operation-id-removed", "operation id was removed", harmless=_NAMES),
    Rule("operation-deprecated", "operation was deprecated", harmless="It works still."),
    Rule("operation-undeprecated", "operation is no longer deprecated", harmless="It stays."),
    Rule("websocket-added", "WebSocket was added to a path", harmless="Nobody has to open it."),
    Rule("websocket-removed", "WebSocket was removed from a path", caller=_FAIL),
)

_PARAMETERS = (
    Rule(
        "parameter-added",
        "optional parameter was added",
        harmless="It may be left out, and servers pass over parameters that they do not know.",
    ),
    Rule("required-parameter-added", "required parameter was added", caller="do not send it yet"),
    Rule("parameter-removed", "parameter was removed", caller="send it without effect"),
    Rule("parameter-required", "parameter became required", caller="may leave it out"),
    Rule("parameter-optional", "parameter is no longer required", callee="may miss it"),
    Rule(
        "parameter-style-changed",
        "parameter is written in another way",
        caller="write it in the old way",
        callee="read it in the old way",
    ),
)

_BODIES = (
    Rule("request-body-added", "optional request body was added", harmless="It may be left out."),
    Rule("required-request-body-added", "required request body was added", caller="send none yet"),
    Rule("request-body-removed", "request body was removed", caller="send what is not read"),
    Rule("request-body-required", "request body became required", caller="may leave it out"),
    Rule("request-body-optional", "request body may be left out", callee="may miss it"),
    Rule(
        "request-media-type-added",
        "media type of a request was added",
        callee="do not read this media type yet",
    ),
    Rule("request-media-type-removed", "media type of a request was removed", caller=_FAIL),
    Rule(
        "response-media-type-added",
        "media type of a response was added",
        harmless="Only clients that ask for it get it.",
    ),
    Rule(
        "response-media-type-removed",
        "media type of a response was removed",
        caller="no longer get what they ask for",
    ),
    Rule(
        "schema-added",
        "schema was given to a body that had none",
        writer="may write what is refused now",
    ),
    Rule(
        "schema-removed",
        "schema of a body was removed",
        reader="can no longer tell what they get",
    ),
)

_RESPONSES = (
    Rule(
        "success-status-added",
        "success status was added",
        caller="may get a success that they do not know",
    ),
    Rule(
        "success-status-removed",
        "success status was removed",
        caller="wait for it in vain",
        callee="may answer with it still",
    ),
    Rule(
        "error-status-added",
        "error status was added",
        harmless="Clients have to expect any error.",
    ),
    Rule("error-status-removed", "error status was removed", callee="may answer with it still"),
    Rule("header-added", "response header was added", harmless="Clients pass over it."),
    Rule("header-removed", "response header was removed", caller="may look for it in vain"),
    Rule("header-required", "response header is always sent now", callee="may leave it out"),
    Rule("header-optional", "response header may be absent", caller="may count on it"),
)

_ACCESS = (
    Rule(
        "security-added",
        "credentials are asked for, or more of them",
        caller="do not send these credentials yet",
    ),
    Rule(
        "security-removed",
        "credentials are no longer asked for",
        harmless="Whoever sends " "them may go on.",
    ),
    Rule(
        "security-alternative-added",
        "another kind of credentials is accepted",
        harmless="The others are accepted still.",
    ),
    Rule(
        "security-alternative-removed",
        "a kind of credentials is no longer accepted",
        caller="may use it still",
    ),
    Rule(
        "security-scheme-added",
        "security scheme was added",
        harmless="Operations name it " "when they need it.",
    ),
    Rule(
        "security-scheme-removed",
        "security scheme was removed",
        caller="may use it still",
    ),
    Rule(
        "security-scheme-changed",
        "security scheme changed",
        caller="send credentials in the old way",
        callee="expect credentials in the old way",
    ),
    Rule("server-added", "server was added", harmless="Nobody has to call it."),
    Rule("server-removed", "server was removed", caller="may call it still"),
)

HTTP_RULES: tuple[tuple[str, tuple[Rule, ...]], ...] = (
    ("Operations", _OPERATIONS),
    ("Parameters", _PARAMETERS),
    ("Requests and bodies", _BODIES),
    ("Responses", _RESPONSES),
    ("Access", _ACCESS),
)
