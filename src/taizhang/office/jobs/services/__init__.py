"""Changes of jobs and plans."""
