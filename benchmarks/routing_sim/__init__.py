"""A floor in the computer: the same customers, once for each way of routing them. Seeded, without a clock."""
