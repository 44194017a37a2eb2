"""The rules about schemas. `rules_http` has those about operations."""

from __future__ import annotations

from orgen.breaking.change import Rule
from orgen.breaking.rules_http import HTTP_RULES

_REFUSED = "may write what is refused now"
_UNKNOWN = "may meet a value that they do not know"
_MISSING = "may miss it where they count on it"
_NEITHER = "It says nothing about the data, only how to speak of it."
_GONE = "lose what they sent or got there"

_COMPONENTS = (
    Rule("component-added", "component was added", harmless="Nothing that exists depends on it."),
    Rule(
        "component-removed",
        "component was removed",
        writer="can no longer exchange such values, and code that names it no longer finds it",
        reader="can no longer exchange such values, and code that names it no longer finds it",
    ),
    Rule(
        "component-removed-unused",
        "component that no operation used was removed",
        harmless="It never was on the wire. Code that names the generated type must change.",
    ),
    Rule(
        "component-renamed",
        "component was renamed, its content is the same",
        harmless="The data is the same. Code that names the generated type must change.",
    ),
    Rule(
        "reference-changed",
        "another component is named, which holds the same",
        harmless="The data is the same. The generated type has another name here.",
    ),
    Rule(
        "schema-changed",
        "schemas differ deeper than the comparison looks",
        writer=_REFUSED,
        reader=_UNKNOWN,
    ),
    Rule(
        "schema-forbidden",
        "no value at all is allowed any more",
        writer="may write a value where none is allowed now",
    ),
    Rule("schema-allowed", "values are allowed where none was", reader="may meet a value for once"),
)

_PROPERTIES = (
    Rule(
        "property-added",
        "optional property was added",
        harmless="It may be absent, and old readers pass over properties that they do not know.",
    ),
    Rule(
        "property-added-closed",
        "optional property was added to an object that had been closed",
        reader="refuse names that they do not know in this object",
    ),
    Rule(
        "required-property-added",
        "required property was added",
        writer="do not write it yet",
    ),
    Rule("property-removed", "optional property was removed", clients=_GONE),
    Rule(
        "required-property-removed",
        "required property was removed",
        clients=_GONE,
        reader="count on it being there",
    ),
    Rule(
        "property-removed-closed",
        "property was removed from an object that takes no unknown ones",
        clients=_GONE,
        writer="may write it still, and the object is refused",
    ),
    Rule("property-required", "property became required", writer="may leave it out"),
    Rule("property-optional", "property is no longer required", reader=_MISSING),
    Rule(
        "property-disallowed",
        "property must not be sent any more",
        writer="may write it still",
    ),
    Rule("property-permitted", "property may be sent now", reader="did not expect it so far"),
    Rule(
        "additional-properties-closed",
        "object takes no unknown properties any more",
        writer="may write properties that are refused now",
    ),
    Rule(
        "additional-properties-opened",
        "object takes unknown properties now",
        reader="may meet properties that they refuse",
    ),
    Rule(
        "additional-properties-narrowed",
        "unknown properties must follow a schema now",
        writer=_REFUSED,
    ),
    Rule(
        "additional-properties-widened",
        "unknown properties no longer need to follow a schema",
        reader=_UNKNOWN,
    ),
)

_TYPES = (
    Rule("type-changed", "type changed", writer=_REFUSED, reader=_UNKNOWN),
    Rule("type-widened", "type takes more than before", reader="may meet a type unknown to them"),
    Rule("type-narrowed", "type takes less than before", writer="may write a type refused now"),
    Rule("nullable-added", "null is allowed now", reader="may meet null and do not expect it"),
    Rule("nullable-removed", "null is no longer allowed", writer="may write null still"),
    Rule("enum-value-added", "value was added to an enum", reader=_UNKNOWN),
    Rule(
        "open-enum-value-added",
        "value was added to an enum beside which others were allowed",
        harmless="The value was allowed before, only not named.",
    ),
    Rule("enum-value-removed", "value was removed from an enum", writer="may write it still"),
    Rule(
        "open-enum-value-removed",
        "value was removed from an enum beside which others are allowed",
        harmless="The value is still allowed, only not named.",
    ),
    Rule("enum-introduced", "values became limited to a list", writer=_REFUSED),
    Rule("enum-lifted", "values are no longer limited to a list", reader=_UNKNOWN),
    Rule(
        "const-changed",
        "constant became another",
        writer="write the old value, which is refused",
        reader="wait for the old value",
    ),
    Rule("format-added", "format was added", writer="may write text of another format"),
    Rule("format-removed", "format was removed", reader="may meet text of another format"),
    Rule(
        "format-changed",
        "format changed",
        writer="may write the old format",
        reader="may fail to read the new format",
    ),
    Rule("format-widened", "format takes a larger range", reader="may meet numbers too large"),
    Rule("format-narrowed", "format takes a smaller range", writer="may write numbers too large"),
)

