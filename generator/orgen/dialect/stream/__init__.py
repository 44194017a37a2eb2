"""The `stream` section of a dialect file: how a vendor's stream builds up its response."""
