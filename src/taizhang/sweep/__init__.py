"""Links, judges and diagnoses the current deliveries, runs the rule packs and writes findings."""
