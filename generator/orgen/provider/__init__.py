"""Providers: where models are reached, and in what they differ from the dialects they speak."""
