"""Generation in units: what is made of the contract, of each dialect, and of all together.

Units are made side by side, and each is kept in the cache under the hash of all that it is made
from, so that a change of one dialect costs that dialect. `keys` hashes, `facts` are what dialects
must know of each other, `work` reads and makes, `kept` is how units lie in the cache, `run` puts
it together.

Only a spec without any fault or warning is generated so: where there is something to say,
`orgen.pipeline` says it, which does everything in order.
"""

from orgen.units.run import generate_in_units

__all__ = ["generate_in_units"]
