"""Lays generated Python out in black's style: a file in pieces, and only what black would move.

`pieces` cuts a module into its large statements, `plain` takes out the lines that black leaves
as they are, `style` asks black for the rest. So a change of one function costs one function.
"""
