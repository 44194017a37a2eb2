"""The dialects of the generated Python package: translators and what they share."""