_DEFAULTS = (
    Rule(
        "default-added",
        "default was added",
        harmless="What an absent value means was open before, and is told now.",
    ),
    Rule(
        "default-removed",
        "default was removed",
        writer="leave it out and count on the default",
        reader="fill in a default that is not meant any more",
    ),
    Rule(
        "default-changed",
        "default changed",
        writer="leave it out and mean the old default",
        reader="fill in the old default where the new one is meant",
    ),
    Rule(
        "required-default-changed",
        "default of what is never absent was added, removed or changed",
        harmless="The value is always sent, so that the default never takes effect.",
    ),
)

_CONSTRAINTS = (
    Rule("constraint-tightened", "bound became narrower", writer=_REFUSED),
    Rule("constraint-loosened", "bound became wider", reader="may meet a value beyond the bound"),
    Rule("multiple-of-changed", "step of a number changed", writer=_REFUSED, reader=_UNKNOWN),
    Rule("pattern-added", "pattern was added", writer=_REFUSED),
    Rule("pattern-removed", "pattern was removed", reader=_UNKNOWN),
    Rule("pattern-changed", "pattern changed", writer=_REFUSED, reader=_UNKNOWN),
    Rule("keyword-added", "condition was added", writer=_REFUSED),
    Rule("keyword-removed", "condition was removed", reader=_UNKNOWN),
    Rule("keyword-changed", "condition changed", writer=_REFUSED, reader=_UNKNOWN),
)

_UNIONS = (
    Rule(
        "union-variant-added",
        "variant was added to a union",
        reader="may meet a variant " "that they do not know",
    ),
    Rule(
        "open-union-variant-added",
        "variant was added to a union that took unknown ones",
        harmless="Readers of this union are prepared for variants that they do not know.",
    ),
    Rule(
        "union-variant-removed",
        "variant was removed from a union",
        writer="may write the variant still",
    ),
    Rule(
        "event-added",
        "event was added to a stream",
        reader="may meet an event that they do " "not know",
    ),
    Rule(
        "open-event-added",
        "event was added to a stream that had unknown ones",
        harmless="Readers of this stream are prepared for events that they do not know.",
    ),
    Rule(
        "event-removed",
        "event was removed from a stream",
        writer="may send it still",
        reader="may wait for it in vain",
    ),
    Rule(
        "union-kind-changed",
        "oneOf became anyOf, or the other way round",
        harmless="The variants are the same.",
    ),
    Rule("discriminator-added", "discriminator was added", harmless=_NEITHER),
    Rule("discriminator-removed", "discriminator was removed", reader="choose the variant by it"),
    Rule(
        "discriminator-changed",
        "another property tells the variants apart",
        writer="mark variants by the old property",
        reader="choose variants by the old property",
    ),
    Rule(
        "discriminator-mapping-added",
        "discriminator names another value",
        harmless="The variants say what is new; the values known before mean what they meant.",
    ),
    Rule(
        "discriminator-mapping-removed",
        "discriminator no longer names a value",
        writer="may mark variants by it still",
    ),
    Rule(
        "discriminator-mapping-changed",
        "value of a discriminator means another variant",
        writer="mark the old variant by it",
        reader="take it for the old variant",
    ),
)

_NOTES = (
    Rule(
        "read-only-set",
        "property became readOnly",
        clients="may send it still, which has no effect any more or is refused",
    ),
    Rule("read-only-unset", "property is no longer readOnly", harmless="Nobody has to send it."),
    Rule(
        "write-only-set",
        "property became writeOnly",
        clients="no longer get it in responses",
    ),
    Rule("write-only-unset", "property is no longer writeOnly", harmless="Clients may get more."),
    Rule(
        "access-noted",
        "readOnly or writeOnly was set where nothing is sent that way",
        harmless="The direction that it forbids was never used here.",
    ),
    Rule("deprecated", "something was deprecated", harmless="It still works. Stop using it."),
    Rule("undeprecated", "something is no longer deprecated", harmless="It stays."),
    Rule("extension-keyword-added", "keyword `x-...` was added", harmless=_NEITHER),
    Rule("extension-keyword-removed", "keyword `x-...` was removed", harmless=_NEITHER),
    Rule("extension-keyword-changed", "keyword `x-...` changed", harmless=_NEITHER),
    Rule("description-changed", "prose changed (listed with --prose only)", harmless=_NEITHER),
)

RULE_TABLE: tuple[tuple[str, tuple[Rule, ...]], ...] = (
    *HTTP_RULES,
    ("Components", _COMPONENTS),
    ("Properties", _PROPERTIES),
    ("Types and values", _TYPES),
    ("Defaults", _DEFAULTS),
    ("Constraints", _CONSTRAINTS),
    ("Unions and events", _UNIONS),
    ("Notes", _NOTES),
)
"""All rules by topic, in the order of the documentation."""

RULES = {rule.id: rule for _, rules in RULE_TABLE for rule in rules}
