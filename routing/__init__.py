"""Who gets which piece of work, how long it may take, and why: pure decisions on snapshots.

No I/O, no clock, no chance (but from a seed, in `simulation`), nothing but the standard library. The same snapshot
always gives the same plan, whatever the order in which its rows were read, so a stored snapshot can be decided again.
"""
