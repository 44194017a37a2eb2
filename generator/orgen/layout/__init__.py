"""Lays generated Python out in black's style, nearly all of it without black, which is slow.

`direct` knows the statements that the generator prints: `tokens` spaces them, `split` splits those
that are too long (`lines` are what it works on), `blank` sets the blank lines. What it does not
know is cut into `pieces`, and `style` asks black for them.
"""
