"""A floor in the computer: arrivals and agents as they were, or drawn from a seed; a policy says who answers whom.

No I/O and no clock. Chance comes from seeds alone: the same ones give the same figures.
"""
