"""The county office: where deliveries arrive, findings become tasks, and corrections pass review (Django)."""
